"""What operators do with stock over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID, uuid5

from litestar import get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall.catalog import skus
from mall.inventory import actions, queries
from mall.inventory.actions import Count
from mall.inventory.rules import Kind, Location, Movement, Stock
from mall.kernel import paging
from mall.kernel.audit import record
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import LocationId, SkuId, new_uuid
from mall.kernel.paging import Page
from mall.kernel.problems import FieldError, InvalidFields
from mall.kernel.time import Instant
from mall.staff import StaffMember, actor

_UNITS_AT_MOST = 1_000_000  # in one change: beyond it a slip of the keyboard is likelier
_NO_SKU: Texts = {"zh-CN": "没有这个规格", "en": "There is no such SKU"}
_NO_PLACE: Texts = {"zh-CN": "没有这个地点", "en": "There is no such location"}
_TWICE: Texts = {"zh-CN": "与前面的重复", "en": "This repeats an earlier one"}
_ZERO: Texts = {"zh-CN": "数量不能为 0", "en": "This must not be 0"}

Key = Annotated[
    str,
    Parameter(
        header="Idempotency-Key",
        pattern=r"^[!-~]{8,100}$",
        description="8 to 100 visible ASCII characters; the same key moves stock once",
    ),
]
SkuIds = Annotated[list[UUID], Parameter(query="sku_id", min_items=1, max_items=paging.MOST)]


class WriteLocation(Struct, forbid_unknown_fields=True):
    """A place with shelves; online orders are served from the lowest ``priority`` first."""

    code: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
    title: Annotated[
        dict[Language, Annotated[str, Meta(min_length=1, max_length=100)]], Meta(min_length=1)
    ]
    kind: Literal["warehouse", "store"] = "warehouse"
    priority: Annotated[int, Meta(ge=0, le=1000)] = 0
    sells_online: bool = True


class ShownStock(Struct):
    """The units of one SKU at one location; ``available`` can still be promised online."""

    sku_id: SkuId
    location_id: LocationId
    on_hand: int
    held: int
    allocated: int
    safety: int
    available: int


class ChangeOfStock(Struct, forbid_unknown_fields=True):
    """Units to add, or to take away when negative."""

    sku_id: SkuId
    location_id: LocationId
    units: Annotated[int, Meta(ge=-_UNITS_AT_MOST, le=_UNITS_AT_MOST)]


class AdjustStock(Struct, forbid_unknown_fields=True):
    """Changes of the shelves, all or nothing: by delivery, by counting, by goods sent back."""

    kind: Literal["receive", "adjust", "return"]
    changes: Annotated[list[ChangeOfStock], Meta(min_length=1, max_length=200)]
    note: Annotated[str, Meta(max_length=200)] = ""


class SafetyOfStock(Struct, forbid_unknown_fields=True):
    """Units of a SKU at a location that are not sold online."""

    sku_id: SkuId
    location_id: LocationId
    units: Annotated[int, Meta(ge=0, le=_UNITS_AT_MOST)]


class WriteSafety(Struct, forbid_unknown_fields=True):
    """How many units are kept back."""

    safety: Annotated[list[SafetyOfStock], Meta(min_length=1, max_length=200)]


class ShownMovement(Struct):
    """One entry of the ledger; ``units`` is signed from the point of view of the shelf."""

    id: UUID
    at: Instant
    kind: Kind
    location_id: LocationId
    units: int
    on_hand_after: int
    cause_kind: str
    cause_id: UUID
    note: str


@get("/locations", opt={"permission": "stock.read"})
async def list_locations(read: Read) -> list[Location]:
    """List the locations, the preferred for online orders first."""
    return await queries.locations(read)


@post("/locations", status_code=201, opt={"permission": "settings.write"})
async def open_location(data: WriteLocation, tx: Tx, staff: StaffMember, now: Instant) -> Location:
    """Open a location."""
    title = {str(language): text for language, text in data.title.items()}
    location_id = LocationId(new_uuid())
    location = Location(location_id, data.code, title, data.kind, data.priority, data.sells_online)
    await actions.open_location(tx, location)
    subject = ("location", location_id)
    await record(tx, actor(staff), "inventory.open_location", subject, None, location, now)
    return location


@get("/stock", opt={"permission": "stock.read"})
async def list_stock(read: Read, sku_ids: SkuIds) -> list[ShownStock]:
    """List the stock of SKUs at every location."""
    return [_shown(one) for one in await queries.stock(read, [SkuId(one) for one in sku_ids])]


@get("/stock/movements", opt={"permission": "stock.read"})
async def list_movements(
    read: Read,
    sku_id: UUID,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> Page[ShownMovement]:
    """List why the stock of a SKU is what it is, the newest entry first."""
    before = paging.key_of(cursor, tuple[UUID])[0] if cursor else None
    found = await queries.movements(read, SkuId(sku_id), before=before, limit=limit + 1)
    return paging.cut([_moved(*one) for one in found], limit, _place_of)


@post("/stock/adjustments", status_code=200, opt={"permission": "stock.adjust"})
async def adjust_stock(
    data: AdjustStock, tx: Tx, staff: StaffMember, now: Instant, idempotency_key: Key
) -> list[ShownStock]:
    """Change what is on the shelves; the same key again changes nothing."""
    keys = [(one.sku_id, one.location_id) for one in data.changes]
    zero = [
        FieldError(f"changes.{n}.units", "zero", _ZERO)
        for n, one in enumerate(data.changes)
        if one.units == 0
    ]
    await _check(tx, "changes", keys, zero)
    await actions.adjust(
        tx,
        data.kind,
        [Count(one.sku_id, one.location_id, one.units) for one in data.changes],
        cause_id=uuid5(staff.id, idempotency_key),
        note=data.note,
        actor=actor(staff),
        now=now,
    )
    return [_shown(one) for one in await queries.stock(tx, [sku for sku, _ in keys])]


@put("/stock/safety", opt={"permission": "stock.adjust"})
async def set_safety(
    data: WriteSafety, tx: Tx, staff: StaffMember, now: Instant
) -> list[ShownStock]:
    """Set how many units are kept back from selling online."""
    keys = [(one.sku_id, one.location_id) for one in data.safety]
    await _check(tx, "safety", keys, [])
    safety = {(one.sku_id, one.location_id): one.units for one in data.safety}
    await actions.keep_back(tx, safety, actor=actor(staff), now=now)
    return [_shown(one) for one in await queries.stock(tx, [sku for sku, _ in keys])]


async def _check(
    read: Read,
    field: str,
    keys: Sequence[tuple[SkuId, LocationId]],
    errors: Sequence[FieldError],
) -> None:
    """Refuse unknown SKUs and locations, and rows that are named twice. Raises InvalidFields."""
    known = await skus(read, [sku for sku, _ in keys])
    places = {one.id for one in await queries.locations(read)}
    found, seen = list(errors), set[tuple[SkuId, LocationId]]()
    for n, (sku, place) in enumerate(keys):
        if sku not in known:
            found.append(FieldError(f"{field}.{n}.sku_id", "unknown", _NO_SKU))
        if place not in places:
            found.append(FieldError(f"{field}.{n}.location_id", "unknown", _NO_PLACE))
        if (sku, place) in seen:
            found.append(FieldError(f"{field}.{n}", "twice", _TWICE))
        seen.add((sku, place))
    if found:
        raise InvalidFields(tuple(found))


def _shown(stock: Stock) -> ShownStock:
    return ShownStock(
        stock.sku_id,
        stock.location_id,
        stock.on_hand,
        stock.held,
        stock.allocated,
        stock.safety,
        max(stock.available, 0),
    )


def _moved(entry_id: UUID, at: Instant, moved: Movement) -> ShownMovement:
    return ShownMovement(
        entry_id,
        at,
        moved.kind,
        moved.location_id,
        moved.units,
        moved.on_hand_after,
        moved.cause_kind,
        moved.cause_id,
        moved.note,
    )


def _place_of(one: ShownMovement) -> tuple[UUID]:
    return (one.id,)


HANDLERS: Sequence[HTTPRouteHandler] = (
    list_locations,
    open_location,
    list_stock,
    list_movements,
    adjust_stock,
    set_safety,
)
