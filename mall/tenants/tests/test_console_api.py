"""The mall's own facts over HTTP."""

from collections.abc import AsyncGenerator

import pytest_asyncio
from sqlalchemy import select

from mall.kernel.audit import SYSTEM, Actor
from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.tables import AuditRow
from mall.kernel.time import Instant
from mall.tenants import console_api, found_mall, shop_api
from mall.tenants.tests.door import Client, serving
from mall.tenants.tests.test_actions import a_mall

OWNER = Actor("staff", new_uuid(), "小周")


@pytest_asyncio.fixture
async def client(db: Database, tenant: TenantId, now: Instant) -> AsyncGenerator[Client]:
    mall = a_mall(tenant, now, contact={"slogan": "好茶", "slogan.en": "Tea", "mail_server": "x"})
    async with db.write(tenant) as tx:
        await found_mall(tx, mall, actor=SYSTEM, now=now)
    handlers = [*console_api.HANDLERS, shop_api.show_mall]
    kept = [one for one in handlers if one is not console_api.show_mall]
    async with serving(kept, db, tenant, now, actor=OWNER, tenant=mall) as client:
        yield client


async def test_facts_change_one_by_one_and_are_audited(
    client: Client, db: Database, tenant: TenantId
) -> None:
    changed = await client.patch("/mall", json={"name": {"en": "New"}, "language": "en"})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["language"]) == ({"en": "New"}, "en")
    assert changed.json()["licence"]["company"] == "某某"
    assert (await client.patch("/mall", json={"time_zone": "Mars/Base"})).status_code == 422
    assert (await client.patch("/mall", json={"currency": "EUR"})).status_code == 400
    async with db.read(tenant) as read:
        mine = AuditRow.tenant_id == tenant, AuditRow.action == "tenants.change"
        written = (await read.run(select(AuditRow.actor_name, AuditRow.after).where(*mine))).one()
    assert written.actor_name == "小周" and written.after["name"] == {"en": "New"}


async def test_shoppers_are_told_how_to_reach_the_mall_and_no_more(client: Client) -> None:
    told = (await client.get("/mall")).json()
    assert told["slogan"] == {"zh-CN": "好茶", "en": "Tea"}
    assert "mail_server" not in str(told)


async def test_the_last_host_stays(client: Client, tenant: TenantId) -> None:
    first = f"m{tenant.hex[-12:]}.example"
    refused = await client.delete(f"/mall/hosts/{first}")
    assert (refused.status_code, refused.json()["code"]) == (409, "tenants.last_host")
    second = f"n{tenant.hex[-12:]}.example"
    assert (await client.post("/mall/hosts", json={"host": second})).json() == [first, second]
    assert (await client.delete(f"/mall/hosts/{first}")).json() == [second]
    assert (await client.delete(f"/mall/hosts/{first}")).status_code == 404


async def test_pages_lose_what_could_do_harm(client: Client) -> None:
    words = {"title": {"en": "Help"}, "body": {"en": "<p onclick='x()'>Ask<script>1</script></p>"}}
    written = await client.put("/pages/help", json=words)
    assert written.json()["body"] == {"en": "<p>Ask</p>"}
    assert (await client.put("/pages/He%20lp", json=words)).status_code == 400
    assert [page["slug"] for page in (await client.get("/pages")).json()] == ["help"]
