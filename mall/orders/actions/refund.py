"""Refunds of units or money, under the order's lock (rules 4.6, 4.12)."""

from collections.abc import Mapping
from uuid import UUID

from mall import inventory, payments
from mall.kernel.audit import SYSTEM, Actor
from mall.kernel.db import Tx
from mall.kernel.ids import OrderId, RefundId, SkuId, new_uuid
from mall.kernel.money import Money
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.orders import store
from mall.orders.actions.moving import lock, move
from mall.orders.events import OrderRefunded
from mall.orders.rules import REFUNDABLE, Order, WrongState, everything_sent, refunding
from mall.orders.rules.refunding import RefundPlan
from mall.orders.store import Refund


async def refund(
    tx: Tx,
    order_id: OrderId,
    units: Mapping[int, int],
    *,
    reason: str,
    key: str,
    seller_at_fault: bool,
    actor: Actor,
    now: Instant,
) -> RefundId:
    """Give units of lines back (line number to units). The same ``key`` again changes nothing.

    Units that were not sent return to the shelf; goods that were sent move no stock here.
    Raises WrongState, NotThatMany.
    """
    order = await lock(tx, order_id)
    return await refund_units(
        tx,
        order,
        units,
        reason=reason,
        key=key,
        actor=actor,
        now=now,
        seller_at_fault=seller_at_fault,
    )


async def compensate(
    tx: Tx,
    order_id: OrderId,
    line_no: int,
    minor: int,
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: Instant,
) -> RefundId:
    """Give money of one line back; goods and counters stay. Raises WrongState, BadAmount."""
    order = await lock(tx, order_id)
    known = await asked_before(tx, order, key)
    if known is not None:
        return known
    _check(order)
    plan = refunding.plan_compensation(order.lines, line_no, minor)
    return await _carry_out(tx, order, plan, reason=reason, key=key, actor=actor, now=now)


async def refund_units(
    tx: Tx,
    order: Order,
    units: Mapping[int, int],
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: Instant,
    seller_at_fault: bool = False,
) -> RefundId:
    """Refund units of an order that the caller has locked."""
    known = await asked_before(tx, order, key)
    if known is not None:
        return known
    _check(order)
    plan = refunding.plan_units(order.lines, units, seller_at_fault=seller_at_fault)
    return await _carry_out(tx, order, plan, reason=reason, key=key, actor=actor, now=now)


async def request_return(
    tx: Tx,
    order_id: OrderId,
    units: Mapping[int, int],
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: Instant,
) -> RefundId:
    """Let a buyer ask for units back: carried out at once while none was sent, else an operator
    decides. The same ``key`` again changes nothing. Raises WrongState, NotThatMany."""
    order = await lock(tx, order_id)
    known = await asked_before(tx, order, key)
    if known is not None:
        return known
    _check(order)
    plan = refunding.plan_units(order.lines, units, seller_at_fault=False)
    if all(part.units == part.released for part in plan.lines):
        return await _carry_out(tx, order, plan, reason=reason, key=key, actor=actor, now=now)
    refund_id = RefundId(new_uuid())
    asked = _refund(order, plan, refund_id, reason, key, "requested", actor, now)
    await store.add_refund(tx, asked)
    await _note(tx, order, "return_requested", actor, reason, now)
    return refund_id


async def decide_return(
    tx: Tx, refund_id: RefundId, *, grant: bool, note: str, actor: Actor, now: Instant
) -> None:
    """Grant or refuse what a buyer asked for; amounts are planned anew. Raises Nothing,
    WrongState when it was decided before, NotThatMany when units are gone meanwhile."""
    found = await store.refunds(tx, refund_id=refund_id)
    if not found:
        raise Nothing("refund")
    order = await lock(tx, found[0].order_id)
    [asked] = await store.refunds(tx, refund_id=refund_id, lock=True)
    if asked.state != "requested":
        raise WrongState(asked.state, "decide")
    if not grant:
        await store.set_refund_state(tx, refund_id, "refused", ended_at=now)
        await _note(tx, order, "return_refused", actor, note, now)
        return
    _check(order)
    units = {part.line_no: part.units for part in asked.plan.lines}
    plan = refunding.plan_units(order.lines, units, seller_at_fault=False)
    await store.set_refund_state(tx, refund_id, "granted", ended_at=now)
    await _carry_out(
        tx, order, plan, reason=asked.reason, key=f"granted/{refund_id}", actor=actor, now=now
    )


async def asked_before(tx: Tx, order: Order, key: str) -> RefundId | None:
    """Find the refund of a locked order that was asked for with a key. None: there is none."""
    asked = await store.refunds(tx, order_id=order.id)
    return next((refund.id for refund in asked if refund.key == key), None)


async def refund_succeeded(
    tx: Tx, order_id: OrderId, refund_id: RefundId, amount: Money, *, now: Instant
) -> None:
    """Take note that money has arrived at the buyer. A repeated call changes nothing."""
    order = await lock(tx, order_id)
    found = await store.refunds(tx, refund_id=refund_id, lock=True)
    if found and found[0].state == "succeeded":
        return
    if found:
        await store.set_refund_state(tx, refund_id, "succeeded", ended_at=now)
    elif await _all_told(tx, order_id):
        return  # money that bought nothing has no refund here, only its line on the timeline
    await _note(tx, order, "refunded", SYSTEM, f"{amount.minor}", now)
    await tx.announce(OrderRefunded(order_id, refund_id, amount))


async def refund_failed(tx: Tx, order_id: OrderId, refund_id: RefundId, *, now: Instant) -> None:
    """Take note that the provider definitely refused; an operator has to look at it.

    Heard again, be it after another try has succeeded, it changes nothing.
    """
    order = await lock(tx, order_id)
    found = await store.refunds(tx, refund_id=refund_id, lock=True)
    if found and found[0].state == "succeeded":
        return
    told = [one.at for one in await store.timeline(tx, order_id) if one.kind == "refund_failed"]
    if now in told:  # each try fails at a moment of its own
        return
    await store.set_refund_state(tx, refund_id, "failed", ended_at=now)
    await _note(tx, order, "refund_failed", SYSTEM, "", now)


async def _all_told(tx: Tx, order_id: OrderId) -> bool:
    """Tell whether the timeline has a line for every refund that has arrived."""
    arrived = [one for one in await payments.refunds(tx, order_id) if one.state == "succeeded"]
    told = [one for one in await store.timeline(tx, order_id) if one.kind == "refunded"]
    return len(told) >= len(arrived)


def _check(order: Order) -> None:
    if order.state not in REFUNDABLE:
        raise WrongState(order.state, "refund")


async def _carry_out(
    tx: Tx,
    order: Order,
    plan: RefundPlan,
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: Instant,
) -> RefundId:
    lines = refunding.applied(order.lines, plan)
    minor = plan.total_minor
    if minor > 0:
        assert order.paid_by is not None, "money that goes back has come"
        refund_id = await payments.ask_refund(
            tx,
            order_id=order.id,
            attempt_id=order.paid_by,
            amount=Money(minor, order.currency),
            reason=reason,
            key=f"refund/{key}",
            now=now,
        )
    else:
        refund_id = RefundId(new_uuid())  # nothing to send: goods that cost nothing
    state = "running" if minor > 0 else "succeeded"
    await store.add_refund(tx, _refund(order, plan, refund_id, reason, key, state, actor, now))
    await store.put_lines(tx, order.id, lines)
    refunded = order.refunded_minor + minor
    if all(line.refunded == line.quantity for line in lines):
        note = "all_refunded"
        await move(
            tx,
            order,
            "close",
            actor=actor,
            now=now,
            note=note,
            refunded_minor=refunded,
            ended_at=now,
        )
    elif everything_sent(lines) and order.state == "partly_shipped":
        await move(
            tx, order, "ship_all", actor=actor, now=now, refunded_minor=refunded, shipped_at=now
        )
    else:
        await store.change(tx, order, refunded_minor=refunded)
        await _note(tx, order, "refunding", actor, f"{minor}", now)
    await _give_back(tx, order, plan, refund_id, now)
    return refund_id


async def _give_back(tx: Tx, order: Order, plan: RefundPlan, refund_id: UUID, now: Instant) -> None:
    skus = {line.line_no: line.sku_id for line in order.lines}
    units = dict[SkuId, int]()
    for part in plan.lines:
        if part.released:
            sku = skus[part.line_no]
            units[sku] = units.get(sku, 0) + part.released
    if units:
        await inventory.release(tx, order.id, units, cause=("refund", refund_id), now=now)


def _refund(
    order: Order,
    plan: RefundPlan,
    refund_id: RefundId,
    reason: str,
    key: str,
    state: str,
    actor: Actor,
    now: Instant,
) -> Refund:
    return Refund(
        refund_id,
        order.id,
        key,
        plan.total_minor,
        plan,
        reason,
        state,
        actor.kind,
        now,
        now if state == "succeeded" else None,
    )


async def _note(tx: Tx, order: Order, kind: str, actor: Actor, note: str, now: Instant) -> None:
    state = order.state
    await store.happened(
        tx, order.id, kind, actor=actor, before=state, after=state, note=note, at=now
    )
