"""Tenants: the malls of this installation, their names, hosts, facts and pages.

Tenant and host rows are the public directory: readable before a tenant is known, because they
are how a tenant is found. Everything else is seen by its own mall only.

    hears      -
    announces  TenantChanged
"""

from mall.tenants.actions import add_host, change, found_mall, remove_host, set_page
from mall.tenants.events import TenantChanged
from mall.tenants.queries import by_host, directory, mine, page, pages
from mall.tenants.rules import (
    BadHost,
    Home,
    HostTaken,
    LastHost,
    Licence,
    Page,
    SlugTaken,
    Tenant,
    Theme,
    Tile,
    Unlicensed,
    host_name,
)

__all__ = [
    "BadHost",
    "Home",
    "HostTaken",
    "LastHost",
    "Licence",
    "Page",
    "SlugTaken",
    "Tenant",
    "TenantChanged",
    "Theme",
    "Tile",
    "Unlicensed",
    "add_host",
    "by_host",
    "change",
    "directory",
    "found_mall",
    "host_name",
    "mine",
    "page",
    "pages",
    "remove_host",
    "set_page",
]
