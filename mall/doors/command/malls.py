"""`mall tenant`: which malls there are, under which names they answer."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
from psycopg import sql

from mall import staff, tenants
from mall.doors.command.holding import opened
from mall.doors.postgres import libpq
from mall.doors.trouble import Trouble
from mall.kernel import passwords, schema
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.settings import Settings
from mall.kernel.time import utc_now
from mall.tenants import Home, Licence, Tenant, Theme

_NOBODY = TenantId(UUID(int=0))  # sees the directory and nothing else


def in_database[T](settings: Settings, who: str, what: Callable[[Database], Awaitable[T]]) -> T:
    """Run one piece of work on the mall's database, as the application."""

    async def run(url: str) -> T:
        async with _database(url) as db:
            return await what(db)

    with opened(settings, who) as urls:
        return asyncio.run(run(urls.app))


async def every(db: Database) -> list[Tenant]:
    """List the malls."""
    async with db.read(_NOBODY) as read:
        return await tenants.directory(read)


async def named(db: Database, slug: str) -> Tenant:
    """Find a mall by its short name. Raises Trouble that names those there are."""
    known = await every(db)
    for tenant in known:
        if tenant.slug == slug:
            return tenant
    there = ", ".join(tenant.slug for tenant in known) or "-"
    raise Trouble(
        f"没有名为 {slug} 的集市;现有:{there}", f"No mall is called {slug}; there are: {there}"
    )


async def found(
    db: Database,
    slug: str,
    name: dict[str, str],
    *,
    host: str,
    licence: Licence,
    owner_email: str,
    owner_password: str,
) -> Tenant:
    """Open a new mall with its first member of staff.

    It begins in Chinese, yuan and Beijing time; the console changes that.
    """
    now, password_hash = utc_now(), await passwords.hashed(owner_password)
    tenant = Tenant(
        id=TenantId(new_uuid()),
        slug=slug,
        name=name,
        hosts=(host,),
        language="zh-CN",
        currency="CNY",
        time_zone="Asia/Shanghai",
        licence=licence,
        theme=Theme(),
        home=Home(),
        contact={},
        founded_at=now,
    )
    async with db.write(tenant.id) as tx:
        await tenants.found_mall(tx, tenant, actor=SYSTEM, now=now)
        await staff.create(
            tx,
            name=owner_email.split("@")[0],
            email=owner_email,
            role="owner",
            password_hash=password_hash,
            by=None,
            now=now,
        )
    return tenant


async def set_host(db: Database, slug: str, host: str, *, remove: bool) -> Tenant:
    """Let a mall answer under a host name, or no longer."""
    tenant = await named(db, slug)
    act = tenants.remove_host if remove else tenants.add_host
    async with db.write(tenant.id) as tx:
        await act(tx, host, actor=SYSTEM, now=utc_now())
    return await named(db, slug)


def erase(owner_url: str, tenant: Tenant) -> int:
    """Delete every row of a mall, in one transaction; give their number. Cannot be undone."""
    metadata = schema.import_all_tables()
    erased = 0
    with psycopg.connect(libpq(owner_url)) as connection:
        set_tenant = sql.SQL("SET LOCAL mall.tenant = {}").format(str(tenant.id))
        connection.execute(set_tenant)
        for table in reversed(metadata.sorted_tables):
            name = sql.Identifier(*table.fullname.split("."))
            statement = sql.SQL("DELETE FROM {} WHERE tenant_id = %s").format(name)
            erased += connection.execute(statement, [tenant.id]).rowcount
        connection.execute(
            "DELETE FROM procrastinate.procrastinate_jobs"
            " WHERE args ->> 'tenant' = %s AND status = 'todo'",
            [str(tenant.id)],
        )
    return erased


@asynccontextmanager
async def _database(url: str) -> AsyncGenerator[Database]:
    schema.import_all("tables", "reactions")
    db = Database(url, connections=2)
    try:
        yield db
    finally:
        await db.close()
