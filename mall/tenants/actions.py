"""What can be done with malls. Each action runs inside the caller's transaction."""

from collections.abc import Sequence

from mall.kernel.audit import Actor, record
from mall.kernel.db import Tx
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.tenants import rules, store
from mall.tenants.events import TenantChanged
from mall.tenants.rules import HostTaken, LastHost, Page, SlugTaken, Tenant


async def found_mall(tx: Tx, tenant: Tenant, *, actor: Actor, now: Instant) -> None:
    """Open a new mall under the id of this transaction.

    Raises SlugTaken, HostTaken, BadHost, Unlicensed, and then changes nothing.
    """
    assert tenant.id == tx.tenant_id
    rules.checked_slug(tenant.slug)
    rules.checked_licence(tenant.licence)
    if not await store.add(tx, tenant):
        raise SlugTaken
    await _add_hosts(tx, tenant.hosts)
    await record(tx, actor, "tenants.found", ("tenant", tx.tenant_id), None, tenant, now)
    await tx.announce(TenantChanged(tx.tenant_id))


async def change(tx: Tx, tenant: Tenant, *, actor: Actor, now: Instant) -> None:
    """Set the facts of this mall; its hosts stay as they are. Raises Unlicensed, Nothing."""
    rules.checked_licence(tenant.licence)
    before = await store.mine(tx)
    if before is None:
        raise Nothing("tenant")
    await store.put(tx, tenant)
    await record(tx, actor, "tenants.change", ("tenant", tx.tenant_id), before, tenant, now)
    await tx.announce(TenantChanged(tx.tenant_id))


async def add_host(tx: Tx, host: str, *, actor: Actor, now: Instant) -> None:
    """Let this mall answer under one more name. Raises HostTaken, BadHost."""
    await _add_hosts(tx, [host])
    subject = ("tenant", tx.tenant_id)
    await record(tx, actor, "tenants.add_host", subject, None, {"host": host}, now)
    await tx.announce(TenantChanged(tx.tenant_id))


async def remove_host(tx: Tx, host: str, *, actor: Actor, now: Instant) -> None:
    """Let this mall no longer answer under a name. Raises Nothing, LastHost."""
    mall, name = await store.mine(tx), rules.host_name(host)
    if mall is None or name not in mall.hosts:
        raise Nothing("host")
    if len(mall.hosts) == 1:
        raise LastHost
    await store.remove_host(tx, name)
    subject = ("tenant", tx.tenant_id)
    await record(tx, actor, "tenants.remove_host", subject, {"host": name}, None, now)
    await tx.announce(TenantChanged(tx.tenant_id))


async def set_page(tx: Tx, page: Page, *, actor: Actor, now: Instant) -> None:
    """Set one page of words; the caller has sanitised its HTML."""
    before = next((known for known in await store.pages(tx) if known.slug == page.slug), None)
    await store.put_page(tx, page)
    await record(tx, actor, "tenants.set_page", ("tenant", tx.tenant_id), before, page, now)


async def _add_hosts(tx: Tx, hosts: Sequence[str]) -> None:
    for host in sorted(rules.checked_host(host) for host in hosts):
        if not await store.add_host(tx, host):
            raise HostTaken
