"""Checkout: from wanting to an order that stands - the quote, and placing by the batch.

hears      -
announces  -
"""

from mall.checkout.actions import place
from mall.checkout.port import PlaceOrder
from mall.checkout.queries import chosen_items, delivery_address, quote
from mall.checkout.rules import (
    CartChanged,
    Item,
    KeyReused,
    NoAddress,
    NothingToBuy,
    Offer,
    Placed,
    PlaceWant,
    PriceMoved,
    Quote,
    QuoteLine,
    Unsellable,
    checked_items,
    checked_ship_to,
    wanted,
)

__all__ = [
    "CartChanged",
    "Item",
    "KeyReused",
    "NoAddress",
    "NothingToBuy",
    "Offer",
    "PlaceOrder",
    "PlaceWant",
    "Placed",
    "PriceMoved",
    "Quote",
    "QuoteLine",
    "Unsellable",
    "checked_items",
    "checked_ship_to",
    "chosen_items",
    "delivery_address",
    "place",
    "quote",
    "wanted",
]
