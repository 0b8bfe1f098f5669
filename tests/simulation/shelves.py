"""The store of inventory without SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from mall.inventory.rules import Change, Held, Holding, Movement, Stock
from mall.kernel.db import Tx
from mall.kernel.ids import LocationId, OrderId, SkuId
from mall.kernel.time import Instant
from tests.simulation.memory import of


async def lock_shelves(
    tx: Tx, sku_ids: Sequence[SkuId], *, online_only: bool = True
) -> dict[SkuId, list[Stock]]:
    memory = of(tx)
    return {
        sku: [memory.stock[sku, place] for place in memory.places if (sku, place) in memory.stock]
        for sku in sku_ids
    }


async def lock_stock(
    tx: Tx, keys: Sequence[tuple[SkuId, LocationId]]
) -> dict[tuple[SkuId, LocationId], Stock]:
    stock = of(tx).stock
    return {key: stock[key] for key in sorted(set(keys)) if key in stock}


def apply(tx: Tx, changes: Sequence[Change]) -> None:
    memory = of(tx)
    for one in changes:
        key = (one.sku_id, one.location_id)
        was = memory.stock[key]
        after = msgspec.structs.replace(
            was,
            on_hand=was.on_hand + one.on_hand,
            held=was.held + one.held,
            allocated=was.allocated + one.allocated,
        )
        memory.put(memory.stock, key, after)


def add_holdings(tx: Tx, held: Sequence[Held], *, expires_at: Instant) -> None:
    memory = of(tx)
    for outcome in held:
        for sku, units in outcome.want.units.items():
            key = (outcome.want.order_id, sku, outcome.places[sku])
            assert key not in memory.holdings, "the primary key of the holdings"
            memory.put(memory.holdings, key, Holding(*key, units, "held"))


async def lock_holdings(tx: Tx, order_ids: Sequence[OrderId]) -> list[Holding]:
    holdings = of(tx).holdings
    return [holdings[key] for key in sorted(holdings) if key[0] in order_ids]


def set_stage(tx: Tx, order_ids: Sequence[OrderId], stage: Any) -> None:
    memory = of(tx)
    for key, one in list(memory.holdings.items()):
        if key[0] in order_ids:
            memory.put(memory.holdings, key, replace(one, stage=stage))


def take_from_holdings(tx: Tx, taken: Sequence[Holding]) -> None:
    memory = of(tx)
    for part in taken:
        key = (part.order_id, part.sku_id, part.location_id)
        one = memory.holdings[key]
        if one.units <= part.units:
            memory.drop(memory.holdings, key)
        else:
            memory.put(memory.holdings, key, replace(one, units=one.units - part.units))


async def add_movements(tx: Tx, movements: Sequence[Movement], *, at: Instant) -> None:
    memory = of(tx)
    for one in movements:
        key = (one.kind, one.cause_kind, one.cause_id)
        memory.put(memory.moved, key, (*memory.moved.get(key, ()), one))


async def has_movement(tx: Tx, kind: str, cause_kind: str, cause_id: UUID) -> bool:
    return (kind, cause_kind, cause_id) in of(tx).moved


async def open_shelves(tx: Tx, keys: Sequence[tuple[SkuId, LocationId]]) -> None:
    memory = of(tx)
    for key in keys:
        if key not in memory.stock:
            memory.put(memory.stock, key, Stock(*key, 0, 0, 0, 0))
