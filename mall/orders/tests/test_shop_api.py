"""A shopper's own orders over HTTP, and what the console shows of them."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest_asyncio

from mall.kernel.audit import Actor
from mall.kernel.db import Database
from mall.kernel.ids import ShopperId, TenantId, new_uuid
from mall.kernel.time import Instant
from mall.orders import record
from mall.orders.console_api import list_orders, write_note
from mall.orders.shop_api import HANDLERS
from mall.orders.tests.shop import BUYER, CLERK, new_order
from mall.tenants.tests.door import Client, serving

STRANGER = ShopperId(new_uuid())


@pytest_asyncio.fixture
async def client(db: Database, tenant: TenantId, now: Instant) -> AsyncGenerator[Client]:
    async with db.write(tenant) as tx:
        mine = [new_order(f"M{n}", now + timedelta(seconds=n)) for n in range(3)]
        record(tx, [*mine, new_order("S1", now, shopper=STRANGER)])
    buyer = Actor("guest", BUYER, "")
    async with serving(
        HANDLERS, db, tenant, now, shopper_id=BUYER, buyer=buyer, demo=True
    ) as client:
        yield client


async def test_shoppers_see_their_own_orders_a_page_at_a_time(client: Client) -> None:
    first = (await client.get("/orders", params={"limit": 2})).json()
    assert [one["number"] for one in first["items"]] == ["M2", "M1"]
    rest = await client.get("/orders", params={"limit": 2, "cursor": first["next_cursor"]})
    assert [one["number"] for one in rest.json()["items"]] == ["M0"]
    assert (await client.get("/orders/counts")).json()["unpaid"] == 3
    assert (await client.get("/orders", params={"state": "paid"})).json()["items"] == []
    assert (await client.get("/orders", params={"state": "lost"})).status_code == 400
    assert (await client.get("/orders", params={"cursor": "rubbish"})).status_code == 422


async def test_orders_of_others_do_not_exist(client: Client) -> None:
    key = {"Idempotency-Key": "key-00001"}
    lines = {"lines": [{"line_no": 1, "quantity": 1}]}
    answers = [
        await client.get("/orders/S1"),
        await client.get("/orders/S1/payment"),
        await client.get("/orders/S1/refunds"),
        await client.post("/orders/S1/cancel"),
        await client.post("/orders/S1/receive"),
        await client.post("/orders/S1/pay", json={}),
        await client.post("/orders/S1/refunds/preview", json=lines),
        await client.post("/orders/S1/refunds", json=lines, headers=key),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


async def test_notes_of_the_staff_stay_inside_the_house(
    client: Client, db: Database, tenant: TenantId, now: Instant
) -> None:
    handlers = [write_note, list_orders]
    async with serving(handlers, db, tenant, now, actor=CLERK) as console:
        noted = await console.post("/orders/M0/notes", json={"note": "买家很急"})
        assert noted.status_code == 201
        found = await console.get("/orders", params={"text": "13800138000", "limit": 9})
    assert {one["number"] for one in found.json()["items"]} == {"M2", "M1", "M0", "S1"}
    shown = await client.get("/orders/M0")
    assert shown.json()["timeline"] == [] and "很急" not in shown.text


async def test_an_order_says_what_can_be_done_and_does_it(client: Client) -> None:
    assert (await client.get("/orders/M1")).json()["order"]["can"] == ["pay", "cancel"]
    cancelled = (await client.post("/orders/M1/cancel")).json()
    assert (cancelled["state"], cancelled["cancel_reason"], cancelled["can"]) == (
        "cancelled",
        "buyer",
        [],
    )
    assert (await client.post("/orders/M1/pay", json={})).json()["code"] == "orders.wrong_state"
    assert (await client.post("/orders/M0/receive")).json()["code"] == "orders.wrong_state"


async def test_a_way_back_leads_to_this_mall_only(client: Client) -> None:
    for path in ("//evil.example", "https://evil.example", "/\\evil.example", "pay", "/a b"):
        answer = await client.post("/orders/M2/pay", json={"return_path": path})
        assert answer.status_code == 400, path
    payment = (await client.get("/orders/M2/payment")).json()
    assert payment["newest"] is None and payment["order_state"] == "unpaid"
    assert "demo_pay" in [way["code"] for way in payment["ways"]]
