"""Payment: asking for it, and what happens when money has arrived - in time or not."""

from mall import inventory, payments
from mall.inventory import Held, Want
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Tx
from mall.kernel.ids import AttemptId, OrderId, SkuId
from mall.kernel.money import Money
from mall.kernel.time import Instant
from mall.orders import store
from mall.orders.actions.moving import lock, move
from mall.orders.events import OrderCancelled, OrderPaid
from mall.orders.rules import Order, WrongState


async def pay(
    tx: Tx, order_id: OrderId, *, provider: str, return_url: str, now: Instant
) -> AttemptId | None:
    """Start paying an unpaid order. None: it costs nothing and is paid now.

    Raises WrongState when it is not waiting for payment any more.
    """
    order = await lock(tx, order_id)
    if order.state != "unpaid" or order.closing is not None:
        raise WrongState(order.state, "pay")
    if order.payable_minor == 0:
        await _settle(tx, order, None, now=now)
        return None
    return await payments.start_attempt(
        tx,
        order_id=order_id,
        amount=Money(order.payable_minor, order.currency),
        provider=provider,
        subject=order.number,
        expires_at=order.pay_by,
        return_url=return_url,
        now=now,
    )


async def money_arrived(
    tx: Tx, order_id: OrderId, attempt_id: AttemptId, paid: Money, *, now: Instant
) -> None:
    """Take note that a payment of this order succeeded. A repeated call changes nothing.

    A second payment, one of a wrong amount, or one that is too late, with the goods gone: the
    money goes back, and the order says so.
    """
    order = await lock(tx, order_id)
    if order.paid_by == attempt_id or not await payments.is_kept(tx, attempt_id):
        return  # heard before
    if order.state not in {"unpaid", "cancelled"}:
        await _send_back(tx, order, attempt_id, paid, "second_payment", now=now)
        return
    if paid != Money(order.payable_minor, order.currency):
        await _send_back(tx, order, attempt_id, paid, "wrong_amount", now=now)
        return
    if order.state == "unpaid":
        await _settle(tx, order, attempt_id, now=now)
    elif await _hold_again(tx, order, now=now):
        await move(
            tx,
            order,
            "revive",
            actor=SYSTEM,
            now=now,
            note="late_payment",
            closing=None,
            cancel_reason=None,
            ended_at=None,
            paid_minor=paid.minor,
            paid_at=now,
            paid_by=attempt_id,
        )
        await tx.announce(OrderPaid(order_id, paid, now))
    else:
        await _send_back(tx, order, attempt_id, paid, "late_payment", now=now)


async def _settle(tx: Tx, order: Order, attempt_id: AttemptId | None, *, now: Instant) -> None:
    # attempt_id None: the order costs nothing
    paid = Money(order.payable_minor, order.currency)
    kept = await inventory.allocate(tx, order.id, now=now) or await _hold_again(tx, order, now=now)
    if not kept:
        await move(
            tx,
            order,
            "cancel",
            actor=SYSTEM,
            now=now,
            note="out_of_stock",
            cancel_reason="out_of_stock",
            ended_at=now,
        )
        await tx.announce(OrderCancelled(order.id, "out_of_stock"))
        fresh = await lock(tx, order.id)
        if attempt_id is not None:
            await _send_back(tx, fresh, attempt_id, paid, "out_of_stock", now=now)
        return
    await move(
        tx,
        order,
        "pay",
        actor=SYSTEM,
        now=now,
        closing=None,
        paid_minor=paid.minor,
        paid_at=now,
        paid_by=attempt_id,
    )
    await tx.announce(OrderPaid(order.id, paid, now))


async def _hold_again(tx: Tx, order: Order, *, now: Instant) -> bool:
    """Try to get the goods of an order whose holds are gone."""
    units = dict[SkuId, int]()
    for line in order.lines:
        units[line.sku_id] = units.get(line.sku_id, 0) + line.quantity
    [outcome] = await inventory.hold(tx, [Want(order.id, units)], expires_at=now)
    return isinstance(outcome, Held) and await inventory.allocate(tx, order.id, now=now)


async def _send_back(
    tx: Tx, order: Order, attempt_id: AttemptId, paid: Money, why: str, *, now: Instant
) -> None:
    """Refund money that buys nothing; the order's own amounts stay untouched."""
    await payments.ask_refund(
        tx,
        order_id=order.id,
        attempt_id=attempt_id,
        amount=paid,
        reason=why,
        key=f"{why}/{attempt_id}",
        now=now,
    )
    state = order.state
    await store.happened(
        tx, order.id, "sent_back", actor=SYSTEM, before=state, after=state, note=why, at=now
    )
