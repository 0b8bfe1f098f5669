"""Shipping over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta, Struct

from mall import orders
from mall.fulfilment import actions, queries
from mall.fulfilment.carriers import load_carriers
from mall.fulfilment.rules import FreightTemplate, Measure, Parcel, Tariff
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import FreightTemplateId, ParcelId, new_uuid
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant

type CarrierCode = Annotated[str, Meta(pattern="^[a-z_]{1,40}$")]
type TrackingText = Annotated[str, Meta(min_length=1, max_length=60)]
type Fee = Annotated[int, Meta(ge=0, le=1_000_000)]  # 10,000 yuan: beyond it, a slip
type Units = Annotated[int, Meta(ge=1, le=10_000_000)]  # pieces, or grams
type Region = Annotated[str, Meta(pattern=r"^[0-9]{2}([0-9]{2}){0,2}$")]


class ParcelLine(Struct, forbid_unknown_fields=True):
    """Units of a line."""

    line_no: Annotated[int, Meta(ge=1, le=1000)]
    quantity: Annotated[int, Meta(ge=1, le=999)]


class SendParcel(Struct, forbid_unknown_fields=True):
    """A parcel; ``lines`` null: everything that is left to send."""

    carrier: CarrierCode
    tracking_no: TrackingText
    lines: Annotated[list[ParcelLine], Meta(min_length=1, max_length=120)] | None = None

    def units(self) -> dict[int, int] | None:
        """Add up the units by line; None: everything."""
        if self.lines is None:
            return None
        units = dict[int, int]()
        for line in self.lines:
            units[line.line_no] = units.get(line.line_no, 0) + line.quantity
        return units


class WriteTariff(Struct, forbid_unknown_fields=True):
    """What regions (GB/T 2260 prefixes) cost; no regions: everywhere else. Free from 0: never."""

    first_units: Units
    first_fee_minor: Fee
    step_units: Units
    step_fee_minor: Fee
    regions: Annotated[list[Region], Meta(max_length=4000)] = []
    delivers: bool = True
    free_from_pieces: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    free_from_minor: Annotated[int, Meta(ge=0, le=10**12)] = 0

    def tariff(self) -> Tariff:
        """Hand it to the rules."""
        return Tariff(
            tuple(self.regions),
            self.first_units,
            self.first_fee_minor,
            self.step_units,
            self.step_fee_minor,
            self.delivers,
            self.free_from_pieces,
            self.free_from_minor,
        )


class WriteTemplate(Struct, forbid_unknown_fields=True):
    """How goods of one kind are charged for delivery; one tariff is for everywhere else."""

    title: Annotated[
        dict[Language, Annotated[str, Meta(min_length=1, max_length=100)]], Meta(min_length=1)
    ]
    measure: Measure
    tariffs: Annotated[list[WriteTariff], Meta(min_length=1, max_length=200)]

    def template(self, template_id: FreightTemplateId) -> FreightTemplate:
        """Hand it to the rules."""
        title = {str(language): text for language, text in self.title.items()}
        tariffs = tuple(one.tariff() for one in self.tariffs)
        return FreightTemplate(template_id, title, self.measure, tariffs)


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
    await actions.ship(
        tx,
        order.id,
        data.units(),
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


@get("/freight-templates", opt={"permission": "freight.read"})
async def list_templates(read: Read) -> list[FreightTemplate]:
    """List every freight template."""
    return list((await queries.freight_templates(read)).values())


@post("/freight-templates", status_code=201, opt={"permission": "freight.write"})
async def add_template(data: WriteTemplate, tx: Tx, actor: Actor, now: Instant) -> FreightTemplate:
    """Add a freight template."""
    template = data.template(FreightTemplateId(new_uuid()))
    await actions.set_template(tx, template, actor=actor, now=now)
    return template


@put("/freight-templates/{template_id:uuid}", opt={"permission": "freight.write"})
async def change_template(
    template_id: UUID, data: WriteTemplate, tx: Tx, actor: Actor, now: Instant
) -> FreightTemplate:
    """Write a freight template anew; orders that stand keep their freight."""
    if template_id not in await queries.freight_templates(tx):
        raise Nothing("freight_template")
    template = data.template(FreightTemplateId(template_id))
    await actions.set_template(tx, template, actor=actor, now=now)
    return template


@delete(
    "/freight-templates/{template_id:uuid}", status_code=204, opt={"permission": "freight.write"}
)
async def remove_template(template_id: UUID, tx: Tx, actor: Actor, now: Instant) -> None:
    """Remove a freight template; its goods cannot be ordered until they get another."""
    await actions.remove_template(tx, FreightTemplateId(template_id), actor=actor, now=now)


def _shown(parcel: Parcel) -> ConsoleParcel:
    lines = [ParcelLine(line_no, units) for line_no, units in sorted(parcel.lines.items())]
    return ConsoleParcel(parcel.id, parcel.carrier, parcel.tracking_no, lines, parcel.shipped_at)


HANDLERS: Sequence[HTTPRouteHandler] = (
    send_parcel,
    list_parcels,
    correct_tracking,
    list_carriers,
    list_templates,
    add_template,
    change_template,
    remove_template,
)
