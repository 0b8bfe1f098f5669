"""Quotes and orders over HTTP."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import msgspec
import pytest_asyncio

from mall import cart, orders
from mall.checkout import Placed, PlaceOrder, PlaceWant, place
from mall.checkout.shop_api import HANDLERS
from mall.checkout.tests.shop import Shop, open_shop
from mall.kernel.db import Database
from mall.kernel.ids import ShopperId, TenantId, new_uuid
from mall.kernel.problems import Problem
from mall.kernel.time import Instant
from mall.members import Shopper
from mall.tenants import Tenant
from mall.tenants.tests.door import Client, serving

GUEST = Shopper(ShopperId(new_uuid()), None)
SHIP_TO = {"name": "林小满", "phone": "13800138000", "region_code": "440305", "detail": "科苑路"}


@pytest_asyncio.fixture
async def shop(db: Database, tenant: TenantId, now: Instant) -> Shop:
    async with db.write(tenant) as tx:
        return await open_shop(tx, now)


@pytest_asyncio.fixture
async def client(db: Database, tenant: TenantId, now: Instant) -> AsyncGenerator[Client]:
    async def run(want: PlaceWant) -> Placed:
        async with db.write(tenant) as tx:
            [outcome] = await place(tx, [want], now=now, look=True)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    given = {"tenant": mall(tenant, now), "language": "zh-CN", "shopper": GUEST}
    async with serving(HANDLERS, db, tenant, now, place=PlaceOrder(run), **given) as client:
        yield client


def mall(tenant_id: TenantId, now: Instant) -> Tenant:
    texts = {"zh-CN": "测试", "en": "Test"}
    plain: dict[str, Any] = {name: {} for name in ("licence", "theme", "home", "contact")}
    plain |= {"id": tenant_id, "slug": "test", "name": texts, "hosts": [], "founded_at": now}
    plain |= {"language": "zh-CN", "currency": "CNY", "time_zone": "Asia/Shanghai"}
    return msgspec.convert(plain, Tenant)


async def order(client: Client, key: str = "key-00001", **changes: object) -> tuple[int, Any]:
    body: dict[str, object] = {"ship_to": SHIP_TO, "payable_minor": 0}
    answer = await client.post(
        "/orders", json=body | changes, headers={"Idempotency-Key": key} if key else {}
    )
    return answer.status_code, answer.json()


async def test_what_was_quoted_can_be_ordered_for_that_amount(client: Client, shop: Shop) -> None:
    items = [{"sku_id": str(shop.black), "quantity": 2}]
    asked = {"items": items, "region_code": "440305"}
    quote = (await client.post("/checkout/quote", json=asked)).json()
    assert quote["payable_minor"] == 2 * 12900 + 1000 and quote["orderable"]
    status, placed = await order(client, items=items, payable_minor=quote["payable_minor"])
    assert status == 201 and placed["payable_minor"] == quote["payable_minor"]
    again = await order(client, items=items, payable_minor=quote["payable_minor"])
    assert again == (201, placed)


async def test_a_quote_says_what_cannot_be_bought(client: Client, shop: Shop) -> None:
    gone = str(new_uuid())
    items = [{"sku_id": gone, "quantity": 1}, {"sku_id": str(shop.black), "quantity": 9}]
    quote = (await client.post("/checkout/quote", json={"items": items})).json()
    assert quote["not_for_sale"] == [gone] and not quote["orderable"]
    assert [line["state"] for line in quote["lines"]] == ["too_many"]
    assert quote["freight_minor"] is None
    bad = {"items": items, "region_code": "999999"}
    assert (await client.post("/checkout/quote", json=bad)).status_code == 422


async def test_ticked_lines_are_ordered_once_and_leave_the_cart(
    client: Client, shop: Shop, db: Database, tenant: TenantId, now: Instant
) -> None:
    async with db.write(tenant) as tx:
        await cart.add(tx, GUEST.id, shop.oat, 2, now=now)
        await cart.add(tx, GUEST.id, shop.black, 1, now=now)
        await cart.choose(tx, GUEST.id, [shop.black], selected=False)
    payable = 2 * 13900 + 1000
    status, placed = await order(client, payable_minor=payable)
    assert status == 201
    assert await order(client, payable_minor=payable) == (201, placed)
    async with db.read(tenant) as read:
        assert [line.sku_id for line in await cart.cart(read, GUEST.id)] == [shop.black]
        made = await orders.by_number(read, placed["number"], shopper_id=GUEST.id)
    assert [(line.sku_id, line.quantity) for line in made.lines] == [(shop.oat, 2)]
    status, refused = await order(client, "key-00002", payable_minor=payable)
    assert (status, refused["code"]) == (422, "checkout.nothing_to_buy")
    status, refused = await order(client, payable_minor=payable, note="另一张")
    assert (status, refused["code"]) == (409, "checkout.key_reused")


async def test_a_different_amount_places_nothing_and_tells_the_new_one(
    client: Client, shop: Shop
) -> None:
    items = [{"sku_id": str(shop.black), "quantity": 1}]
    status, refused = await order(client, items=items, payable_minor=1)
    assert (status, refused["code"]) == (409, "checkout.price_moved")
    assert refused["quote"]["payable_minor"] == 13700


async def test_wrong_addresses_and_keys_are_named(client: Client, shop: Shop) -> None:
    items = [{"sku_id": str(shop.black), "quantity": 1}]
    wrong = {"name": " ", "phone": "12", "region_code": "440300", "detail": ""}
    status, refused = await order(client, items=items, ship_to=wrong)
    assert status == 422
    paths = [error["path"] for error in refused["errors"]]
    assert paths == [f"ship_to.{name}" for name in ("name", "phone", "region_code", "detail")]
    status, refused = await order(client, items=items, ship_to=None)
    assert (status, refused["code"]) == (422, "checkout.no_address")
    not_mine = str(UUID(int=1))
    status, refused = await order(client, items=items, ship_to=None, address_id=not_mine)
    assert (status, refused["code"]) == (422, "checkout.no_address")
    for key in ("", "short", "x" * 101, "blank blank"):
        assert (await order(client, key, items=items))[0] == 400
    for note in ("a\x00b", "x" * 201):
        assert (await order(client, items=items, note=note))[0] == 400
