"""What pricing announces."""

from dataclasses import dataclass

from mall.kernel.events import Event
from mall.kernel.ids import SkuId


@dataclass(frozen=True)
class PriceChanged(Event):
    """SKUs got another price."""

    name = "pricing.price_changed.v1"
    sku_ids: list[SkuId]
