"""Lists of orders: whatever way leads to them, the newest first, each once."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
import pytest_asyncio

from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant
from mall.orders import Filter, change_address, counts, lock, orders, record, store
from mall.orders.actions.moving import move
from mall.orders.tests.shop import BUYER, CLERK, SHIP_TO, new_order

ALL = Filter()
OTHER = msgspec.structs.replace(SHIP_TO, name="王小明", phone="+8613900139000")


@pytest_asyncio.fixture
async def shelf(db: Database, tenant: TenantId, now: Instant) -> tuple[Database, TenantId]:
    """Seven orders N0 ... N6, a second apart, unpaid and paid by turns; N4 is cancelled."""
    made = [new_order(f"N{number}", now + timedelta(seconds=number)) for number in range(7)]
    async with db.write(tenant) as tx:
        record(tx, made)
        for number in (1, 3, 5):
            await move(tx, await lock(tx, made[number].id), "pay", actor=SYSTEM, now=now)
        await move(tx, await lock(tx, made[4].id), "cancel", actor=SYSTEM, now=now)
        for number in (5, 6):  # one that is paid, and one that is not
            await change_address(tx, made[number].id, OTHER, actor=CLERK, now=now)
    return db, tenant


async def listed(shelf: tuple[Database, TenantId], wanted: Filter, limit: int = 3) -> list[str]:
    """Read a list to its end, page by page."""
    db, tenant = shelf
    numbers, cursor = list[str](), None
    async with db.read(tenant) as read:
        while True:
            page = await orders(read, wanted, cursor=cursor, limit=limit)
            numbers += [order.number for order in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return numbers


async def test_lists_are_in_order_whatever_the_states(shelf: tuple[Database, TenantId]) -> None:
    assert await listed(shelf, ALL) == ["N6", "N5", "N4", "N3", "N2", "N1", "N0"]
    assert await listed(shelf, replace(ALL, states=("paid",))) == ["N5", "N3", "N1"]
    some = replace(ALL, states=("paid", "cancelled"))
    assert await listed(shelf, some, limit=1) == ["N5", "N4", "N3", "N1"]
    mine = Filter(shopper_id=BUYER, states=("unpaid", "cancelled"))
    assert await listed(shelf, mine, limit=2) == ["N6", "N4", "N2", "N0"]
    assert await listed(shelf, replace(ALL, refunding=True)) == []


async def test_a_receiver_leads_to_orders_in_every_state(
    shelf: tuple[Database, TenantId],
) -> None:
    for text in ("13800138000", "+8613800138000", "林小满"):
        found = await listed(shelf, Filter(text=text), limit=2)
        assert found == ["N4", "N3", "N2", "N1", "N0"], text
    paid = Filter(text="林小满", states=("paid",))
    assert await listed(shelf, paid) == ["N3", "N1"]
    assert await listed(shelf, Filter(text="N3")) == ["N3"]
    assert await listed(shelf, Filter(text="林小")) == []


async def test_an_order_that_goes_elsewhere_is_found_there_only(
    shelf: tuple[Database, TenantId],
) -> None:
    assert await listed(shelf, Filter(text="13900139000"), limit=1) == ["N6", "N5"]
    assert await listed(shelf, Filter(text="王小明")) == ["N6", "N5"]


async def test_orders_of_a_mall_are_counted_up_to_a_limit(
    shelf: tuple[Database, TenantId], monkeypatch: pytest.MonkeyPatch
) -> None:
    db, tenant = shelf
    async with db.read(tenant) as read:
        exact = await counts(read, None)
        monkeypatch.setattr(store, "COUNTED", 2)
        limited = await counts(read, None)
        own = await counts(read, BUYER)
    assert {state: number for state, number in exact.items() if number} == own
    assert own == {"unpaid": 3, "paid": 3, "cancelled": 1}
    assert (limited["paid"], limited["cancelled"], limited["closed"]) == (2, 1, 0)
