"""A shopper's own orders over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall.kernel import paging
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, AttemptId, OrderId, ProductId, RefundId, ShopperId, SkuId
from mall.kernel.paging import Page
from mall.kernel.time import Instant
from mall.orders import errands, queries
from mall.orders.actions import cancel as cancelling
from mall.orders.actions import refund as refunding
from mall.orders.actions import ship as shipping
from mall.orders.rules import Happening, Order, ShipTo, State
from mall.orders.store import Filter, Refund

type Quantity = Annotated[int, Meta(ge=1, le=999)]


class ShownOrderLine(Struct):
    """A line with what has happened to it."""

    line_no: int
    sku_id: SkuId
    product_id: ProductId
    title: Texts
    options: Texts
    image: AssetId | None
    quantity: int
    unit_minor: int
    paid_minor: int
    freight_share_minor: int
    shipped: int
    refunded: int
    refunded_minor: int


class ShownOrder(Struct):
    """An order, whole."""

    id: OrderId
    number: str
    state: str
    closing: bool
    currency: str
    freight_minor: int
    payable_minor: int
    paid_minor: int
    refunded_minor: int
    ship_to: ShipTo
    note: str
    placed_at: Instant
    pay_by: Instant
    paid_at: Instant | None
    shipped_at: Instant | None
    received_at: Instant | None
    ended_at: Instant | None
    lines: list[ShownOrderLine]


class ShownHappening(Struct):
    """One step of the timeline."""

    at: Instant
    kind: str
    before: str
    after: str
    by: str


class OrderDetail(Struct):
    """An order with its timeline."""

    order: ShownOrder
    timeline: list[ShownHappening]


class PayOrder(Struct, forbid_unknown_fields=True):
    """How to pay, and the page of this mall to come back to."""

    provider: Annotated[str, Meta(pattern="^[a-z_]{1,40}$")] = "demo_pay"
    return_path: Annotated[str, Meta(pattern=r"^/([^/\\\s][^\\\s]*)?$", max_length=300)] = "/orders"


class PaymentStarted(Struct):
    """Where paying stands; ``pay_url`` null: ask again in a second with the same request."""

    attempt_id: AttemptId | None
    pay_url: str | None


class RefundUnits(Struct, forbid_unknown_fields=True):
    """Units of a line."""

    line_no: Annotated[int, Meta(ge=1, le=1000)]
    quantity: Quantity


class AskRefund(Struct, forbid_unknown_fields=True):
    """Which units should be refunded, and why."""

    lines: Annotated[list[RefundUnits], Meta(min_length=1, max_length=120)]
    reason: Annotated[str, Meta(max_length=100)] = ""

    def units(self) -> dict[int, int]:
        """Give units by line."""
        return {line.line_no: line.quantity for line in self.lines}


class RefundAsked(Struct):
    """The refund that was asked for."""

    id: RefundId


class RefundPreview(Struct):
    """What a refund would give back."""

    total_minor: int


class ShownRefund(Struct):
    """A refund with its state."""

    id: RefundId
    amount_minor: int
    state: str
    reason: str
    asked_at: Instant
    ended_at: Instant | None


@get("/orders", opt={"access": "shopper"})
async def list_orders(
    read: Read,
    shopper_id: ShopperId,
    only: Annotated[State | None, Parameter(query="state")] = None,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> Page[ShownOrder]:
    """List my orders, the newest first."""
    wanted = Filter(shopper_id, (only,) if only else None)
    found = await queries.orders(read, wanted, cursor=cursor, limit=limit)
    return Page([shown(order) for order in found.items], found.next_cursor)


@get("/orders/{number:str}", opt={"access": "shopper"})
async def show_order(number: str, read: Read, shopper_id: ShopperId) -> OrderDetail:
    """Show one of my orders with its timeline."""
    order = await queries.by_number(read, number, shopper_id=shopper_id)
    return OrderDetail(shown(order), [told(one) for one in await queries.timeline(read, order.id)])


@post("/orders/{number:str}/pay", status_code=200, opt={"access": "shopper"})
async def pay_order(
    number: str,
    data: PayOrder,
    request: Request[object, object, object],  # type: ignore[type-var]
    run_errand: RunErrand,
    shopper_id: ShopperId,
) -> PaymentStarted:
    """Begin to pay an order; a repeated call goes on with the same attempt."""
    host = f"{request.scope['scheme']}://{request.headers.get('host', 'localhost')}"
    started = await errands.start_payment(
        run_errand,
        number=number,
        shopper_id=shopper_id,
        provider=data.provider,
        return_url=f"{host}{data.return_path}",
    )
    return PaymentStarted(started.attempt_id, started.pay_url)


@post("/orders/{number:str}/cancel", status_code=200, opt={"access": "shopper"})
async def cancel_order(
    number: str, tx: Tx, shopper_id: ShopperId, buyer: Actor, now: Instant
) -> ShownOrder:
    """Cancel an order that was not sent; what was paid goes back."""
    order = await queries.by_number(tx, number, shopper_id=shopper_id)
    await cancelling.cancel(tx, order.id, "buyer", actor=buyer, now=now)
    return shown(await queries.order(tx, order.id))


@post("/orders/{number:str}/receive", status_code=200, opt={"access": "shopper"})
async def receive_order(
    number: str, tx: Tx, shopper_id: ShopperId, buyer: Actor, now: Instant
) -> ShownOrder:
    """Confirm that everything has arrived."""
    order = await queries.by_number(tx, number, shopper_id=shopper_id)
    await shipping.receive(tx, order.id, actor=buyer, now=now)
    return shown(await queries.order(tx, order.id))


@post("/orders/{number:str}/refunds/preview", status_code=200, opt={"access": "shopper"})
async def preview_refund(
    number: str, data: AskRefund, read: Read, shopper_id: ShopperId
) -> RefundPreview:
    """Say exactly what a refund would give back."""
    order = await queries.by_number(read, number, shopper_id=shopper_id)
    plan = queries.refund_preview(order, data.units(), seller_at_fault=False)
    return RefundPreview(plan.total_minor)


@post("/orders/{number:str}/refunds", status_code=201, opt={"access": "shopper"})
async def ask_refund(
    number: str,
    data: AskRefund,
    tx: Tx,
    shopper_id: ShopperId,
    buyer: Actor,
    now: Instant,
    idempotency_key: Annotated[str, Parameter(header="Idempotency-Key", pattern=r"^[!-~]{8,100}$")],
) -> RefundAsked:
    """Ask for units back: at once while none was sent, else the shop decides."""
    order = await queries.by_number(tx, number, shopper_id=shopper_id)
    refund_id = await refunding.request_return(
        tx,
        order.id,
        data.units(),
        reason=data.reason,
        key=f"buyer/{idempotency_key}",
        actor=buyer,
        now=now,
    )
    return RefundAsked(refund_id)


@get("/orders/{number:str}/refunds", opt={"access": "shopper"})
async def list_refunds(number: str, read: Read, shopper_id: ShopperId) -> list[ShownRefund]:
    """List the refunds of an order."""
    order = await queries.by_number(read, number, shopper_id=shopper_id)
    return [refunded(one) for one in await queries.refunds(read, order.id)]


def shown(order: Order) -> ShownOrder:
    """Show an order; the console does it alike."""
    return ShownOrder(
        id=order.id,
        number=order.number,
        state=order.state,
        closing=order.closing is not None,
        currency=order.currency,
        freight_minor=order.freight_minor,
        payable_minor=order.payable_minor,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
        ship_to=order.ship_to,
        note=order.buyer_note,
        placed_at=order.placed_at,
        pay_by=order.pay_by,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        received_at=order.received_at,
        ended_at=order.ended_at,
        lines=[
            ShownOrderLine(
                line.line_no,
                line.sku_id,
                line.placed.product_id,
                line.placed.title,
                line.placed.options,
                line.placed.image,
                line.quantity,
                line.placed.unit_minor,
                line.paid_minor,
                line.placed.freight_share_minor,
                line.shipped,
                line.refunded,
                line.refunded_minor,
            )
            for line in order.lines
        ],
    )


def told(one: Happening) -> ShownHappening:
    """Show one step of a timeline to its buyer; names of staff and their notes stay inside."""
    return ShownHappening(one.at, one.kind, one.before, one.after, one.actor_kind)


def refunded(one: Refund) -> ShownRefund:
    """Show a refund."""
    return ShownRefund(one.id, one.amount_minor, one.state, one.reason, one.asked_at, one.ended_at)


HANDLERS: Sequence[HTTPRouteHandler] = (
    list_orders,
    show_order,
    pay_order,
    cancel_order,
    receive_order,
    preview_refund,
    ask_refund,
    list_refunds,
)
