"""What inventory announces."""

from dataclasses import dataclass

from mall.kernel.events import Event
from mall.kernel.ids import SkuId


@dataclass(frozen=True)
class AvailabilityChanged(Event):
    """SKUs crossed the line between sellable and sold out, one way or the other."""

    name = "inventory.availability_changed.v1"
    sku_ids: list[SkuId]
