"""What payments announce."""

from dataclasses import dataclass

from mall.kernel.events import Event
from mall.kernel.ids import AttemptId, OrderId, RefundId
from mall.kernel.money import Money
from mall.kernel.time import Instant


@dataclass(frozen=True)
class PaymentSucceeded(Event):
    """Money has arrived for an order; what it has no use for, the order sends back."""

    name = "payments.succeeded.v1"
    order_id: OrderId
    paid: Money  # what really arrived, whatever was asked for
    paid_at: Instant
    attempt_id: AttemptId


@dataclass(frozen=True)
class PaymentClosed(Event):
    """Nothing can be paid any more for an order that asked for this, and nothing is here."""

    name = "payments.closed.v1"
    order_id: OrderId
    closed_at: Instant


@dataclass(frozen=True)
class RefundSucceeded(Event):
    """Money has gone back to the buyer."""

    name = "payments.refund_succeeded.v1"
    order_id: OrderId
    refund_id: RefundId
    refunded: Money
    refunded_at: Instant


@dataclass(frozen=True)
class RefundFailed(Event):
    """The provider definitely will not send the money back; somebody has to look at it."""

    name = "payments.refund_failed.v1"
    order_id: OrderId
    refund_id: RefundId
    failed_at: Instant
