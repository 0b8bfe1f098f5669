"""Fulfilment: what delivery costs, and how goods are sent.

hears      ParcelShipped
announces  ParcelShipped
"""

from mall.fulfilment.actions import correct_tracking, remove_template, set_template, ship
from mall.fulfilment.carriers import load_carriers
from mall.fulfilment.events import ParcelShipped
from mall.fulfilment.queries import freight_templates, parcels, tracking_link
from mall.fulfilment.rules import (
    BadTariff,
    BadTracking,
    Carrier,
    Freight,
    FreightLine,
    FreightTemplate,
    NoDelivery,
    NoTemplate,
    Parcel,
    Tariff,
    TrackingTaken,
    UnknownCarrier,
    charge,
)

__all__ = [
    "BadTariff",
    "BadTracking",
    "Carrier",
    "Freight",
    "FreightLine",
    "FreightTemplate",
    "NoDelivery",
    "NoTemplate",
    "Parcel",
    "ParcelShipped",
    "Tariff",
    "TrackingTaken",
    "UnknownCarrier",
    "charge",
    "correct_tracking",
    "freight_templates",
    "load_carriers",
    "parcels",
    "remove_template",
    "set_template",
    "ship",
    "tracking_link",
]
