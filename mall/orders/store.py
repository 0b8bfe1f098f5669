"""The SQL of orders; no other file of this room speaks it."""

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.ids import OrderId, RefundId, ShopperId, new_uuid
from mall.kernel.statements import TENANT, Prepared
from mall.kernel.time import Instant
from mall.orders.rules import (
    Allocation,
    Happening,
    Known,
    Line,
    NewOrder,
    Order,
    PlacedLine,
    ShipTo,
    State,
)
from mall.orders.rules.refunding import RefundLine, RefundPlan
from mall.orders.tables import HappeningRow, LineRow, OrderRow, RefundRow

_asked = (
    func.unnest(
        bindparam("shoppers", type_=ARRAY(Uuid())), bindparam("keys", type_=ARRAY(String()))
    )
    .table_valued("shopper_id", "key", name="asked")
    .render_derived()
)
_placed = (
    select(
        OrderRow.id,
        OrderRow.number,
        OrderRow.payable_minor,
        OrderRow.currency,
        OrderRow.pay_by,
        OrderRow.request_hash,
    )
    .where(OrderRow.tenant_id == TENANT)
    .where(OrderRow.shopper_id == _asked.c.shopper_id)
    .where(OrderRow.idempotency_key == _asked.c.key)
    # one descent of the right index a key, where a plain join may walk through all the orders
    .order_by(OrderRow.shopper_id, OrderRow.idempotency_key)
    .limit(1)
    .lateral("placed")
)
_KEYS = Prepared(select(_asked, _placed).join_from(_asked, _placed, true()))
COUNTED = 10_000  # orders of a mall in one state; more are not counted
_COUNTERS = (
    *("adjust_minor", "shipped", "refunded", "released"),
    *("refunded_minor", "refunded_freight_minor"),
)
_counted = (
    func.unnest(*(bindparam(name, type_=ARRAY(BigInteger())) for name in ("line_no", *_COUNTERS)))
    .table_valued("line_no", *_COUNTERS, name="counted")
    .render_derived()
)
_PUT_LINES = Prepared(
    update(LineRow)
    .where(LineRow.tenant_id == TENANT)
    .where(LineRow.order_id == bindparam("order", type_=Uuid()))
    .where(LineRow.line_no == _counted.c.line_no)
    .values({name: _counted.c[name] for name in _COUNTERS})
)

_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_of_mall = OrderRow.tenant_id == TENANT
_LOAD = Prepared(select(OrderRow.__table__).where(_of_mall, OrderRow.id == _ids))
_LOCK = Prepared(
    select(OrderRow.__table__)
    .where(_of_mall, OrderRow.id == _ids)
    .order_by(OrderRow.id)
    .with_for_update()
)
_LINES = Prepared(
    select(LineRow.__table__)
    .where(LineRow.tenant_id == TENANT, LineRow.order_id == _ids)
    .order_by(LineRow.order_id, LineRow.line_no)
)
_ID_OF = Prepared(
    select(OrderRow.id).where(_of_mall, OrderRow.number == bindparam("number", type_=String()))
)


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund with its state."""

    id: RefundId
    order_id: OrderId
    key: str
    amount_minor: int
    plan: RefundPlan
    reason: str
    state: str
    asked_by: str
    asked_at: Instant
    ended_at: Instant | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which orders a list shows; None: no such condition."""

    shopper_id: ShopperId | None = None
    states: tuple[str, ...] | None = None
    text: str | None = None  # number, phone or name of the receiver
    refunding: bool = False


async def by_keys(
    read: Read, keys: Sequence[tuple[ShopperId, str]]
) -> dict[tuple[ShopperId, str], Known]:
    """Find the orders that idempotency keys have placed."""
    shoppers, words = [shopper for shopper, _ in keys], [key for _, key in keys]
    return {
        (shopper_id, key): Known(*known)
        for shopper_id, key, *known in await read.rows(_KEYS, shoppers=shoppers, keys=words)
    }


def record(tx: Tx, orders: Sequence[NewOrder]) -> None:
    """Store orders with their lines. The commit fails if a key or a number is there already."""
    tx.add(OrderRow, [_order_row(order) for order in orders])
    tx.add(LineRow, [_line_row(order, line) for order in orders for line in order.lines])


async def load(read: Read, order_ids: Sequence[OrderId], *, lock: bool = False) -> list[Order]:
    """Load orders whole, in the order asked for; ``lock``: until the commit they are ours."""
    rows, found = await gather(  # in turn: lines are read when their orders are locked
        read.named(_LOCK if lock else _LOAD, ids=order_ids), read.named(_LINES, ids=order_ids)
    )
    lines: dict[OrderId, list[Line]] = {}
    for row in found:
        lines.setdefault(row.order_id, []).append(_line(row))
    by_id = {row.id: _order(row, lines.get(row.id, [])) for row in rows}
    return [by_id[order_id] for order_id in order_ids if order_id in by_id]


async def id_of(read: Read, number: str) -> OrderId | None:
    """Find an order by the number that people read."""
    found = await read.rows(_ID_OF, number=number)
    return found[0][0] if found else None


async def list_ids(
    read: Read, wanted: Filter, after: tuple[Instant, UUID] | None, limit: int
) -> list[tuple[Instant, OrderId]]:
    """List orders, the newest first, from behind ``after``.

    Each way to them goes along an index and ends after ``limit``, however many orders there are.
    """
    ways = [_along(read, wanted, after, limit, way) for way in _ways(wanted)]
    found = union(*(select(way.subquery()) for way in ways)).subquery()
    newest = found.c.placed_at.desc(), found.c.id.desc()
    rows = await read.run(select(found.c.placed_at, found.c.id).order_by(*newest).limit(limit))
    return [(row.placed_at, row.id) for row in rows]


def _ways(wanted: Filter) -> list[ColumnElement[bool]]:
    """Say what the orders of a list have in common, each time in one index; together, all."""
    states = wanted.states or get_args(State.__value__)
    among = OrderRow.state.in_(states) if wanted.states else true()
    if wanted.shopper_id is not None:
        return [and_(OrderRow.shopper_id == wanted.shopper_id, among)]
    if wanted.text:
        phones = (wanted.text, f"+86{wanted.text}")
        phone, name = OrderRow.ship_to["phone"].astext, OrderRow.ship_to["name"].astext
        exactly = [
            OrderRow.number == wanted.text,
            *(OrderRow.receiver_phone == one for one in phones),
            OrderRow.receiver_name == wanted.text,
            # these few are read one by one
            and_(OrderRow.state == "unpaid", or_(phone.in_(phones), name == wanted.text)),
        ]
        return [and_(one, among) for one in exactly]
    return [among] if wanted.refunding else [OrderRow.state == state for state in states]


def _along(
    read: Read,
    wanted: Filter,
    after: tuple[Instant, UUID] | None,
    limit: int,
    way: ColumnElement[bool],
) -> Select[Instant, OrderId]:
    statement = (
        select(OrderRow.placed_at, OrderRow.id)
        .where(OrderRow.tenant_id == read.tenant_id, way)
        .order_by(OrderRow.placed_at.desc(), OrderRow.id.desc())
        .limit(limit)
    )
    if wanted.refunding:
        asked = select(RefundRow.order_id).where(RefundRow.tenant_id == read.tenant_id)
        statement = statement.where(OrderRow.id.in_(asked))
    if after is not None:
        statement = statement.where(tuple_(OrderRow.placed_at, OrderRow.id) < after)
    return statement


async def counts(read: Read, shopper_id: ShopperId | None) -> dict[str, int]:
    """Count orders by state, of one shopper or of the mall; of the mall to ``COUNTED`` at most."""
    if shopper_id is not None:
        statement = (
            select(OrderRow.state, func.count().label("number"))
            .where(OrderRow.tenant_id == read.tenant_id, OrderRow.shopper_id == shopper_id)
            .group_by(OrderRow.state)
        )
        return {row.state: row.number for row in await read.run(statement)}
    each = {
        state: select(OrderRow.state)
        .where(OrderRow.tenant_id == read.tenant_id, OrderRow.state == state)
        .limit(COUNTED)
        .subquery()
        for state in get_args(State.__value__)
    }
    counted = select(
        *(select(func.count()).select_from(some).scalar_subquery() for some in each.values())
    )
    return dict(zip(each, (await read.run(counted)).one(), strict=True))


async def due(
    tx: Tx, what: Literal["pay_by", "shipped_at", "received_at"], before: Instant, at_most: int
) -> list[OrderId]:
    """List orders whose time is over, leaving those that somebody else is handling."""
    state = {"pay_by": "unpaid", "shipped_at": "shipped", "received_at": "received"}[what]
    column = {
        "pay_by": OrderRow.pay_by,
        "shipped_at": OrderRow.shipped_at,
        "received_at": OrderRow.received_at,
    }[what]
    statement = (
        select(OrderRow.id)
        .where(OrderRow.tenant_id == tx.tenant_id, OrderRow.state == state, column <= before)
        .order_by(column)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    if what == "pay_by":
        statement = statement.where(OrderRow.closing.is_(None))
    else:  # true anyway; the index by state and placing so leads to the old ones
        statement = statement.where(OrderRow.placed_at <= before)
    return list((await tx.run(statement)).scalars())


async def change(tx: Tx, order: Order, **values: Any) -> None:
    """Change an order that is still as it was loaded (compare and set on its version).

    From its first step on it is found by its receiver.
    """
    if {"state", "ship_to"} & values.keys():
        ship_to = values.get("ship_to", order.ship_to)
        values |= {"receiver_phone": ship_to.phone, "receiver_name": ship_to.name}
    was = {"id": order.id, "version": order.version, "state": order.state}
    done = await tx.put_values(OrderRow, was, {"version": order.version + 1, **values})
    assert done == 1, "an order is changed under its lock only"


async def put_lines(tx: Tx, order_id: OrderId, lines: Sequence[Line]) -> None:
    """Store the counters of lines."""
    counted = {name: [getattr(line, name) for line in lines] for name in ("line_no", *_COUNTERS)}
    await tx.change(_PUT_LINES, order=order_id, **counted)


async def happened(
    tx: Tx,
    order_id: OrderId,
    kind: str,
    *,
    actor: Actor,
    before: str,
    after: str,
    note: str,
    at: Instant,
) -> None:
    """Add a line to the timeline."""
    row = {
        "id": new_uuid(),
        "order_id": order_id,
        "at": at,
        "kind": kind,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "before": before,
        "after": after,
        "note": note,
    }
    tx.add(HappeningRow, [row])


async def timeline(read: Read, order_id: OrderId) -> list[Happening]:
    """Load the timeline, the oldest first."""
    row = HappeningRow
    found = await read.run(
        select(row.at, row.kind, row.actor_kind, row.actor_name, row.before, row.after, row.note)
        .where(row.tenant_id == read.tenant_id, row.order_id == order_id)
        .order_by(row.id)
    )
    return [Happening(*entry) for entry in found]


async def add_refund(tx: Tx, refund: Refund) -> None:
    """Store a refund."""
    row = {
        "id": refund.id,
        "order_id": refund.order_id,
        "key": refund.key,
        "amount_minor": refund.amount_minor,
        "lines": msgspec.to_builtins(refund.plan.lines),
        "reason": refund.reason,
        "state": refund.state,
        "asked_by": refund.asked_by,
        "asked_at": refund.asked_at,
        "ended_at": refund.ended_at,
    }
    await tx.insert(RefundRow, [row])


async def refunds(
    read: Read,
    *,
    order_id: OrderId | None = None,
    refund_id: RefundId | None = None,
    lock: bool = False,
) -> list[Refund]:
    """Load the refunds of an order, or one refund, the oldest first."""
    statement = (
        select(RefundRow.__table__)
        .where(RefundRow.tenant_id == read.tenant_id)
        .order_by(RefundRow.asked_at, RefundRow.id)
    )
    if order_id is not None:
        statement = statement.where(RefundRow.order_id == order_id)
    if refund_id is not None:
        statement = statement.where(RefundRow.id == refund_id)
    if lock:
        statement = statement.with_for_update()
    return [_refund(row) for row in await read.run(statement)]


async def set_refund_state(
    tx: Tx, refund_id: RefundId, state: str, *, ended_at: Instant | None
) -> None:
    """Move a refund to a state."""
    await tx.run(
        update(RefundRow)
        .where(RefundRow.tenant_id == tx.tenant_id, RefundRow.id == refund_id)
        .values(state=state, ended_at=ended_at)
    )


def _order_row(order: NewOrder) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number,
        "shopper_id": order.shopper_id,
        "member_id": order.member_id,
        "channel": order.channel,
        "language": order.language,
        "currency": order.currency,
        "state": "unpaid",
        "version": 1,
        "freight_minor": order.freight_minor,
        "payable_minor": order.payable_minor,
        "paid_minor": 0,
        "refunded_minor": 0,
        "ship_to": order.ship_to,
        "buyer_note": order.buyer_note,
        "idempotency_key": order.idempotency_key,
        "request_hash": order.request_hash,
        "placed_at": order.placed_at,
        "pay_by": order.pay_by,
    }


def _line_row(order: NewOrder, line: PlacedLine) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "line_no": line.line_no,
        "sku_id": line.sku_id,
        "product_id": line.product_id,
        "snapshot": {
            "title": dict(line.title),
            "options": dict(line.options),
            "image": str(line.image) if line.image else None,
        },
        "quantity": line.quantity,
        "unit_minor": line.unit_minor,
        "list_minor": line.list_minor,
        "allocations": line.allocations,
        "freight_share_minor": line.freight_share_minor,
        "weight_grams": line.weight_grams,
        "adjust_minor": 0,
        "shipped": 0,
        "refunded": 0,
        "released": 0,
        "refunded_minor": 0,
        "refunded_freight_minor": 0,
    }


def _line(row: Row[Any]) -> Line:
    image = row.snapshot["image"]
    placed = PlacedLine(
        line_no=row.line_no,
        sku_id=row.sku_id,
        product_id=row.product_id,
        title=row.snapshot["title"],
        options=row.snapshot["options"],
        image=UUID(image) if image else None,  # pyright: ignore[reportArgumentType] - an AssetId
        quantity=row.quantity,
        unit_minor=row.unit_minor,
        list_minor=row.list_minor,
        allocations=msgspec.convert(row.allocations, tuple[Allocation, ...]),
        freight_share_minor=row.freight_share_minor,
        weight_grams=row.weight_grams,
    )
    return Line(
        placed,
        row.adjust_minor,
        row.shipped,
        row.refunded,
        row.released,
        row.refunded_minor,
        row.refunded_freight_minor,
    )


def _order(row: Row[Any], lines: Sequence[Line]) -> Order:
    return Order(
        id=row.id,
        number=row.number,
        shopper_id=row.shopper_id,
        member_id=row.member_id,
        channel=row.channel,
        language=row.language,
        currency=row.currency,
        state=row.state,
        closing=row.closing,
        version=row.version,
        freight_minor=row.freight_minor,
        payable_minor=row.payable_minor,
        paid_minor=row.paid_minor,
        refunded_minor=row.refunded_minor,
        ship_to=msgspec.convert(row.ship_to, ShipTo),
        buyer_note=row.buyer_note,
        placed_at=row.placed_at,
        pay_by=row.pay_by,
        paid_at=row.paid_at,
        paid_by=row.paid_by,
        shipped_at=row.shipped_at,
        received_at=row.received_at,
        ended_at=row.ended_at,
        cancel_reason=row.cancel_reason,
        lines=tuple(lines),
    )


def _refund(row: Row[Any]) -> Refund:
    return Refund(
        id=row.id,
        order_id=row.order_id,
        key=row.key,
        amount_minor=row.amount_minor,
        plan=RefundPlan(msgspec.convert(row.lines, tuple[RefundLine, ...])),
        reason=row.reason,
        state=row.state,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
    )
