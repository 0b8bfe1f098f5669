"""What the mall can do with stock. Each action runs inside the caller's transaction.

Stock rows are the hottest rows of the house: every action locks them last and in key order.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from mall.inventory import rules, store
from mall.inventory.events import AvailabilityChanged
from mall.inventory.rules import (
    BelowZero,
    Change,
    Held,
    Holding,
    Kind,
    Location,
    LocationTaken,
    Movement,
    OutOfStock,
    Shelves,
    Stock,
    Want,
)
from mall.kernel.audit import Actor, record, record_all
from mall.kernel.db import Outdated, Tx
from mall.kernel.ids import LocationId, OrderId, SkuId
from mall.kernel.time import Instant


@dataclass(frozen=True, slots=True)
class Count:
    """A change of the shelf by hand or by delivery; ``units`` is signed and not zero."""

    sku_id: SkuId
    location_id: LocationId
    units: int


async def lock_shelves(tx: Tx, sku_ids: Sequence[SkuId]) -> Shelves:
    """Load what can be sold online of SKUs, so that nobody else changes it until the commit."""
    return await store.lock_shelves(tx, sku_ids, online_only=True)


async def hold_trusting(
    tx: Tx, wants: Sequence[Want], *, expires_at: Instant, shelves: Shelves
) -> None:
    """Promise units to orders that need not look, for there is plenty; nothing is waited for.

    ``shelves``: as ``shelves_lately`` gave them; ``tx`` trusts. Raises Outdated, now or at the
    commit, when not all can have what they want with something left.
    """
    outcomes = rules.hold_in_turn(shelves, wants)
    held = [outcome for outcome in outcomes if isinstance(outcome, Held)]
    if len(held) < len(wants):
        raise Outdated
    total: dict[tuple[SkuId, LocationId], int] = defaultdict(int)
    for outcome in held:
        for sku, units in outcome.want.units.items():
            total[sku, outcome.places[sku]] += units
    store.hold_or_fail(tx, total)
    store.add_holdings(tx, held, expires_at=expires_at)


async def hold(
    tx: Tx, wants: Sequence[Want], *, expires_at: Instant, shelves: Shelves | None = None
) -> list[Held | OutOfStock]:
    """Promise units to orders: one outcome per want, in the same order.

    Orders are all or nothing and are served in turn; one that is refused disturbs no other.
    ``shelves``: as ``lock_shelves`` gave them in this transaction, with every SKU; None: they are
    locked here.
    """
    if shelves is None:
        shelves = await lock_shelves(tx, [sku for want in wants for sku in want.units])
    outcomes = rules.hold_in_turn(shelves, wants)
    held = [outcome for outcome in outcomes if isinstance(outcome, Held)]
    changes = [
        Change(sku, outcome.places[sku], held=units)
        for outcome in held
        for sku, units in outcome.want.units.items()
    ]
    store.apply(tx, changes)
    store.add_holdings(tx, held, expires_at=expires_at)
    await _announce_crossings(tx, shelves, changes)
    return outcomes


async def allocate(tx: Tx, order_id: OrderId, *, now: Instant) -> bool:
    """Make an order's holds lasting because it is paid. False: the holds have run out.

    A repeated call changes nothing and is True.
    """
    holdings = await store.lock_holdings(tx, [order_id])
    if not holdings:
        return False
    held = [holding for holding in holdings if holding.stage == "held"]
    if not held:
        return True
    shelves = await _lock_shelves_of(tx, held)
    store.apply(tx, [_move(h, held=-h.units, allocated=h.units) for h in held])
    store.set_stage(tx, [order_id], "allocated")
    await store.add_movements(
        tx, [_moved("allocate", h, shelves, 0, "order", order_id) for h in held], at=now
    )
    return True


async def release(
    tx: Tx,
    order_id: OrderId,
    units: Mapping[SkuId, int] | None,
    *,
    cause: tuple[str, UUID],
    now: Instant,
) -> None:
    """Give units of an order back to the shelf. ``units`` None: all that the order still has.

    A repeated call with the same ``cause`` changes nothing.
    """
    holdings = await store.lock_holdings(tx, [order_id])
    if not holdings or await store.has_movement(tx, "release", *cause):
        return
    given = rules.taken_back(holdings, units)
    shelves = await _lock_shelves_of(tx, given)
    changes = [
        _move(h, held=-h.units) if h.stage == "held" else _move(h, allocated=-h.units)
        for h in given
    ]
    store.take_from_holdings(tx, given)
    store.apply(tx, changes)
    await store.add_movements(tx, [_moved("release", h, shelves, 0, *cause) for h in given], at=now)
    await _announce_crossings(tx, _by_sku(shelves), changes)


async def ship(
    tx: Tx, order_id: OrderId, units: Mapping[SkuId, int], *, parcel_id: UUID, now: Instant
) -> None:
    """Take shipped units off the shelf. A repeated call for the same parcel changes nothing."""
    holdings = await store.lock_holdings(tx, [order_id])
    if await store.has_movement(tx, "ship", "parcel", parcel_id):
        return
    given = rules.taken_back([h for h in holdings if h.stage == "allocated"], units)
    assert sum(h.units for h in given) == sum(units.values()), "shipping what was not allocated"
    shelves = await _lock_shelves_of(tx, given)
    store.take_from_holdings(tx, given)
    store.apply(tx, [_move(h, on_hand=-h.units, allocated=-h.units) for h in given])
    moved = [_moved("ship", h, shelves, -h.units, "parcel", parcel_id) for h in given]
    await store.add_movements(tx, moved, at=now)


async def count(
    tx: Tx,
    kind: Literal["receive", "adjust", "return"],
    counts: Sequence[Count],
    *,
    cause: tuple[str, UUID],
    note: str,
    now: Instant,
) -> None:
    """Change what is on the shelves, all or nothing, once per ``cause``.

    Raises BelowZero when a shelf would hold fewer units than are promised to orders.
    """
    if await store.has_movement(tx, kind, *cause):
        return
    keys = [(c.sku_id, c.location_id) for c in counts]
    await store.open_shelves(tx, keys)
    shelves = await store.lock_stock(tx, keys)
    movements, changes = list[Movement](), list[Change]()
    for one in counts:
        stock: Stock = shelves[one.sku_id, one.location_id]
        after = stock.on_hand + one.units
        if after < stock.held + stock.allocated:
            raise BelowZero(one.sku_id, after, stock.held + stock.allocated)
        changes.append(Change(one.sku_id, one.location_id, on_hand=one.units))
        movements.append(
            Movement(kind, one.sku_id, one.location_id, one.units, after, *cause, note)
        )
    store.apply(tx, changes)
    await store.add_movements(tx, movements, at=now)
    everywhere = await store.lock_shelves(tx, [c.sku_id for c in counts], online_only=True)
    before = {sku: _undone(row, changes) for sku, row in everywhere.items()}
    await _announce_crossings(tx, before, changes)


async def set_safety(tx: Tx, safety: Mapping[tuple[SkuId, LocationId], int]) -> None:
    """Set how many units are kept back from selling online."""
    await store.set_safety(tx, safety)


async def open_location(tx: Tx, location: Location) -> None:
    """Add a location. Raises LocationTaken."""
    await tx.lock("inventory", tx.tenant_id)
    if any(one.code == location.code for one in await store.locations(tx)):
        raise LocationTaken(location.code)
    await store.add_location(tx, location)


async def adjust(
    tx: Tx,
    kind: Literal["receive", "adjust", "return"],
    counts: Sequence[Count],
    *,
    cause_id: UUID,
    note: str,
    actor: Actor,
    now: Instant,
) -> None:
    """Change what is on the shelves in somebody's name, once per ``cause_id``. Raises BelowZero."""
    cause = ("adjustment", cause_id)
    await tx.lock(*cause)
    if await store.has_movement(tx, kind, *cause):
        return
    await count(tx, kind, counts, cause=cause, note=note, now=now)
    after = {"kind": kind, "note": note, "counts": counts}
    await record(tx, actor, "inventory.adjust", cause, None, after, now)


async def keep_back(
    tx: Tx, safety: Mapping[tuple[SkuId, LocationId], int], *, actor: Actor, now: Instant
) -> None:
    """Set how many units are kept back from selling online, in somebody's name."""
    skus = [sku for sku, _ in safety]
    before = await store.lock_shelves(tx, skus, online_only=True)
    known = {(s.sku_id, s.location_id): s.safety for row in before.values() for s in row}
    await store.set_safety(tx, safety)
    told = [
        (
            ("sku", sku),
            {"location_id": place, "safety": known.get((sku, place), 0)},
            {"location_id": place, "safety": units},
        )
        for (sku, place), units in safety.items()
    ]
    await record_all(tx, actor, "inventory.keep_back", told, now)
    rows = await store.lock_shelves(tx, skus, online_only=True)
    crossed = [sku for sku in rows if _sells(rows[sku]) is not _sells(before.get(sku, ()))]
    if crossed:
        await tx.announce(AvailabilityChanged(crossed))


async def _lock_shelves_of(
    tx: Tx, holdings: Sequence[Holding]
) -> Mapping[tuple[SkuId, LocationId], Stock]:
    return await store.lock_stock(tx, [(h.sku_id, h.location_id) for h in holdings])


def _move(h: Holding, *, on_hand: int = 0, held: int = 0, allocated: int = 0) -> Change:
    return Change(h.sku_id, h.location_id, on_hand=on_hand, held=held, allocated=allocated)


def _moved(
    kind: Kind,
    h: Holding,
    shelves: Mapping[tuple[SkuId, LocationId], Stock],
    on_hand: int,
    cause_kind: str,
    cause_id: UUID,
) -> Movement:
    after = shelves[h.sku_id, h.location_id].on_hand + on_hand
    units = on_hand or h.units
    return Movement(kind, h.sku_id, h.location_id, units, after, cause_kind, cause_id, "")


def _sells(row: Sequence[Stock]) -> bool:
    return any(stock.available > 0 for stock in row)


def _by_sku(
    shelves: Mapping[tuple[SkuId, LocationId], Stock],
) -> dict[SkuId, list[Stock]]:
    rows = dict[SkuId, list[Stock]]()
    for (sku, _), stock in shelves.items():
        rows.setdefault(sku, []).append(stock)
    return rows


def _undone(row: Sequence[Stock], changes: Sequence[Change]) -> list[Stock]:
    """Give the stock as it was before changes of ``on_hand`` that are made already."""
    by_key = {(c.sku_id, c.location_id): c.on_hand for c in changes}
    return [
        Stock(
            s.sku_id,
            s.location_id,
            s.on_hand - by_key.get((s.sku_id, s.location_id), 0),
            s.held,
            s.allocated,
            s.safety,
        )
        for s in row
    ]


async def _announce_crossings(
    tx: Tx, before: Mapping[SkuId, Sequence[Stock]], changes: Sequence[Change]
) -> None:
    """Announce the SKUs that went from sellable to sold out or back."""
    delta = dict[tuple[SkuId, LocationId], int]()
    for c in changes:
        key = (c.sku_id, c.location_id)
        delta[key] = delta.get(key, 0) + c.on_hand - c.held - c.allocated
    crossed = list[SkuId]()
    for sku, row in before.items():
        was = any(s.available > 0 for s in row)
        is_now = any(s.available + delta.get((sku, s.location_id), 0) > 0 for s in row)
        if was is not is_now:
            crossed.append(sku)
    if crossed:
        await tx.announce(AvailabilityChanged(crossed))
