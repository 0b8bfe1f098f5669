"""What orders do when they hear of money."""

from mall.kernel.db import Tx
from mall.kernel.events import hears
from mall.messaging import Recipient, money_text, send
from mall.orders.actions import cancel, pay, refund
from mall.orders.events import OrderPaid, OrderRefunded
from mall.orders.queries import order
from mall.payments import PaymentClosed, PaymentSucceeded, RefundFailed, RefundSucceeded


@hears(PaymentSucceeded)
async def take_payment(tx: Tx, event: PaymentSucceeded) -> None:
    """Mark the order paid, revive it, or send the money back."""
    await pay.money_arrived(tx, event.order_id, event.attempt_id, event.paid, now=event.paid_at)


@hears(PaymentClosed)
async def end_cancelled(tx: Tx, event: PaymentClosed) -> None:
    """End an order that was waiting for this."""
    await cancel.payment_closed(tx, event.order_id, now=event.closed_at)


@hears(RefundSucceeded)
async def note_refund(tx: Tx, event: RefundSucceeded) -> None:
    """Write the refund on the timeline."""
    await refund.refund_succeeded(
        tx, event.order_id, event.refund_id, event.refunded, now=event.refunded_at
    )


@hears(RefundFailed)
async def note_failed_refund(tx: Tx, event: RefundFailed) -> None:
    """Write the failure on the timeline, for an operator to see."""
    await refund.refund_failed(tx, event.order_id, event.refund_id, now=event.failed_at)


@hears(OrderPaid)
async def say_paid(tx: Tx, event: OrderPaid) -> None:
    """Tell the buyer that the money has arrived."""
    found = await order(tx, event.order_id)
    await send(
        tx,
        "paid",
        Recipient(phone=found.ship_to.phone),
        {"number": found.number, "amount": money_text(event.paid)},
        language=found.language,
        key=f"paid/{found.id}",
        now=event.paid_at,
    )


@hears(OrderRefunded)
async def say_refunded(tx: Tx, event: OrderRefunded) -> None:
    """Tell the buyer that money is on its way back."""
    found = await order(tx, event.order_id)
    await send(
        tx,
        "refunded",
        Recipient(phone=found.ship_to.phone),
        {"number": found.number, "amount": money_text(event.refunded)},
        language=found.language,
        key=f"refunded/{event.refund_id}",
        now=found.paid_at or found.placed_at,
    )
