"""The real front with a few handlers behind it, for a mall of the test's own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import httpx
from litestar import Litestar, Response, get, post
from litestar.datastructures import Cookie
from obstore.store import MemoryStore

from mall import tenants
from mall.doors import health
from mall.doors.front import Front
from mall.doors.given import GIVEN, guard
from mall.doors.house import House
from mall.doors.static import StaticFiles
from mall.doors.web import show_problem
from mall.kernel.audit import SYSTEM
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.i18n import Language
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside, client
from mall.kernel.settings import from_environment
from mall.kernel.time import utc_now
from mall.tenants import Home, Licence, Tenant, Theme

_times = count(1)


@get("/api/shop/v1/same", opt={"access": "anyone"}, sync_to_thread=False)
def same(tenant: Tenant) -> str:
    """Say the same every time."""
    return tenant.slug


@get("/kept", opt={"access": "anyone", "cache": 60}, sync_to_thread=False)
def kept(tenant: Tenant) -> str:
    """Say something else every time that it is asked."""
    return f"{tenant.slug} {next(_times)}"


@get("/kept-cookie", opt={"access": "anyone", "cache": 60}, sync_to_thread=False)
def kept_cookie(tenant: Tenant) -> Response[str]:
    """Say something to one visitor only."""
    return Response(f"{tenant.slug} {next(_times)}", cookies=[Cookie("mine", "1")])


@get("/kept-policy", opt={"access": "anyone", "cache": 60}, sync_to_thread=False)
def kept_policy(tenant: Tenant) -> Response[str]:
    """Say under which policy it may be shown."""
    return Response(tenant.slug, headers={"Content-Security-Policy": "default-src 'none'"})


@post("/api/shop/v1/change", opt={"access": "anyone"}, status_code=200, sync_to_thread=False)
def change() -> str:
    """Change something."""
    return "changed"


def host_of(tenant: TenantId) -> str:
    """Name the host of the test's mall."""
    return f"m-{tenant.hex}.test"


async def found(db: Database, tenant_id: TenantId, language: Language = "zh-CN") -> None:
    """Found the test's mall."""
    now = utc_now()
    names, host = {"zh-CN": "试铺", "en": "Trial"}, host_of(tenant_id)
    licence = Licence(exemption="演示")
    place = (language, "CNY", "Asia/Shanghai", licence, Theme(), Home())
    mall = Tenant(tenant_id, f"m-{tenant_id.hex}", names, (host,), *place, {}, now)
    async with db.write(tenant_id) as tx:
        await tenants.found_mall(tx, mall, actor=SYSTEM, now=now)


@asynccontextmanager
async def open_front(
    db: Database, host: str, folder: Path, *, requests_per_second: int = 0
) -> AsyncGenerator[httpx.AsyncClient]:
    """Stand before the front as a program that asks for a host."""
    (folder / "a.css").write_text("body{}")
    settings = from_environment(
        {
            "MALL_DATA": str(folder),
            "MALL_DOMAIN": "test",
            "MALL_REQUESTS_PER_SECOND": str(requests_per_second),
        }
    )
    outside = Outside(client(), MemoryStore(), Secrets(b"root of a test" * 3), {}, {})
    inner = Litestar(
        [same, kept, kept_cookie, kept_policy, change, *health.HANDLERS],
        dependencies=GIVEN,
        guards=[guard],
        exception_handlers={Exception: show_problem},
        openapi_config=None,
        logging_config=None,
    )
    inner.state.house = House(settings, "", db, outside)
    front = Front(inner, StaticFiles(folder))
    transport = httpx.ASGITransport(front)  # type: ignore[arg-type] # another spelling of ASGI
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as http:
        yield http
