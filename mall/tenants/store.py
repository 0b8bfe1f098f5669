"""The SQL of tenants; no other file of this room speaks it."""

from typing import Any

import msgspec
from sqlalchemy import Row, Select, Text, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from mall.kernel.db import Read, Tx
from mall.kernel.statements import TENANT, Prepared
from mall.tenants.rules import Home, Licence, Page, Tenant, Theme
from mall.tenants.tables import HostRow, PageRow, TenantRow

_HOSTS = (
    select(func.array_agg(aggregate_order_by(HostRow.host, HostRow.host), type_=ARRAY(Text())))
    .where(HostRow.tenant_id == TenantRow.tenant_id)
    .scalar_subquery()
    .label("hosts")
)
_FACTS = (
    *("slug", "name", "language", "currency", "time_zone"),
    *("licence", "theme", "home", "contact"),
)
_TENANTS: Select[Any] = select(TenantRow.__table__, _HOSTS)
_BY_HOST = _TENANTS.where(
    exists()
    .where(HostRow.tenant_id == TenantRow.tenant_id)
    .where(HostRow.host == bindparam("host"))
    .correlate(TenantRow.__table__)
)

_MINE = Prepared(_TENANTS.where(TenantRow.tenant_id == TENANT))


async def all_tenants(read: Read) -> list[Tenant]:
    """Load every mall, the oldest first."""
    found = await read.run(_TENANTS.order_by(TenantRow.founded_at, TenantRow.slug))
    return [_tenant(row) for row in found]


async def by_host(read: Read, host: str) -> Tenant | None:
    """Load the mall that answers under a stored host name."""
    row = (await read.run(_BY_HOST, {"host": host})).first()
    return _tenant(row) if row else None


async def mine(read: Read) -> Tenant | None:
    """Load the mall of this transaction."""
    found = await read.named(_MINE)
    return _tenant(found[0]) if found else None


async def add(tx: Tx, tenant: Tenant) -> bool:
    """Store a new mall. False: the short name is taken."""
    row = _columns(tenant) | {"founded_at": tenant.founded_at}
    return await tx.insert(TenantRow, [row], skip_conflicts=True) == 1


async def put(tx: Tx, tenant: Tenant) -> None:
    """Store the facts of a mall in place of the earlier ones."""
    await tx.run(
        update(TenantRow).where(TenantRow.tenant_id == tx.tenant_id).values(**_columns(tenant))
    )


async def add_host(tx: Tx, host: str) -> bool:
    """Store a host. False: it is taken, by whomever."""
    return await tx.insert(HostRow, [{"host": host}], skip_conflicts=True) == 1


async def remove_host(tx: Tx, host: str) -> None:
    """Forget a host."""
    await tx.run(delete(HostRow).where(HostRow.tenant_id == tx.tenant_id, HostRow.host == host))


async def put_page(tx: Tx, page: Page) -> None:
    """Store a page in place of the earlier one of that slug."""
    row = {"title": page.title, "body": page.body, "changed_at": page.changed_at}
    statement = upsert(PageRow).values(tenant_id=tx.tenant_id, slug=page.slug, **row)
    await tx.run(statement.on_conflict_do_update(index_elements=["tenant_id", "slug"], set_=row))


async def pages(read: Read) -> list[Page]:
    """Load every page of the mall."""
    found = await read.run(
        select(PageRow.slug, PageRow.title, PageRow.body, PageRow.changed_at)
        .where(PageRow.tenant_id == read.tenant_id)
        .order_by(PageRow.slug)
    )
    return [Page(*row) for row in found]


def _columns(tenant: Tenant) -> dict[str, Any]:
    plain = msgspec.to_builtins(tenant)
    names = [
        "slug",
        "name",
        "language",
        "currency",
        "time_zone",
        "licence",
        "theme",
        "home",
        "contact",
    ]
    return {name: plain[name] for name in names}


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(
        id=row.tenant_id,
        slug=row.slug,
        name=row.name,
        hosts=tuple(row.hosts or ()),
        language=row.language,
        currency=row.currency,
        time_zone=row.time_zone,
        licence=msgspec.convert(row.licence, Licence),
        theme=msgspec.convert(row.theme, Theme),
        home=msgspec.convert(row.home, Home),
        contact=row.contact,
        founded_at=row.founded_at,
    )
