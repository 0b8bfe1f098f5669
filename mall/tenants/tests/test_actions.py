"""Malls on a real PostgreSQL."""

import pytest

from mall.kernel.audit import SYSTEM
from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.time import Instant
from mall.tenants import (
    BadHost,
    Home,
    HostTaken,
    Licence,
    Tenant,
    Theme,
    Unlicensed,
    add_host,
    by_host,
    directory,
    found_mall,
    host_name,
)


def a_mall(tenant_id: TenantId, now: Instant, **changes: object) -> Tenant:
    slug = f"m{tenant_id.hex[-12:]}"
    facts = {
        "id": tenant_id,
        "slug": slug,
        "name": {"zh-CN": "试试", "en": "Try"},
        "hosts": (f"{slug}.example",),
        "language": "zh-CN",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "licence": Licence(company="某某", licence_no="91"),
        "theme": Theme(),
        "home": Home(),
        "contact": {},
        "founded_at": now,
    }
    return Tenant(**(facts | changes))  # pyright: ignore[reportArgumentType] - a test's short hand


async def test_a_mall_is_found_by_its_host_in_any_case_and_with_any_port(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    mall = a_mall(tenant, now)
    async with db.write(tenant) as tx:
        await found_mall(tx, mall, actor=SYSTEM, now=now)

    async with db.read(TenantId(new_uuid())) as read:  # before a tenant is known
        assert await by_host(read, mall.hosts[0].upper() + ":8000") == mall
        assert mall in await directory(read)
        assert await by_host(read, "nobody.example") is None


async def test_a_host_belongs_to_one_mall(db: Database, tenant: TenantId, now: Instant) -> None:
    mall, other = a_mall(tenant, now), TenantId(new_uuid())
    async with db.write(tenant) as tx:
        await found_mall(tx, mall, actor=SYSTEM, now=now)
    async with db.write(other) as tx:
        await found_mall(tx, a_mall(other, now), actor=SYSTEM, now=now)

    with pytest.raises(HostTaken):
        async with db.write(other) as tx:
            await add_host(tx, mall.hosts[0], actor=SYSTEM, now=now)


async def test_a_mall_without_a_licence_may_not_open(
    db: Database, tenant: TenantId, now: Instant
) -> None:
    with pytest.raises(Unlicensed):
        async with db.write(tenant) as tx:
            await found_mall(tx, a_mall(tenant, now, licence=Licence()), actor=SYSTEM, now=now)


@pytest.mark.parametrize("host", ["", "a b", "-a.example", "ex_ample", "a..b", "x" * 300])
async def test_rubbish_is_no_host(db: Database, tenant: TenantId, now: Instant, host: str) -> None:
    with pytest.raises(BadHost):
        async with db.write(tenant) as tx:
            await add_host(tx, host, actor=SYSTEM, now=now)


def test_a_host_name_loses_its_port_and_its_capitals() -> None:
    assert host_name("Demo.LocalHost:8000") == "demo.localhost"
