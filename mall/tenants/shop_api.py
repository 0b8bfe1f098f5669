"""What everybody may know of a mall over HTTP: its name, its facts, its pages of words."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Struct

from mall.kernel.db import Read
from mall.kernel.i18n import LANGUAGES, Texts
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.tenants import queries
from mall.tenants.rules import Home, Licence, Tenant, Theme


class ShownMall(Struct):
    """A mall as shoppers see it; amounts everywhere are in minor units of ``currency``."""

    slug: str
    name: Texts
    slogan: Texts
    language: str
    languages: list[str]
    currency: str
    time_zone: str
    phone: str
    email: str
    hours: Texts
    licence: Licence
    theme: Theme
    home: Home


class ShownPageTitle(Struct):
    """A page of words on the list."""

    slug: str
    title: Texts


class ShownPage(Struct):
    """A page of words; the body is safe HTML."""

    slug: str
    title: Texts
    body: Texts
    changed_at: Instant


@get("/mall", opt={"access": "anyone", "cache": 1})
async def show_mall(tenant: Tenant) -> ShownMall:
    """Show the mall that was asked."""
    return ShownMall(
        slug=tenant.slug,
        name=tenant.name,
        slogan=_told(tenant, "slogan"),
        language=tenant.language,
        languages=list(LANGUAGES),
        currency=tenant.currency,
        time_zone=tenant.time_zone,
        phone=tenant.contact.get("phone", ""),
        email=tenant.contact.get("email", ""),
        hours=_told(tenant, "hours"),
        licence=tenant.licence,
        theme=tenant.theme,
        home=tenant.home,
    )


@get("/pages", opt={"access": "anyone", "cache": 1})
async def list_pages(read: Read) -> list[ShownPageTitle]:
    """List the pages of words: returns, shipping, privacy, terms, help."""
    return [ShownPageTitle(page.slug, page.title) for page in await queries.pages(read)]


@get("/pages/{slug:str}", opt={"access": "anyone", "cache": 1})
async def show_page(slug: Annotated[str, Parameter(max_length=60)], read: Read) -> ShownPage:
    """Show one page of words."""
    found = await queries.page(read, slug)
    if found is None:
        raise Nothing("page")
    return ShownPage(found.slug, found.title, found.body, found.changed_at)


def _told(tenant: Tenant, what: str) -> Texts:
    """Give a fact of the contact in every language that it is written in."""
    known = tenant.contact
    plain = {"zh-CN": known[what]} if what in known else {}
    return plain | {
        language: known[f"{what}.{language}"]
        for language in LANGUAGES
        if f"{what}.{language}" in known
    }


HANDLERS: Sequence[HTTPRouteHandler] = (show_mall, list_pages, show_page)
