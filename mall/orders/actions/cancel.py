"""Cancelling: first make sure that no money can arrive any more, then give the goods back."""

from mall import inventory, payments
from mall.kernel.audit import SYSTEM, Actor
from mall.kernel.db import Tx
from mall.kernel.ids import OrderId
from mall.kernel.time import Instant
from mall.orders import store
from mall.orders.actions.moving import lock, move
from mall.orders.actions.refund import asked_before, refund_units
from mall.orders.events import OrderCancelled
from mall.orders.rules import CancelReason, Order, WrongState

_KEY = "cancel"  # of the refund of a paid order


async def cancel(
    tx: Tx, order_id: OrderId, reason: CancelReason, *, actor: Actor, now: Instant
) -> None:
    """Cancel an order that has not been sent; a paid one gets all its money back.

    An unpaid order ends when the payment provider confirms that nothing can be paid any more; if
    it turns out to be paid, it stays a paid order. A repeated call changes nothing.
    Raises WrongState once something was sent.
    """
    order = await lock(tx, order_id)
    if order.state == "cancelled" or order.closing is not None:
        return
    if order.state == "paid":
        left = {line.line_no: line.unsent for line in order.lines if line.unsent}
        await refund_units(
            tx, order, left, reason=f"cancelled_by_{reason}", key=_KEY, actor=actor, now=now
        )
        return
    if order.state == "closed" and await asked_before(tx, order, _KEY):
        return
    if order.state != "unpaid":
        raise WrongState(order.state, "cancel")
    if await payments.ask_close(tx, order_id=order_id, now=now):
        await _end(tx, order, reason, actor=actor, now=now)
        return
    await store.change(tx, order, closing=reason)
    await store.happened(
        tx, order.id, "closing", actor=actor, before="unpaid", after="unpaid", note=reason, at=now
    )


async def payment_closed(tx: Tx, order_id: OrderId, *, now: Instant) -> None:
    """Take note that nothing can be paid any more. Ends an order that is being cancelled.

    The word may be old: who began to pay since, or has paid, is waited for once more.
    """
    order = await lock(tx, order_id)
    if order.state != "unpaid" or order.closing is None:
        return
    if await payments.ask_close(tx, order_id=order_id, now=now):
        await _end(tx, order, order.closing, actor=SYSTEM, now=now)


async def _end(tx: Tx, order: Order, reason: str, *, actor: Actor, now: Instant) -> None:
    await move(
        tx,
        order,
        "cancel",
        actor=actor,
        now=now,
        note=reason,
        cancel_reason=reason,
        closing=None,
        ended_at=now,
    )
    await inventory.release(tx, order.id, None, cause=("cancel", order.id), now=now)
    await tx.announce(OrderCancelled(order.id, reason))
