import asyncio

import pytest

from mall import catalog, pricing
from mall.catalog.tests.drafts import coat, fill_shelf
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import ProductId, SkuId, TenantId
from mall.kernel.tests.locks import waits_for_a_lock
from mall.kernel.time import Instant
from mall.pricing import Price
from mall.search import actions, cards_by_ids


async def _draft(db: Database, tenant: TenantId, now: Instant) -> ProductId:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        made = await catalog.save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
        prices = [Price(sku.id, 12900, None) for sku in made.skus]
        await pricing.set_prices(tx, prices, actor=SYSTEM, now=now)
    return made.id


async def _indexed(db: Database, tenant: TenantId, product_id: ProductId) -> bool:
    async with db.read(tenant) as read:
        return product_id in await cards_by_ids(read, [product_id])


async def test_who_read_before_a_change_does_not_write_after_who_read_it(
    db: Database, tenant: TenantId, now: Instant, monkeypatch: pytest.MonkeyPatch
) -> None:
    product_id = await _draft(db, tenant, now)
    has_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*given: object) -> dict[SkuId, Price]:
        has_read.set()
        await may_go_on.wait()
        return {}

    async def index() -> None:
        async with db.write(tenant) as tx:
            await actions.index(tx, [product_id])

    with monkeypatch.context() as patched:
        patched.setattr(pricing, "prices", slowly)
        first = asyncio.create_task(index())
        await has_read.wait()
    async with db.write(tenant) as tx:
        await catalog.publish(tx, product_id, actor=SYSTEM, now=now)
    second = asyncio.create_task(index())
    assert await waits_for_a_lock(db, tenant, second)
    may_go_on.set()
    await asyncio.gather(first, second)
    assert await _indexed(db, tenant, product_id)
