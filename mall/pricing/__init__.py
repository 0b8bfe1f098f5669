"""Pricing: what one unit of a SKU costs before any promotion.

hears      -
announces  PriceChanged
"""

from mall.pricing.actions import set_prices
from mall.pricing.events import PriceChanged
from mall.pricing.queries import prices
from mall.pricing.rules import BadPrice, Price

__all__ = ["BadPrice", "Price", "PriceChanged", "prices", "set_prices"]
