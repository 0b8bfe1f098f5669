"""What a buyer does with an order: cancel, receive, ask for money back."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.ids import ShopperId
from mall.kernel.time import Instant
from mall.orders import queries
from mall.orders.actions import cancel as cancelling
from mall.orders.actions import refund as refunding
from mall.orders.actions import ship as shipping
from mall.orders.rules.refunding import RefundLine
from mall.orders.shop_api.shown import ShownOrder, ShownRefund, refunded, shown


class RefundUnits(Struct, forbid_unknown_fields=True):
    """Units of a line."""

    line_no: Annotated[int, Meta(ge=1, le=1000)]
    quantity: Annotated[int, Meta(ge=1, le=999)]


class PreviewRefund(Struct, forbid_unknown_fields=True):
    """Which units might be refunded."""

    lines: Annotated[list[RefundUnits], Meta(min_length=1, max_length=120)]

    def units(self) -> dict[int, int]:
        """Add up the units by line."""
        units = dict[int, int]()
        for line in self.lines:
            units[line.line_no] = units.get(line.line_no, 0) + line.quantity
        return units


class AskRefund(PreviewRefund, forbid_unknown_fields=True):
    """Which units should be refunded, and why."""

    reason: Annotated[str, Meta(max_length=200)] = ""


class RefundPreview(Struct):
    """What a refund would give back, line by line."""

    lines: list[RefundLine]
    total_minor: int


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
    number: str, data: PreviewRefund, read: Read, shopper_id: ShopperId
) -> RefundPreview:
    """Say exactly what a refund would give back."""
    order = await queries.by_number(read, number, shopper_id=shopper_id)
    plan = queries.refund_preview(order, data.units(), seller_at_fault=False)
    return RefundPreview(list(plan.lines), plan.total_minor)


@post("/orders/{number:str}/refunds", status_code=201, opt={"access": "shopper"})
async def ask_refund(
    number: str,
    data: AskRefund,
    tx: Tx,
    shopper_id: ShopperId,
    buyer: Actor,
    now: Instant,
    idempotency_key: Annotated[
        str,
        Parameter(
            header="Idempotency-Key",
            pattern=r"^[!-~]{8,100}$",
            description="8 to 100 visible ASCII characters; the same key asks once",
        ),
    ],
) -> ShownRefund:
    """Ask for units back: at once while none was sent, else the mall decides."""
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
    asked = await queries.refunds(tx, order.id)
    return refunded(next(one for one in asked if one.id == refund_id))


@get("/orders/{number:str}/refunds", opt={"access": "shopper"})
async def list_refunds(number: str, read: Read, shopper_id: ShopperId) -> list[ShownRefund]:
    """List the refunds of an order, the oldest first."""
    order = await queries.by_number(read, number, shopper_id=shopper_id)
    return [refunded(one) for one in await queries.refunds(read, order.id)]


HANDLERS: Sequence[HTTPRouteHandler] = (
    cancel_order,
    receive_order,
    preview_refund,
    ask_refund,
    list_refunds,
)
