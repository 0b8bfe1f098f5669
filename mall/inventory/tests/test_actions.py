"""Stock on a real PostgreSQL: what only a database can get wrong."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from mall.inventory import (
    BelowZero,
    Count,
    Held,
    Location,
    OutOfStock,
    Want,
    allocate,
    availability,
    count,
    hold,
    open_location,
    release,
    ship,
    stock,
)
from mall.kernel.db import Database
from mall.kernel.ids import LocationId, OrderId, SkuId, TenantId, new_uuid
from mall.kernel.lanes import Lane
from mall.kernel.time import Instant

LATER = timedelta(minutes=30)


async def shelve(db: Database, tenant: TenantId, now: Instant, *units: int) -> list[SkuId]:
    """Open a warehouse and put ``units`` of fresh SKUs on its shelves."""
    place, skus = LocationId(new_uuid()), [SkuId(new_uuid()) for _ in units]
    async with db.write(tenant) as tx:
        await open_location(tx, Location(place, "w1", {"en": "W1"}, "warehouse", 1, True))
        counts = [Count(sku, place, n) for sku, n in zip(skus, units, strict=True)]
        await count(tx, "receive", counts, cause=("test", new_uuid()), note="", now=now)
    return skus


async def test_two_hundred_buyers_for_fifty_units(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    [sku] = await shelve(db, tenant, now, 50)

    async def serve(wants: Sequence[Want]) -> Sequence[Held | OutOfStock]:
        async with db.write(tenant) as tx:
            return await hold(tx, wants, expires_at=now + LATER)

    lanes = [Lane(serve), Lane(serve)]  # two processes would have one each
    buyers = [lanes[n % 2].submit(Want(OrderId(new_uuid()), {sku: 1})) for n in range(200)]
    outcomes = await asyncio.gather(*buyers)

    assert sum(isinstance(outcome, Held) for outcome in outcomes) == 50
    assert sum(isinstance(outcome, OutOfStock) for outcome in outcomes) == 150
    async with db.read(tenant) as read:
        [row] = await stock(read, [sku])
        assert (row.on_hand, row.held, row.allocated) == (50, 50, 0)
        assert (await availability(read, [sku]))[sku].label == "none"


async def test_a_paid_order_is_shipped_and_the_shelf_is_right(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    a, b = await shelve(db, tenant, now, 5, 5)
    order, parcel = OrderId(new_uuid()), new_uuid()
    async with db.write(tenant) as tx:
        await hold(tx, [Want(order, {a: 2, b: 1})], expires_at=now + LATER)
    for _ in range(2):  # each step twice: repeats change nothing
        async with db.write(tenant) as tx:
            assert await allocate(tx, order, now=now)
    for _ in range(2):
        async with db.write(tenant) as tx:
            await ship(tx, order, {a: 2}, parcel_id=parcel, now=now)
    for _ in range(2):
        async with db.write(tenant) as tx:
            await release(tx, order, None, cause=("order", order), now=now)

    async with db.read(tenant) as read:
        rows = {row.sku_id: row for row in await stock(read, [a, b])}
    assert (rows[a].on_hand, rows[a].held, rows[a].allocated) == (3, 0, 0)
    assert (rows[b].on_hand, rows[b].held, rows[b].allocated) == (5, 0, 0)


async def test_a_hold_that_ran_out_cannot_be_allocated(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    [sku] = await shelve(db, tenant, now, 1)
    order = OrderId(new_uuid())
    async with db.write(tenant) as tx:
        await hold(tx, [Want(order, {sku: 1})], expires_at=now)
        await release(tx, order, None, cause=("expiry", order), now=now)
        assert not await allocate(tx, order, now=now)


async def test_a_count_cannot_go_below_what_is_promised(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    [sku] = await shelve(db, tenant, now, 3)
    async with db.write(tenant) as tx:
        await hold(tx, [Want(OrderId(new_uuid()), {sku: 2})], expires_at=now + LATER)
        [row] = await stock(tx, [sku])

    with pytest.raises(BelowZero) as refusal:
        async with db.write(tenant) as tx:
            less = [Count(sku, row.location_id, -2)]
            await count(tx, "adjust", less, cause=("test", new_uuid()), note="lost", now=now)

    assert (refusal.value.on_hand, refusal.value.promised) == (1, 2)


async def test_one_mall_never_sees_the_shelves_of_another(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    [sku] = await shelve(db, tenant, now, 3)

    async with db.read(TenantId(new_uuid())) as read:
        assert await stock(read, [sku]) == []
        assert (await availability(read, [sku]))[sku].available == 0
