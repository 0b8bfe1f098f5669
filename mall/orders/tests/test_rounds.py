"""Rounds of the worker beside people who want the same goods (class: locks in two orders)."""

import asyncio
from datetime import timedelta

from mall import inventory
from mall.inventory import Held, Want
from mall.kernel.db import Database
from mall.kernel.ids import OrderId, SkuId, TenantId, new_uuid
from mall.kernel.time import Instant
from mall.orders import order, record
from mall.orders.sweeps import time_out
from mall.orders.tests.shop import Shop, new_order, open_shop
from mall.payments.tests.door import Door

_AT_MOST = 5.0  # seconds; a deadlock is found after one, but somebody has to wait in vain for it


async def place(shop: Shop, number: str, sku: SkuId, at: Instant) -> OrderId:
    one = new_order(number, at, sku=sku, units=1)
    async with shop.door.db.write(shop.door.tenant) as tx:
        [held] = await inventory.hold(tx, [Want(one.id, {sku: 1})], expires_at=one.pay_by)
        assert isinstance(held, Held)
        record(tx, [one])
    return one.id


async def test_orders_that_time_out_never_wait_for_goods_while_they_hold_others(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    shop = await open_shop(Door(db, tenant, now), 1)
    other = Shop(shop.door, SkuId(new_uuid()), shop.place)
    await other.receive_units(1)
    low, high = sorted([shop.sku, other.sku])
    first = await place(shop, "N1", high, now)
    second = await place(shop, "N2", low, now + timedelta(seconds=1))
    later = now + timedelta(hours=1)

    async def turn() -> bool | None:
        async with db.write(tenant) as tx:
            return await time_out(tx, later)

    async with db.write(tenant) as buyer, asyncio.timeout(_AT_MOST):
        await inventory.lock_shelves(buyer, [low])
        assert await turn()  # of what the buyer does not hold
        await inventory.lock_shelves(buyer, [high])

    assert await turn() and not await turn()
    async with db.read(tenant) as read:
        states = [(await order(read, one)).state for one in (first, second)]
        shelves = await inventory.stock(read, [low, high])
    assert states == ["cancelled", "cancelled"]
    assert [shelf.held for shelf in shelves] == [0, 0]
