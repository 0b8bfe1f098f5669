"""Search: what shoppers find - lists, facets, and everything that a product page says.

hears      catalog.ProductChanged, pricing.PriceChanged, inventory.AvailabilityChanged
announces  -
"""

from mall.search.actions import index
from mall.search.queries import (
    cards,
    cards_by_ids,
    find,
    goods,
    newest,
    newest_by_category,
    shelves,
)
from mall.search.rules import (
    Facet,
    FacetValue,
    Found,
    Goods,
    Hit,
    Parameter,
    Query,
    Shelves,
    Sort,
    band_range,
)

__all__ = [
    "Facet",
    "FacetValue",
    "Found",
    "Goods",
    "Hit",
    "Parameter",
    "Query",
    "Shelves",
    "Sort",
    "band_range",
    "cards",
    "cards_by_ids",
    "find",
    "goods",
    "index",
    "newest",
    "newest_by_category",
    "shelves",
]
