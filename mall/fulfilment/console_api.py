"""Shipping over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import get, patch, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta, Struct

from mall import orders
from mall.fulfilment import actions, queries
from mall.fulfilment.carriers import load_carriers
from mall.fulfilment.rules import Parcel
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import ParcelId
from mall.kernel.time import Instant

type CarrierCode = Annotated[str, Meta(pattern="^[a-z_]{1,40}$")]
type TrackingText = Annotated[str, Meta(min_length=1, max_length=60)]


class ParcelLine(Struct, forbid_unknown_fields=True):
    """Units of a line."""

    line_no: Annotated[int, Meta(ge=1, le=1000)]
    quantity: Annotated[int, Meta(ge=1, le=999)]


class SendParcel(Struct, forbid_unknown_fields=True):
    """A parcel; ``lines`` null: everything that is left to send."""

    carrier: CarrierCode
    tracking_no: TrackingText
    lines: Annotated[list[ParcelLine], Meta(min_length=1, max_length=120)] | None = None


class CorrectTracking(Struct, forbid_unknown_fields=True):
    """The right carrier and number."""

    carrier: CarrierCode
    tracking_no: TrackingText


class ConsoleParcel(Struct):
    """A parcel on its way."""

    id: ParcelId
    carrier: str
    tracking_no: str
    lines: list[ParcelLine]
    shipped_at: Instant


class ConsoleCarrier(Struct):
    """A company that carries parcels."""

    code: str
    titles: Texts


@post("/orders/{number:str}/parcels", status_code=201, opt={"permission": "orders.ship"})
async def send_parcel(
    number: str, data: SendParcel, tx: Tx, actor: Actor, now: Instant
) -> list[ConsoleParcel]:
    """Send goods of a paid order; the same carrier and number again changes nothing."""
    order = await orders.by_number(tx, number)
    lines = None if data.lines is None else {one.line_no: one.quantity for one in data.lines}
    await actions.ship(
        tx,
        order.id,
        lines,
        carrier=data.carrier,
        tracking_no=data.tracking_no,
        actor=actor,
        now=now,
    )
    return [_shown(one) for one in (await queries.parcels(tx, [order.id]))[order.id]]


@get("/orders/{number:str}/parcels", opt={"permission": "orders.read"})
async def list_parcels(number: str, read: Read) -> list[ConsoleParcel]:
    """List the parcels of an order."""
    order = await orders.by_number(read, number)
    return [_shown(one) for one in (await queries.parcels(read, [order.id])).get(order.id, [])]


@patch("/parcels/{parcel_id:uuid}", status_code=204, opt={"permission": "orders.ship"})
async def correct_tracking(
    parcel_id: UUID, data: CorrectTracking, tx: Tx, actor: Actor, now: Instant
) -> None:
    """Correct the carrier or number of a parcel."""
    await actions.correct_tracking(
        tx,
        ParcelId(parcel_id),
        carrier=data.carrier,
        tracking_no=data.tracking_no,
        actor=actor,
        now=now,
    )


@get("/carriers", opt={"permission": "orders.read"})
async def list_carriers(read: Read) -> list[ConsoleCarrier]:
    """List the carriers that parcels can go with."""
    return [ConsoleCarrier(code, one.titles) for code, one in load_carriers().items()]


def _shown(parcel: Parcel) -> ConsoleParcel:
    lines = [ParcelLine(line_no, units) for line_no, units in sorted(parcel.lines.items())]
    return ConsoleParcel(parcel.id, parcel.carrier, parcel.tracking_no, lines, parcel.shipped_at)


HANDLERS: Sequence[HTTPRouteHandler] = (
    send_parcel,
    list_parcels,
    correct_tracking,
    list_carriers,
)
