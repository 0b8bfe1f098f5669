"""Stock over HTTP."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest_asyncio

from mall.catalog import save_product
from mall.catalog.tests.drafts import coat, fill_shelf
from mall.inventory.console_api import HANDLERS
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import SkuId, StaffId, TenantId, new_uuid
from mall.kernel.time import Instant
from mall.staff import StaffMember
from mall.tenants.tests.door import Client, serving

STAFF = StaffMember(StaffId(new_uuid()), "小周", "z@example.com", "owner", frozenset())


@pytest_asyncio.fixture
async def sku(db: Database, tenant: TenantId, now: Instant) -> SkuId:
    async with db.write(tenant) as tx:
        shelf = await fill_shelf(tx, now)
        product = await save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
    return product.skus[0].id


@pytest_asyncio.fixture
async def client(db: Database, tenant: TenantId, now: Instant) -> AsyncGenerator[Client]:
    async with serving(HANDLERS, db, tenant, now, staff=STAFF) as client:
        yield client


async def opened(client: Client, code: str = "web") -> str:
    answer = await client.post("/locations", json={"code": code, "title": {"en": "Warehouse"}})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def change(sku: SkuId, place: str, units: int) -> dict[str, Any]:
    return {"sku_id": str(sku), "location_id": place, "units": units}


async def test_stock_moves_once_however_often_the_request_is_sent(
    client: Client, sku: SkuId
) -> None:
    place = await opened(client)
    body = {"kind": "receive", "changes": [change(sku, place, 7)], "note": "到货"}
    for _ in range(3):
        key = {"Idempotency-Key": "delivery-1"}
        [shown] = (await client.post("/stock/adjustments", json=body, headers=key)).json()
        assert (shown["on_hand"], shown["available"]) == (7, 7)
    ledger = (await client.get("/stock/movements", params={"sku_id": str(sku)})).json()
    assert [(one["units"], one["note"]) for one in ledger["items"]] == [(7, "到货")]
    more = {"Idempotency-Key": "delivery-2"}
    [shown] = (await client.post("/stock/adjustments", json=body, headers=more)).json()
    assert shown["on_hand"] == 14


async def test_impossible_changes_name_every_wrong_row(client: Client, sku: SkuId) -> None:
    place, stranger = await opened(client), new_uuid()
    rows = [
        change(sku, place, 0),
        change(sku, place, 1),
        change(SkuId(stranger), str(stranger), 1),
    ]
    key = {"Idempotency-Key": "rubbish-1"}
    refused = await client.post(
        "/stock/adjustments", json={"kind": "adjust", "changes": rows}, headers=key
    )
    assert refused.status_code == 422
    assert {error["path"] for error in refused.json()["errors"]} == {
        "changes.0.units",
        "changes.1",
        "changes.2.sku_id",
        "changes.2.location_id",
    }
    below = {"kind": "adjust", "changes": [change(sku, place, -1)]}
    refused = await client.post("/stock/adjustments", json=below, headers=key)
    assert refused.json()["code"] == "inventory.below_promised"
    no_key = await client.post("/stock/adjustments", json=below)
    assert no_key.status_code == 400 and "Idempotency-Key" in no_key.text


async def test_units_can_be_kept_back_from_selling(client: Client, sku: SkuId) -> None:
    place = await opened(client)
    body = {"kind": "receive", "changes": [change(sku, place, 5)]}
    await client.post("/stock/adjustments", json=body, headers={"Idempotency-Key": "delivery-3"})
    safety = {"safety": [change(sku, place, 4)]}
    [shown] = (await client.put("/stock/safety", json=safety)).json()
    assert (shown["on_hand"], shown["safety"], shown["available"]) == (5, 4, 1)


async def test_a_location_code_belongs_to_one_location(client: Client) -> None:
    await opened(client, "east")
    again = await client.post("/locations", json={"code": "east", "title": {"en": "East"}})
    assert (again.status_code, again.json()["code"]) == (409, "inventory.location_taken")
