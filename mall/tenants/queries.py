"""What the mall can ask about malls."""

from mall.kernel.db import Read
from mall.tenants import rules, store
from mall.tenants.rules import Page, Tenant


async def directory(read: Read) -> list[Tenant]:
    """List every mall of this installation, the oldest first; any transaction may ask."""
    return await store.all_tenants(read)


async def by_host(read: Read, host: str) -> Tenant | None:
    """Find the mall that a browser asked for; the port does not matter. None: nobody's host."""
    return await store.by_host(read, rules.host_name(host))


async def pages(read: Read) -> list[Page]:
    """List the pages of words of this mall."""
    return await store.pages(read)


async def page(read: Read, slug: str) -> Page | None:
    """Find one page of words."""
    return next((page for page in await store.pages(read) if page.slug == slug), None)


async def mine(read: Read) -> Tenant | None:
    """Find the mall of this transaction. None: it does not exist (yet)."""
    return await store.mine(read)
