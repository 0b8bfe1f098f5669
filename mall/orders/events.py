"""What orders announce."""

from dataclasses import dataclass

from mall.kernel.events import Event
from mall.kernel.ids import OrderId, RefundId
from mall.kernel.money import Money
from mall.kernel.time import Instant


@dataclass(frozen=True)
class OrderPaid(Event):
    """The whole price of an order has arrived."""

    name = "orders.paid.v1"
    order_id: OrderId
    paid: Money
    paid_at: Instant


@dataclass(frozen=True)
class OrderCancelled(Event):
    """An unpaid order is over; its stock is back on the shelf."""

    name = "orders.cancelled.v1"
    order_id: OrderId
    reason: str


@dataclass(frozen=True)
class OrderRefunded(Event):
    """Money of an order has gone back to the buyer."""

    name = "orders.refunded.v1"
    order_id: OrderId
    refund_id: RefundId
    refunded: Money
