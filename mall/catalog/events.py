"""What the catalogue announces."""

from dataclasses import dataclass

from mall.kernel.events import Event
from mall.kernel.ids import ProductId


@dataclass(frozen=True)
class ProductChanged(Event):
    """Something that shoppers see of these products is different now."""

    name = "catalog.product_changed.v1"
    product_ids: list[ProductId]
