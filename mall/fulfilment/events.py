"""What fulfilment announces."""

from dataclasses import dataclass

from mall.kernel.events import Event
from mall.kernel.ids import OrderId, ParcelId


@dataclass(frozen=True)
class ParcelShipped(Event):
    """A parcel is on its way."""

    name = "fulfilment.parcel_shipped.v1"
    parcel_id: ParcelId
    order_id: OrderId
    carrier: str
    tracking_no: str
