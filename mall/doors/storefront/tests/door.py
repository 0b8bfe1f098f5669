"""A mall with one coat behind the real front, asked as a browser without script asks."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from litestar import Litestar
from obstore.store import MemoryStore
from sqlalchemy import select

from mall import search, tenants
from mall.catalog import ids_by_slugs
from mall.checkout.tests.shop import Shop, open_shop
from mall.doors.front import Front
from mall.doors.given import GIVEN, guard
from mall.doors.house import House
from mall.doors.static import StaticFiles
from mall.doors.storefront import show_problem, storefront
from mall.kernel.audit import SYSTEM
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside, client
from mall.kernel.settings import from_environment
from mall.kernel.time import utc_now
from mall.messaging.tables import MessageRow
from mall.tenants import Home, Licence, Page, Tenant, Theme


@dataclass(frozen=True)
class Browser:
    """A visitor of one mall."""

    http: httpx.AsyncClient
    shop: Shop
    tenant: Tenant
    db: Database

    async def read(self, path: str, status: int = 200) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer.text

    async def code(self) -> str:
        """Read the newest message and give the code in it; "" when there is none."""
        _, body = await self.letter()
        found = re.search(r"\d{6}", body)
        return found.group() if found else ""

    async def letter(self) -> tuple[str, str]:
        """Give the template and the body of the newest message, sent or waiting to be."""
        row = MessageRow
        async with self.db.read(self.tenant.id) as read:
            written = select(row.template, row.body).where(row.tenant_id == read.tenant_id)
            found = await read.run(written.order_by(row.id.desc()).limit(1))
            newest = found.one()
        return newest.template, newest.body

    async def send(self, path: str, fields: dict[str, str], *, status: int = 303) -> httpx.Response:
        answer = await self.http.post(path, data=fields)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer


@asynccontextmanager
async def open_door(db: Database, tenant: TenantId, folder: Path) -> AsyncGenerator[Browser]:
    now, slug = utc_now(), f"m-{tenant.hex}"
    licence = Licence(exemption="演示")
    mall = Tenant(
        id=tenant,
        slug=slug,
        name={"zh-CN": "试铺", "en": "Trial"},
        hosts=(f"{slug}.test",),
        language="zh-CN",
        currency="CNY",
        time_zone="Asia/Shanghai",
        licence=licence,
        theme=Theme(),
        home=Home(),
        contact={},
        founded_at=now,
    )
    async with db.write(tenant) as tx:
        await tenants.found_mall(tx, mall, actor=SYSTEM, now=now)
        words = {"zh-CN": "<p>七天</p>", "en": "<p>Seven days</p>"}
        title = {"zh-CN": "退换货", "en": "Returns"}
        await tenants.set_page(tx, Page("returns", title, words, now), actor=SYSTEM, now=now)
        shop = await open_shop(tx, now)
        found = await ids_by_slugs(tx, ["wool-coat"])
        await search.index(tx, list(found.values()))
    settings = from_environment(
        {"MALL_DATA": str(folder), "MALL_DOMAIN": "test", "MALL_REQUESTS_PER_SECOND": "0"}
    )
    outside = Outside(client(), MemoryStore(), Secrets(b"root of a test" * 3), {}, {})
    inner = Litestar(
        [storefront()],
        dependencies=GIVEN,
        guards=[guard],
        exception_handlers={Exception: show_problem},
        openapi_config=None,
        logging_config=None,
    )
    inner.state.house = House(settings, "", db, outside)
    front = Front(inner, StaticFiles(folder))
    transport = httpx.ASGITransport(front)  # type: ignore[arg-type] # another spelling of ASGI
    headers = {"Accept-Language": "zh-CN", "Accept": "text/html"}
    async with httpx.AsyncClient(
        transport=transport, base_url=f"http://{slug}.test", headers=headers
    ) as http:
        yield Browser(http, shop, mall, db)


def hidden(html: str, name: str) -> str:
    """Find the value of a field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, f"no field {name}"
    return found[1]
