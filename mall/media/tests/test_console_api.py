"""The pictures over HTTP."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.tables import AuditRow
from mall.kernel.time import Instant
from mall.media.rules import MOST_BYTES
from mall.media.tests.door import CLERK, Door
from mall.media.tests.drawn import halves, written
from mall.tenants import Tenant

type Client = AsyncTestClient[Litestar]


@pytest.fixture
def door(db: Database, tenant: TenantId, now: Instant) -> Door:
    return Door(db, tenant, now)


@pytest_asyncio.fixture
async def client(door: Door) -> AsyncGenerator[Client]:
    texts = {"zh-CN": "测试", "en": "Test"}
    plain: dict[str, Any] = {
        "id": door.tenant,
        "slug": "test",
        "name": texts,
        "hosts": [],
        "language": "zh-CN",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "licence": {},
        "theme": {},
        "home": {},
        "contact": {},
        "founded_at": door.now,
    }
    async with door.client(msgspec.convert(plain, Tenant)) as client:
        yield client


async def upload(client: Client, content: bytes, name: str = "杯子.jpg") -> dict[str, Any]:
    answer = await client.post("/media", files={"file": (name, content, "image/png")})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_picture_is_uploaded_listed_described_and_removed(
    client: Client, door: Door
) -> None:
    made = await upload(client, written(halves()))
    assert (made["name"], made["width"], made["height"]) == ("杯子.jpg", 600, 400)
    asset_hex = made["id"].replace("-", "")
    assert made["address"] == f"/media/{asset_hex}-600.webp"
    assert made["thumbnail"] == f"/media/{asset_hex}-320.webp"
    assert made["srcset"].startswith(f"/media/{asset_hex}-160.webp 160w, ")
    assert (await client.get("/media")).json() == {"items": [made], "next_cursor": None}
    assert (await client.get(f"/media/{made['id']}")).json() == made

    place = f"/media/{made['id']}"
    said = await client.patch(place, json={"alt": {"zh-CN": "两半", "en": "Halves"}})
    assert said.json()["alt"] == {"zh-CN": "两半", "en": "Halves"}
    assert (await client.patch(place, json={"alt": {"fr": "Non"}})).status_code == 400
    assert (await client.patch(place, json={"alt": {"en": "x" * 301}})).status_code == 400

    assert (await client.delete(place)).status_code == 204
    assert (await client.delete(place)).status_code == 404
    assert (await client.get("/media")).json()["items"] == []
    assert (await client.get("/media", params={"ids": made["id"]})).json()["items"]

    async with door.db.read(door.tenant) as read:
        mine = AuditRow.tenant_id == door.tenant
        columns = (AuditRow.action, AuditRow.actor_id, AuditRow.before, AuditRow.after)
        audit = (await read.run(select(*columns).where(mine).order_by(AuditRow.id))).all()
    alt = {"zh-CN": "两半", "en": "Halves"}
    assert [tuple(entry) for entry in audit] == [
        ("media.set_alt", CLERK.id, {"alt": {}}, {"alt": alt}),
        ("media.remove", CLERK.id, {"name": "杯子.jpg", "alt": alt}, None),
    ]


async def test_refusals_say_what_is_wrong(client: Client) -> None:
    renamed = await client.post("/media", files={"file": ("photo.jpg", b"words", "image/jpeg")})
    assert (renamed.status_code, renamed.json()["code"]) == (422, "media.not_an_image")
    large = await client.post("/media", files={"file": ("a.jpg", bytes(MOST_BYTES + 1))})
    assert large.json() == {"code": "media.too_large", "limit_mb": 12}
    assert (await client.post("/media", data={"file": "words"})).status_code == 400
    assert (await client.post("/media")).status_code == 400
    assert (await client.get(f"/media/{new_uuid()}")).status_code == 404


async def test_a_list_is_read_page_by_page(client: Client) -> None:
    made = [await upload(client, written(halves((50 + n, 50)))) for n in range(3)]
    first = (await client.get("/media", params={"limit": 2})).json()
    rest = (await client.get("/media", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    shown = [one["id"] for one in first["items"] + rest["items"]]
    assert sorted(shown) == sorted(one["id"] for one in made)
    assert rest["next_cursor"] is None

    chosen = [made[2]["id"], str(new_uuid()), made[0]["id"]]
    some = (await client.get("/media", params={"ids": chosen})).json()["items"]
    assert [one["id"] for one in some] == [made[2]["id"], made[0]["id"]]
