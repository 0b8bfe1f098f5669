import asyncio
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from psycopg.errors import UniqueViolation

from mall import cart, inventory, members, orders
from mall.checkout import (
    CartChanged,
    Item,
    KeyReused,
    NoAddress,
    Placed,
    PlaceWant,
    PriceMoved,
    Unsellable,
    place,
)
from mall.checkout.tests.shop import SHENZHEN, open_shop, want
from mall.fulfilment import NoDelivery
from mall.inventory import OutOfStock
from mall.kernel.db import Database
from mall.kernel.ids import AddressId, MemberId, ShopperId, SkuId, TenantId, new_uuid
from mall.kernel.lanes import Lane
from mall.kernel.problems import Problem
from mall.kernel.time import Instant


async def test_an_order_holds_its_stock_and_remembers_its_price(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
        wanted = want(Item(shop.black, 2), Item(shop.oat, 1), payable=2 * 12900 + 13900 + 1200)
        [placed] = await place(tx, [wanted], now=now, look=True)
        assert isinstance(placed, Placed) and placed.payable_minor == 40900
        order = await orders.order(tx, placed.order_id)
        assert order.state == "unpaid" and order.ship_to == SHENZHEN
        assert [line.quantity for line in order.lines] == [2, 1]
        assert sum(line.placed.freight_share_minor for line in order.lines) == 1200
        assert order.lines[1].placed.options == {"zh-CN": "燕麦", "en": "Oat"}
        left = await inventory.availability(tx, [shop.black, shop.oat])
        assert [left[shop.black].available, left[shop.oat].available] == [3, 4]


async def test_a_refusal_disturbs_no_neighbour_in_the_batch(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now, units=3)
        one = Item(shop.black, 1)
        outcomes = await place(
            tx,
            [
                want(one, payable=13700),
                want(one, payable=13600),
                want(Item(SkuId(new_uuid()), 1), payable=1),
                want(Item(shop.black, 3), payable=3 * 12900 + 1200),
                want(one, payable=13700, ship_to=AddressId(new_uuid())),
                want(one, payable=13700, ship_to=_to_xinjiang()),
                want(one, payable=13700),
                want(one, payable=13700),
            ],
            now=now,
            look=False,
        )
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [
        Placed,
        PriceMoved,
        Unsellable,
        OutOfStock,
        NoAddress,
        NoDelivery,
        Placed,
        Placed,
    ]
    moved = outcomes[1]
    assert isinstance(moved, PriceMoved) and moved.quote.payable_minor == 13700
    assert moved.fields()["quote"]["lines"][0]["unit_minor"] == 12900


async def test_the_same_key_places_one_order_also_within_one_batch(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
        wanted = want(Item(shop.black, 1), payable=13700)
        other = replace(wanted, items=(Item(shop.oat, 1),), shown_payable_minor=14700)
        first, twin, different = await place(tx, [wanted, wanted, other], now=now, look=True)
        assert isinstance(first, Placed) and twin == first and isinstance(different, KeyReused)
    async with db.write(tenant) as tx:
        again, changed = await place(tx, [wanted, other], now=now, look=True)
        assert again == first and isinstance(changed, KeyReused)
        left = await inventory.availability(tx, [shop.black])
        assert left[shop.black].available == 4


async def test_a_key_that_nobody_looked_for_places_no_second_order(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
        wanted = want(Item(shop.black, 1), payable=13700)
        stranger = want(Item(shop.black, 1), payable=13700)
        await place(tx, [wanted], now=now, look=False)
    with pytest.raises(UniqueViolation):
        async with db.write(tenant) as tx:
            await place(tx, [wanted, stranger], now=now, look=False)
    async with db.read(tenant) as read:
        assert (await inventory.availability(read, [shop.black]))[shop.black].available == 4


async def test_a_key_gives_its_order_even_if_nothing_could_be_ordered_any_more(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
        all_there_is = want(Item(shop.black, 5), payable=66100)
        [first] = await place(tx, [all_there_is], now=now, look=False)
        assert isinstance(first, Placed)
    async with db.write(tenant) as tx:
        late = want(Item(shop.black, 1), payable=13700)
        changed = replace(all_there_is, buyer_note="quickly")
        again, sold_out, reused = await place(
            tx, [all_there_is, late, changed], now=now, look=False
        )
        assert again == first
        assert isinstance(sold_out, OutOfStock) and isinstance(reused, KeyReused)


async def test_what_is_bought_leaves_the_cart_and_the_rest_stays(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
        shopper = ShopperId(new_uuid())
        await cart.add(tx, shopper, shop.black, 1, now=now)
        await cart.add(tx, shopper, shop.oat, 1, now=now)
        wanted = want(Item(shop.black, 1), payable=13700, shopper_id=shopper, from_cart=True)
        await place(tx, [wanted], now=now, look=True)
        assert [line.sku_id for line in await cart.cart(tx, shopper)] == [shop.oat]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after another"])
async def test_a_cart_that_was_ordered_under_one_key_is_not_there_for_another(
    db: Database, tenant: TenantId, now: Instant, together: bool
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now)
        shopper = ShopperId(new_uuid())
        await cart.add(tx, shopper, shop.black, 1, now=now)
        first = want(Item(shop.black, 1), payable=13700, shopper_id=shopper, from_cart=True)
        second = replace(first, idempotency_key="of another page")
        batches = [[first, first, second]] if together else [[first], [first], [second]]
        [placed, again, refused] = [
            outcome
            for wants in batches
            for outcome in await place(tx, wants, now=now, look=not together)
        ]
        assert isinstance(placed, Placed) and again == placed
        assert isinstance(refused, CartChanged)


async def test_an_address_of_somebody_else_is_no_address(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        member = await members.enrol(
            tx,
            email="lin@example.com",
            password_hash="",
            name="",
            language="zh-CN",
            now=now,
        )
        assert member is not None
        shop = await open_shop(tx, now)
        owner, thief = member.id, MemberId(new_uuid())
        draft = members.Draft("林小满", "13800138000", "440305", "科苑路 1 号")
        address = await members.add_address(tx, owner, draft)
        mine = want(Item(shop.black, 1), payable=13700, ship_to=address.id, member_id=owner)
        stolen = replace(mine, member_id=thief, idempotency_key="another key")
        placed, refused = await place(tx, [mine, stolen], now=now, look=True)
        assert isinstance(placed, Placed) and isinstance(refused, NoAddress)


async def test_200_buyers_of_50_units_make_50_orders_and_everyone_is_answered(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, now, units=50)

    async def serve(wants: Sequence[PlaceWant]) -> list[Placed | Problem]:
        async with db.write(tenant) as tx:
            return await place(tx, wants, now=now, look=True)

    lanes = [Lane(serve, at_most=16) for _ in range(3)]  # like three web processes
    wants = [want(Item(shop.black, 1), payable=13700) for _ in range(200)]
    outcomes = await asyncio.gather(
        *(lanes[number % 3].submit(one) for number, one in enumerate(wants))
    )
    placed = [outcome for outcome in outcomes if isinstance(outcome, Placed)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, OutOfStock)]
    assert len(placed) == 50 and len(refused) == 150
    assert len({outcome.number for outcome in placed}) == 50
    async with db.read(tenant) as read:
        [row] = await inventory.stock(read, [shop.black])
        assert (row.on_hand, row.held, row.available) == (50, 50, 0)


def _to_xinjiang() -> orders.ShipTo:
    return orders.ShipTo(
        "林小满", "+8613800138000", "650102", ("新疆维吾尔自治区", "乌鲁木齐市", "天山区"), "1 号"
    )
