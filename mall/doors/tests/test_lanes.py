"""The lane finds out by itself when what it took for true is not true any more."""

from asyncio import gather
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from mall import inventory, pricing
from mall.checkout import Item, PriceMoved, quote
from mall.checkout.tests.shop import Shop, open_shop, want
from mall.doors.lanes import Lanes
from mall.doors.postgres import Urls
from mall.inventory import Count, OutOfStock
from mall.kernel import snapshots
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.tests.trips import Trips, watched
from mall.kernel.time import Instant, utc_now
from mall.pricing import Price


async def test_a_key_that_comes_again_gives_its_order_and_holds_up_no_neighbour(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
    known, stranger = (want(Item(shop.black, 1), payable=13700) for _ in range(2))
    lanes = Lanes(db)
    first = await lanes.place(tenant, known)
    again, other = await gather(lanes.place(tenant, known), Lanes(db).place(tenant, stranger))
    assert again == first and other != first
    together = await gather(*(lanes.place(tenant, one) for one in (known, stranger, known)))
    assert together == [first, other, first]
    async with db.read(tenant) as read:
        left = await inventory.availability(read, [shop.black])
    assert left[shop.black].available == 3


@pytest_asyncio.fixture
async def here(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Database]:
    """Give another process, which believes for a long time what it has once seen."""
    monkeypatch.setattr(snapshots, "CHECKED_EVERY", 60)
    database = Database(urls.app, connections=4)
    yield database
    await database.close()


async def _stock(db: Database, tenant: TenantId, shop: Shop, more: int) -> None:
    async with db.write(tenant) as tx:
        [stock, *_] = await inventory.stock(tx, [shop.black])
        await inventory.adjust(
            tx,
            "adjust",
            [Count(shop.black, stock.location_id, more)],
            cause_id=new_uuid(),
            note="",
            actor=SYSTEM,
            now=utc_now(),
        )


async def _selling(db: Database, tenant: TenantId, now: Instant, more: int) -> tuple[Shop, Lanes]:
    """Open a shop with so many more units and sell one, so that the process knows its stock."""
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
    await _stock(db, tenant, shop, more)
    lanes = Lanes(db)
    await lanes.place(tenant, want(Item(shop.black, 1), payable=13700))
    return shop, lanes


async def _left(db: Database, tenant: TenantId, shop: Shop) -> int:
    async with db.read(tenant) as read:
        return (await inventory.availability(read, [shop.black]))[shop.black].available


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    return watched(monkeypatch)


async def test_where_there_is_plenty_a_batch_is_one_round_trip(
    here: Database, tenant: TenantId, now: Instant, trips: Trips
) -> None:
    shop, lanes = await _selling(here, tenant, now, 100)
    trips.count = 0
    few = [want(Item(shop.black, 2), payable=26800) for _ in range(5)]
    assert len({one.number for one in await gather(*(lanes.place(tenant, w) for w in few))}) == 5
    assert trips.count == 1
    assert await _left(here, tenant, shop) == 105 - 11


async def test_what_this_process_has_counted_or_sold_last_is_told_at_once(
    here: Database, tenant: TenantId, now: Instant
) -> None:
    async with here.write(tenant) as tx:
        shop = await open_shop(tx, now)

    async def told() -> int | None:
        async with here.read(tenant) as read:
            asked = [Item(shop.black, 1)]
            return (await quote(read, asked, region="440305", currency="CNY")).lines[0].available

    assert await told() == 5
    await _stock(here, tenant, shop, -4)
    assert await told() == 1
    await Lanes(here).place(tenant, want(Item(shop.black, 1), payable=13700))
    assert await told() == 0
    await _stock(here, tenant, shop, 4)
    assert await told() == 4
    async with here.write(tenant) as tx:
        [stock, *_] = await inventory.stock(tx, [shop.black])
        await inventory.set_safety(tx, {(shop.black, stock.location_id): 3})
    assert await told() == 1


async def test_a_price_that_was_changed_elsewhere_a_moment_ago_is_not_sold_at(
    db: Database, here: Database, tenant: TenantId, now: Instant
) -> None:
    shop, lanes = await _selling(here, tenant, now, 100)
    async with db.write(tenant) as tx:
        await pricing.set_prices(tx, [Price(shop.black, 99900, None)], actor=SYSTEM, now=now)
    with pytest.raises(PriceMoved) as moved:
        await lanes.place(tenant, want(Item(shop.black, 1), payable=13700))
    assert moved.value.quote.goods_minor == 99900
    assert await _left(here, tenant, shop) == 104
    await lanes.place(tenant, want(Item(shop.black, 1), payable=moved.value.quote.payable_minor))
    assert await _left(here, tenant, shop) == 103


@pytest.mark.parametrize("left", [0, 1, 2, 3])
async def test_what_was_sold_elsewhere_a_moment_ago_is_not_sold_again(
    db: Database, here: Database, tenant: TenantId, now: Instant, left: int
) -> None:
    shop, lanes = await _selling(here, tenant, now, 95)
    await _stock(db, tenant, shop, left - 99)
    assert await _left(db, tenant, shop) == left
    asked = (lanes.place(tenant, want(Item(shop.black, 1), payable=13700)) for _ in range(3))
    heard = await gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, OutOfStock) for one in heard) == 3 - left
    assert await _left(db, tenant, shop) == 0
