"""What operators do with orders over HTTP."""

from collections.abc import Sequence
from typing import Annotated, get_args
from uuid import UUID

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall.kernel import paging
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.ids import RefundId
from mall.kernel.paging import Page
from mall.kernel.time import Instant
from mall.orders import queries
from mall.orders.actions import adjust, moving
from mall.orders.actions import cancel as cancelling
from mall.orders.actions import refund as refunding
from mall.orders.rules import Happening, Order, State
from mall.orders.rules.acts import OperatorAct, open_to_operator
from mall.orders.rules.refunding import RefundLine
from mall.orders.store import Filter, Refund

Key = Annotated[
    str,
    Parameter(
        header="Idempotency-Key",
        pattern=r"^[!-~]{8,100}$",
        description="8 to 100 visible ASCII characters; the same key refunds once",
    ),
]


class ConsoleOrderLine(Struct):
    """A line with what has happened to it."""

    line_no: int
    sku_id: UUID
    title: dict[str, str]
    options: dict[str, str]
    quantity: int
    unit_minor: int
    adjust_minor: int
    paid_minor: int
    freight_share_minor: int
    shipped: int
    refunded: int
    refunded_minor: int
    refunded_freight_minor: int


class ConsoleOrder(Struct):
    """An order as its mall sees it; ``closing``: why it is being cancelled; ``can``: what to do."""

    id: UUID
    number: str
    state: State
    closing: str | None
    cancel_reason: str | None
    member_id: UUID | None
    channel: str
    currency: str
    payable_minor: int
    freight_minor: int
    paid_minor: int
    refunded_minor: int
    receiver: str
    phone: str
    region: list[str]
    detail: str
    buyer_note: str
    placed_at: Instant
    pay_by: Instant
    paid_at: Instant | None
    shipped_at: Instant | None
    received_at: Instant | None
    ended_at: Instant | None
    lines: list[ConsoleOrderLine]
    can: list[OperatorAct]


class ConsoleHappening(Struct):
    """One step of the timeline, with who took it."""

    at: Instant
    kind: str
    by_kind: str
    by: str
    before: str
    after: str
    note: str


class ConsoleRefund(Struct):
    """A refund with its state."""

    id: RefundId
    amount_minor: int
    lines: list[RefundLine]
    state: str
    reason: str
    asked_by: str
    asked_at: Instant
    ended_at: Instant | None


class ConsoleOrderDetail(Struct):
    """An order with everything around it."""

    order: ConsoleOrder
    timeline: list[ConsoleHappening]
    refunds: list[ConsoleRefund]


class WriteNote(Struct, forbid_unknown_fields=True):
    """A remark for the staff."""

    note: Annotated[str, Meta(min_length=1, max_length=500)]


class SetPrice(Struct, forbid_unknown_fields=True):
    """What an unpaid order costs from now on."""

    payable_minor: Annotated[int, Meta(ge=1, le=10**12)]


class UnitsOfLine(Struct, forbid_unknown_fields=True):
    """Units of a line."""

    line_no: Annotated[int, Meta(ge=1, le=1000)]
    quantity: Annotated[int, Meta(ge=1, le=999)]


class RefundOrder(Struct, forbid_unknown_fields=True):
    """Units to refund; when the seller is at fault, freight of sent units comes back too."""

    lines: Annotated[list[UnitsOfLine], Meta(min_length=1, max_length=120)]
    reason: Annotated[str, Meta(max_length=200)] = ""
    seller_at_fault: bool = False

    def units(self) -> dict[int, int]:
        """Add up the units by line."""
        units = dict[int, int]()
        for line in self.lines:
            units[line.line_no] = units.get(line.line_no, 0) + line.quantity
        return units


class CompensateLine(Struct, forbid_unknown_fields=True):
    """Money back on one line; the goods stay with the buyer."""

    line_no: Annotated[int, Meta(ge=1, le=1000)]
    amount_minor: Annotated[int, Meta(ge=1, le=10**12)]
    reason: Annotated[str, Meta(max_length=200)] = ""


class DecideReturn(Struct, forbid_unknown_fields=True):
    """Yes or no to what a buyer asked for."""

    grant: bool
    note: Annotated[str, Meta(max_length=200)] = ""


class RefundCarriedOut(Struct):
    """The refund that was begun."""

    id: RefundId


@get("/orders", opt={"permission": "orders.read"})
async def list_orders(
    read: Read,
    only: Annotated[
        list[State] | None, Parameter(query="state", max_items=7, description="In these states")
    ] = None,
    text: Annotated[
        str | None, Parameter(max_length=50, description="Number, or receiver's phone or name")
    ] = None,
    with_refunds: Annotated[
        bool, Parameter(query="refunding", description="With refunds only")
    ] = False,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> Page[ConsoleOrder]:
    """List orders, the newest first."""
    states = tuple(only) if only else None
    wanted = Filter(None, states, text.strip() or None if text else None, with_refunds)
    found = await queries.orders(read, wanted, cursor=cursor, limit=limit)
    return Page([_shown(order) for order in found.items], found.next_cursor)


@get("/orders/counts", opt={"permission": "orders.read"})
async def count_orders(read: Read) -> dict[str, int]:
    """Count orders by state; 10,000 stand for as many or more."""
    counts = await queries.counts(read, None)
    return {state: counts.get(state, 0) for state in get_args(State.__value__)}


@get("/orders/{number:str}", opt={"permission": "orders.read"})
async def show_order(number: str, read: Read) -> ConsoleOrderDetail:
    """Show an order with its timeline and refunds."""
    order = await queries.by_number(read, number)
    return ConsoleOrderDetail(
        _shown(order),
        [_told(one) for one in await queries.timeline(read, order.id)],
        [_refund(one) for one in await queries.refunds(read, order.id)],
    )


@post("/orders/{number:str}/notes", status_code=201, opt={"permission": "orders.note"})
async def write_note(number: str, data: WriteNote, tx: Tx, actor: Actor, now: Instant) -> None:
    """Write a remark that only staff can read."""
    order = await queries.by_number(tx, number)
    await moving.add_note(tx, order.id, data.note, actor=actor, now=now)


@post("/orders/{number:str}/cancel", status_code=200, opt={"permission": "orders.cancel"})
async def cancel_order(number: str, tx: Tx, actor: Actor, now: Instant) -> ConsoleOrder:
    """Cancel an order that was not sent; what was paid goes back."""
    order = await queries.by_number(tx, number)
    await cancelling.cancel(tx, order.id, "operator", actor=actor, now=now)
    return _shown(await queries.order(tx, order.id))


@post("/orders/{number:str}/price", status_code=200, opt={"permission": "orders.change"})
async def set_price(
    number: str, data: SetPrice, tx: Tx, actor: Actor, now: Instant
) -> ConsoleOrder:
    """Lower what an unpaid order costs."""
    order = await queries.by_number(tx, number)
    await adjust.adjust_price(tx, order.id, data.payable_minor, actor=actor, now=now)
    return _shown(await queries.order(tx, order.id))


@post("/orders/{number:str}/refunds", status_code=201, opt={"permission": "orders.refund"})
async def refund_order(
    number: str, data: RefundOrder, tx: Tx, actor: Actor, now: Instant, idempotency_key: Key
) -> RefundCarriedOut:
    """Refund units; those that were not sent go back on the shelf."""
    order = await queries.by_number(tx, number)
    refund_id = await refunding.refund(
        tx,
        order.id,
        data.units(),
        reason=data.reason,
        key=f"staff/{idempotency_key}",
        seller_at_fault=data.seller_at_fault,
        actor=actor,
        now=now,
    )
    return RefundCarriedOut(refund_id)


@post("/orders/{number:str}/compensations", status_code=201, opt={"permission": "orders.refund"})
async def compensate_line(
    number: str, data: CompensateLine, tx: Tx, actor: Actor, now: Instant, idempotency_key: Key
) -> RefundCarriedOut:
    """Give money of one line back."""
    order = await queries.by_number(tx, number)
    refund_id = await refunding.compensate(
        tx,
        order.id,
        data.line_no,
        data.amount_minor,
        reason=data.reason,
        key=f"staff/{idempotency_key}",
        actor=actor,
        now=now,
    )
    return RefundCarriedOut(refund_id)


@post("/refunds/{refund_id:uuid}/decision", status_code=204, opt={"permission": "orders.refund"})
async def decide_return(
    refund_id: UUID, data: DecideReturn, tx: Tx, actor: Actor, now: Instant
) -> None:
    """Grant or refuse what a buyer asked for."""
    await refunding.decide_return(
        tx, RefundId(refund_id), grant=data.grant, note=data.note, actor=actor, now=now
    )


def _shown(order: Order) -> ConsoleOrder:
    return ConsoleOrder(
        id=order.id,
        number=order.number,
        state=order.state,  # pyright: ignore[reportArgumentType] - of the state table
        closing=order.closing,
        cancel_reason=order.cancel_reason,
        member_id=order.member_id,
        channel=order.channel,
        currency=order.currency,
        payable_minor=order.payable_minor,
        freight_minor=order.freight_minor,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
        receiver=order.ship_to.name,
        phone=order.ship_to.phone,
        region=list(order.ship_to.region),
        detail=order.ship_to.detail,
        buyer_note=order.buyer_note,
        placed_at=order.placed_at,
        pay_by=order.pay_by,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        received_at=order.received_at,
        ended_at=order.ended_at,
        lines=[
            ConsoleOrderLine(
                line.line_no,
                line.sku_id,
                dict(line.placed.title),
                dict(line.placed.options),
                line.quantity,
                line.placed.unit_minor,
                line.adjust_minor,
                line.paid_minor,
                line.placed.freight_share_minor,
                line.shipped,
                line.refunded,
                line.refunded_minor,
                line.refunded_freight_minor,
            )
            for line in order.lines
        ],
        can=open_to_operator(order),
    )


def _told(one: Happening) -> ConsoleHappening:
    return ConsoleHappening(
        one.at, one.kind, one.actor_kind, one.actor_name, one.before, one.after, one.note
    )


def _refund(one: Refund) -> ConsoleRefund:
    return ConsoleRefund(
        one.id,
        one.amount_minor,
        list(one.plan.lines),
        one.state,
        one.reason,
        one.asked_by,
        one.asked_at,
        one.ended_at,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    list_orders,
    count_orders,
    show_order,
    write_note,
    cancel_order,
    set_price,
    refund_order,
    compensate_line,
    decide_return,
)
