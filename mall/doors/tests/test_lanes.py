"""The lane finds out by itself that a key has placed an order before."""

from asyncio import gather

from mall import inventory
from mall.checkout import Item
from mall.checkout.tests.shop import open_shop, want
from mall.doors.lanes import Lanes
from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant


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
