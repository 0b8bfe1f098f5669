"""The SQL of inventory; no other file of this room speaks it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Row,
    String,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from mall.inventory.rules import Change, Held, Holding, Location, Movement, Stock
from mall.inventory.tables import HoldingRow, LocationRow, MovementRow, StockRow
from mall.kernel.db import Read, Tx
from mall.kernel.ids import LocationId, OrderId, SkuId, new_uuid
from mall.kernel.statements import TENANT, Prepared
from mall.kernel.time import Instant

_COLUMNS = (
    StockRow.sku_id,
    StockRow.location_id,
    StockRow.on_hand,
    StockRow.held,
    StockRow.allocated,
    StockRow.safety,
)
_skus = bindparam("skus", type_=ARRAY(Uuid()))
# named even where rows are joined by SKU, else PostgreSQL may walk through the whole stock
_of_skus = (StockRow.tenant_id == TENANT, StockRow.sku_id == func.any(_skus))
_ITS_LOCATION = (LocationRow.tenant_id == StockRow.tenant_id) & (
    LocationRow.id == StockRow.location_id
)

_LOCK = Prepared(
    select(*_COLUMNS, LocationRow.priority, LocationRow.sells_online)
    .join(LocationRow, _ITS_LOCATION)
    .where(*_of_skus)
    .order_by(StockRow.sku_id, StockRow.location_id)
    .with_for_update(of=StockRow)
)
_FREE = StockRow.on_hand - StockRow.held - StockRow.allocated - StockRow.safety
_AVAILABLE = Prepared(
    select(StockRow.sku_id, func.max(_FREE).label("free"))
    .join(LocationRow, _ITS_LOCATION)
    .where(*_of_skus)
    .where(LocationRow.sells_online)
    .group_by(StockRow.sku_id)
)
_SHELVES = Prepared(
    select(*_COLUMNS)
    .join(LocationRow, _ITS_LOCATION)
    .where(*_of_skus)
    .where(LocationRow.sells_online)
    .order_by(LocationRow.priority, StockRow.sku_id, StockRow.location_id)
)
_changes = (
    func.unnest(
        bindparam("skus", type_=ARRAY(Uuid())),
        bindparam("places", type_=ARRAY(Uuid())),
        bindparam("on_hand", type_=ARRAY(Integer())),
        bindparam("held", type_=ARRAY(Integer())),
        bindparam("allocated", type_=ARRAY(Integer())),
    )
    .table_valued("sku_id", "location_id", "on_hand", "held", "allocated", name="change")
    .render_derived()
)
_APPLY = Prepared(
    update(StockRow)
    .where(*_of_skus)
    .where(StockRow.sku_id == _changes.c.sku_id)
    .where(StockRow.location_id == _changes.c.location_id)
    .values(
        on_hand=StockRow.on_hand + _changes.c.on_hand,
        held=StockRow.held + _changes.c.held,
        allocated=StockRow.allocated + _changes.c.allocated,
    )
)
_held = (
    func.unnest(
        bindparam("skus", type_=ARRAY(Uuid())),
        bindparam("places", type_=ARRAY(Uuid())),
        bindparam("units", type_=ARRAY(Integer())),
    )
    .table_valued("sku_id", "location_id", "units", name="held")
    .render_derived()
)
_mine = (  # rows are locked in key order, like everywhere, before any of them is changed
    select(StockRow.sku_id, StockRow.location_id, _held.c.units)
    .where(*_of_skus)
    .where(StockRow.sku_id == _held.c.sku_id, StockRow.location_id == _held.c.location_id)
    .order_by(StockRow.sku_id, StockRow.location_id)
    .with_for_update(of=StockRow)
    .cte("mine")
)
_HOLD = (
    update(StockRow)
    .where(*_of_skus)
    .where(StockRow.sku_id == _mine.c.sku_id, StockRow.location_id == _mine.c.location_id)
    .where(_mine.c.units < _FREE)
    .values(held=StockRow.held + _mine.c.units)
    .returning(literal(1))
    .cte("done")
)
_HOLD_OR_FAIL = Prepared(
    select(1 / cast(func.count() == bindparam("rows", type_=Integer()), Integer)).select_from(_HOLD)
)
_orders = bindparam("orders", type_=ARRAY(Uuid()))
_taken = (
    func.unnest(
        _orders,
        bindparam("skus", type_=ARRAY(Uuid())),
        bindparam("places", type_=ARRAY(Uuid())),
        bindparam("units", type_=ARRAY(Integer())),
    )
    .table_valued("order_id", "sku_id", "location_id", "units", name="taken")
    .render_derived()
)
_of_taken = (
    HoldingRow.tenant_id == TENANT,
    HoldingRow.order_id == func.any(_orders),
    HoldingRow.order_id == _taken.c.order_id,
    HoldingRow.sku_id == _taken.c.sku_id,
    HoldingRow.location_id == _taken.c.location_id,
)
_USE_UP = Prepared(delete(HoldingRow).where(*_of_taken, HoldingRow.units <= _taken.c.units))
_SHRINK = Prepared(
    update(HoldingRow).where(*_of_taken).values(units=HoldingRow.units - _taken.c.units)
)

_LOCK_HOLDINGS = Prepared(
    select(
        HoldingRow.order_id,
        HoldingRow.sku_id,
        HoldingRow.location_id,
        HoldingRow.units,
        HoldingRow.stage,
    )
    .where(HoldingRow.tenant_id == TENANT, HoldingRow.order_id == func.any(_orders))
    .order_by(HoldingRow.order_id, HoldingRow.sku_id, HoldingRow.location_id)
    .with_for_update()
)
_SET_STAGE = Prepared(
    update(HoldingRow)
    .where(HoldingRow.tenant_id == TENANT, HoldingRow.order_id == func.any(_orders))
    .values(stage=bindparam("stage", type_=String()))
)
_wanted = (
    func.unnest(_skus, bindparam("places", type_=ARRAY(Uuid())))
    .table_valued("sku_id", "location_id", name="wanted")
    .render_derived()
)
_LOCK_STOCK = Prepared(
    select(*_COLUMNS)
    .where(*_of_skus)
    .where(StockRow.sku_id == _wanted.c.sku_id, StockRow.location_id == _wanted.c.location_id)
    .order_by(StockRow.sku_id, StockRow.location_id)
    .with_for_update(of=StockRow)
)


async def lock_shelves(
    tx: Tx, sku_ids: Sequence[SkuId], *, online_only: bool
) -> dict[SkuId, list[Stock]]:
    """Lock every stock row of the SKUs in key order and load it, preferred location first."""
    found = await tx.rows(_LOCK, skus=list(set(sku_ids)))
    found.sort(key=itemgetter(-2))  # by priority
    shelves: dict[SkuId, list[Stock]] = {}
    for *stock, _, sells_online in found:
        if sells_online or not online_only:
            shelves.setdefault(stock[0], []).append(Stock(*stock))
    return shelves


async def shelves(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, list[Stock]]:
    """Load what can be sold online, preferred location first."""
    found: dict[SkuId, list[Stock]] = {}
    for row in await read.rows(_SHELVES, skus=list(sku_ids)):
        found.setdefault(row[0], []).append(Stock(*row))
    return found


async def lock_stock(tx: Tx, keys: Sequence[tuple[SkuId, LocationId]]) -> dict[Any, Stock]:
    """Lock single stock rows in key order; rows that do not exist are missing."""
    wanted = set(keys)
    skus, places = [sku for sku, _ in wanted], [place for _, place in wanted]
    found = await tx.rows(_LOCK_STOCK, skus=skus, places=places)
    return {(row[0], row[1]): Stock(*row) for row in found}


def apply(tx: Tx, changes: Sequence[Change]) -> None:
    """Add up the changes per row and make them in one statement."""
    total: dict[tuple[SkuId, LocationId], list[int]] = {}
    for change in changes:
        row = total.setdefault((change.sku_id, change.location_id), [0, 0, 0])
        row[0] += change.on_hand
        row[1] += change.held
        row[2] += change.allocated
    if not total:
        return
    keys, sums = list(total), list(total.values())
    tx.outdate(shelves, [sku for sku, _ in keys])
    tx.put(
        _APPLY,
        skus=[sku for sku, _ in keys],
        places=[place for _, place in keys],
        on_hand=[row[0] for row in sums],
        held=[row[1] for row in sums],
        allocated=[row[2] for row in sums],
    )


def hold_or_fail(tx: Tx, units: Mapping[tuple[SkuId, LocationId], int]) -> None:
    """Promise units if each row keeps one that can be promised, else fail as ``Outdated``.

    Nothing is waited for. Rows are locked in key order, like everywhere.
    """
    skus, places = [sku for sku, _ in units], [place for _, place in units]
    tx.put(_HOLD_OR_FAIL, skus=skus, places=places, units=list(units.values()), rows=len(units))


def add_holdings(tx: Tx, held: Sequence[Held], *, expires_at: Instant) -> None:
    """Write down what was promised, in one statement however many orders there are."""
    tx.add(
        HoldingRow,
        [
            {
                "order_id": outcome.want.order_id,
                "sku_id": sku,
                "location_id": outcome.places[sku],
                "units": units,
                "stage": "held",
                "expires_at": expires_at,
            }
            for outcome in held
            for sku, units in outcome.want.units.items()
        ],
    )


async def lock_holdings(tx: Tx, order_ids: Sequence[OrderId]) -> list[Holding]:
    """Lock and load everything the orders have a right to, in key order."""
    return [Holding(*row) for row in await tx.rows(_LOCK_HOLDINGS, orders=order_ids)]


def set_stage(tx: Tx, order_ids: Sequence[OrderId], stage: str) -> None:
    """Move every holding of the orders to a stage."""
    tx.put(_SET_STAGE, orders=order_ids, stage=stage)


def take_from_holdings(tx: Tx, taken: Sequence[Holding]) -> None:
    """Shrink holdings; one that is used up is deleted."""
    total = defaultdict[tuple[OrderId, SkuId, LocationId], int](int)
    for part in taken:
        total[part.order_id, part.sku_id, part.location_id] += part.units
    if total:
        orders, skus, places = (list(column) for column in zip(*total, strict=True))
        units = list(total.values())
        for statement in (_USE_UP, _SHRINK):
            tx.put(statement, orders=orders, skus=skus, places=places, units=units)


async def add_movements(tx: Tx, movements: Sequence[Movement], *, at: Instant) -> None:
    """Append to the ledger; an entry that is there already is passed over."""
    rows = [
        {
            "id": new_uuid(),
            "at": at,
            "kind": m.kind,
            "sku_id": m.sku_id,
            "location_id": m.location_id,
            "units": m.units,
            "on_hand_after": m.on_hand_after,
            "cause_kind": m.cause_kind,
            "cause_id": m.cause_id,
            "note": m.note,
        }
        for m in movements
    ]
    await tx.insert(MovementRow, rows, skip_conflicts=True)


async def has_movement(read: Read, kind: str, cause_kind: str, cause_id: UUID) -> bool:
    """Tell whether this cause has already moved stock in this way."""
    found = await read.run(
        select(literal(1))
        .where(MovementRow.tenant_id == read.tenant_id)
        .where(MovementRow.cause_kind == cause_kind, MovementRow.cause_id == cause_id)
        .where(MovementRow.kind == kind)
        .limit(1)
    )
    return found.first() is not None


async def available(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, int]:
    """Load what one location can promise online, per SKU that has stock anywhere."""
    found = await read.rows(_AVAILABLE, skus=list(sku_ids))
    return {sku_id: max(free, 0) for sku_id, free in found}


async def stock_of(read: Read, sku_ids: Sequence[SkuId]) -> list[Stock]:
    """Load every stock row of the SKUs."""
    found = await read.run(
        select(*_COLUMNS)
        .where(StockRow.tenant_id == read.tenant_id, StockRow.sku_id.in_(list(sku_ids)))
        .order_by(StockRow.sku_id, StockRow.location_id)
    )
    return [_stock(row) for row in found]


async def movements_of(
    read: Read, sku_id: SkuId, before: UUID | None, limit: int
) -> list[tuple[UUID, Instant, Movement]]:
    """Load the ledger of one SKU, newest first."""
    statement = (
        select(MovementRow)
        .where(MovementRow.tenant_id == read.tenant_id, MovementRow.sku_id == sku_id)
        .order_by(MovementRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(MovementRow.id < before)
    rows = await read.run(select(*statement.subquery().c))
    return [
        (
            row.id,
            row.at,
            Movement(
                row.kind,
                row.sku_id,
                row.location_id,
                row.units,
                row.on_hand_after,
                row.cause_kind,
                row.cause_id,
                row.note,
            ),
        )
        for row in rows
    ]


async def locations(read: Read) -> list[Location]:
    """Load every location, the preferred first."""
    found = await read.run(
        select(
            LocationRow.id,
            LocationRow.code,
            LocationRow.title,
            LocationRow.kind,
            LocationRow.priority,
            LocationRow.sells_online,
        )
        .where(LocationRow.tenant_id == read.tenant_id)
        .order_by(LocationRow.priority, LocationRow.code)
    )
    return [Location(*row) for row in found]


async def add_location(tx: Tx, location: Location) -> None:
    """Store a new location."""
    await tx.run(
        insert(LocationRow).values(
            tenant_id=tx.tenant_id,
            id=location.id,
            code=location.code,
            title=dict(location.title),
            kind=location.kind,
            priority=location.priority,
            sells_online=location.sells_online,
        )
    )


async def open_shelves(tx: Tx, keys: Sequence[tuple[SkuId, LocationId]]) -> None:
    """Make sure a stock row exists for every key, empty when new."""
    rows = [
        {"sku_id": sku, "location_id": place, "on_hand": 0, "held": 0, "allocated": 0, "safety": 0}
        for sku, place in sorted(set(keys))
    ]
    await tx.insert(StockRow, rows, skip_conflicts=True)


async def set_safety(tx: Tx, safety: Mapping[tuple[SkuId, LocationId], int]) -> None:
    """Set the floor for selling online."""
    if not safety:
        return
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "sku_id": sku,
            "location_id": place,
            "on_hand": 0,
            "held": 0,
            "allocated": 0,
            "safety": units,
        }
        for (sku, place), units in sorted(safety.items())
    ]
    statement = upsert(StockRow).values(rows)
    await tx.run(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "sku_id", "location_id"],
            set_={"safety": statement.excluded.safety},
        )
    )
    tx.outdate(shelves, [sku for sku, _ in safety])


def _stock(row: Row[Any]) -> Stock:
    return Stock(row.sku_id, row.location_id, row.on_hand, row.held, row.allocated, row.safety)
