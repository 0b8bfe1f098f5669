"""Inventory: units on shelves, and units promised to orders.

Holding is plural: one call serves many orders, each all or nothing, in arrival order.

    hears      -
    announces  AvailabilityChanged
"""

from mall.inventory.actions import (
    Count,
    adjust,
    allocate,
    count,
    hold,
    keep_back,
    lock_shelves,
    open_location,
    release,
    set_safety,
    ship,
)
from mall.inventory.events import AvailabilityChanged
from mall.inventory.queries import availability, locations, stock
from mall.inventory.rules import (
    Availability,
    BelowZero,
    Held,
    Location,
    LocationTaken,
    OutOfStock,
    Shelves,
    Stock,
    Want,
)

__all__ = [
    "Availability",
    "AvailabilityChanged",
    "BelowZero",
    "Count",
    "Held",
    "Location",
    "LocationTaken",
    "OutOfStock",
    "Shelves",
    "Stock",
    "Want",
    "adjust",
    "allocate",
    "availability",
    "count",
    "hold",
    "keep_back",
    "locations",
    "lock_shelves",
    "open_location",
    "release",
    "set_safety",
    "ship",
    "stock",
]
