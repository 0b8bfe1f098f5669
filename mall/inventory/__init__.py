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
    hold_trusting,
    keep_back,
    lock_shelves,
    open_location,
    release,
    set_safety,
    ship,
)
from mall.inventory.events import AvailabilityChanged
from mall.inventory.queries import availability, locations, shelves_lately, stock
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
    has_plenty,
    promisable,
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
    "has_plenty",
    "hold",
    "hold_trusting",
    "keep_back",
    "locations",
    "lock_shelves",
    "open_location",
    "promisable",
    "release",
    "set_safety",
    "shelves_lately",
    "ship",
    "stock",
]
