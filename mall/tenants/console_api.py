"""What operators set about their mall over HTTP: facts, hosts, pages of words."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import msgspec
from litestar import delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import UNSET, Meta, Struct, UnsetType

from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import AssetId
from mall.kernel.problems import FieldError, InvalidFields, Nothing
from mall.kernel.time import Instant
from mall.tenants import actions, queries, rules
from mall.tenants.rules import Home, Licence, Page, Tenant, Theme, Tile

type Words = Annotated[str, Meta(max_length=200)]
type Slug = Annotated[str, Meta(max_length=120)]
PlaceOfPage = Annotated[str, Parameter(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
type Fact = Annotated[str, Meta(pattern=r"^[a-z_]{1,30}(\.(zh-CN|en))?$")]


class WriteLicence(Struct, forbid_unknown_fields=True):
    """What the law wants on every page; either company and number, or why none is needed."""

    company: Words = ""
    licence_no: Annotated[str, Meta(max_length=40)] = ""
    icp_no: Annotated[str, Meta(max_length=60)] = ""
    police_no: Annotated[str, Meta(max_length=60)] = ""
    exemption: Words = ""


class WriteTheme(Struct, forbid_unknown_fields=True):
    """The colour of the mall and its mark."""

    accent: Literal["vermilion", "tea"] = "vermilion"
    logo: AssetId | None = None


class WriteTile(Struct, forbid_unknown_fields=True):
    """A picture that leads to a path in this mall."""

    title: dict[Language, Words]
    href: Annotated[str, Meta(pattern=r"^/([^/\\\s][^\\\s]*)?$", max_length=300)]
    subtitle: dict[Language, Words] = {}
    image: AssetId | None = None
    image_phone: AssetId | None = None

    def tile(self) -> Tile:
        """Hand it to the rules."""
        title, subtitle = _texts(self.title), _texts(self.subtitle)
        return Tile(title, subtitle, self.image, self.image_phone, self.href)


class WriteHome(Struct, forbid_unknown_fields=True):
    """What the home page shows besides goods; floors are category slugs, featured product slugs."""

    heroes: Annotated[list[WriteTile], Meta(max_length=10)] = []
    tiles: Annotated[list[WriteTile], Meta(max_length=20)] = []
    floors: Annotated[list[Slug], Meta(max_length=20)] = []
    featured: Annotated[list[Slug], Meta(max_length=60)] = []

    def home(self) -> Home:
        """Hand it to the rules."""
        return Home(
            tuple(one.tile() for one in self.heroes),
            tuple(one.tile() for one in self.tiles),
            tuple(self.floors),
            tuple(self.featured),
        )


class ChangeMall(Struct, forbid_unknown_fields=True):
    """What is left out stays. The currency stays too: orders have been placed in it."""

    name: Annotated[dict[Language, Words], Meta(min_length=1)] | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    time_zone: Annotated[str, Meta(max_length=60)] | UnsetType = UNSET
    licence: WriteLicence | UnsetType = UNSET
    theme: WriteTheme | UnsetType = UNSET
    home: WriteHome | UnsetType = UNSET
    contact: (
        Annotated[dict[Fact, Annotated[str, Meta(max_length=300)]], Meta(max_length=100)]
        | UnsetType
    ) = UNSET

    def changed(self, mall: Tenant) -> Tenant:
        """Give the mall as it is to be. Raises InvalidFields."""
        given = dict[str, Any]()
        if self.name is not UNSET:
            given["name"] = _texts(self.name)
        if self.language is not UNSET:
            given["language"] = self.language
        if self.time_zone is not UNSET:
            given["time_zone"] = _zone(self.time_zone)
        if self.licence is not UNSET:
            given["licence"] = Licence(**msgspec.structs.asdict(self.licence))
        if self.theme is not UNSET:
            given["theme"] = Theme(self.theme.accent, self.theme.logo)
        if self.home is not UNSET:
            given["home"] = self.home.home()
        if self.contact is not UNSET:
            given["contact"] = dict(self.contact)
        return msgspec.structs.replace(mall, **given)


class AddHost(Struct, forbid_unknown_fields=True):
    """A name under which browsers should find the mall."""

    host: Annotated[str, Meta(min_length=1, max_length=253)]


class WritePage(Struct, forbid_unknown_fields=True):
    """A page of words; the body is HTML, stored without what could do harm."""

    title: Annotated[dict[Language, Words], Meta(min_length=1)]
    body: dict[Language, Annotated[str, Meta(max_length=200_000)]]


class WrittenPage(Struct):
    """A page of words as it is stored."""

    slug: str
    title: Texts
    body: Texts
    changed_at: Instant


@get("/mall", opt={"permission": "settings.read"})
async def show_mall(read: Read) -> Tenant:
    """Show every fact of the mall."""
    return await _mine(read)


@patch("/mall", opt={"permission": "settings.write"})
async def change_mall(data: ChangeMall, tx: Tx, actor: Actor, now: Instant) -> Tenant:
    """Change facts of the mall."""
    await tx.lock("mall", tx.tenant_id)
    await actions.change(tx, data.changed(await _mine(tx)), actor=actor, now=now)
    return await _mine(tx)


@post("/mall/hosts", status_code=201, opt={"permission": "settings.write"})
async def add_host(data: AddHost, tx: Tx, actor: Actor, now: Instant) -> list[str]:
    """Let the mall answer under one more name; gives all of them."""
    await actions.add_host(tx, data.host, actor=actor, now=now)
    return list((await _mine(tx)).hosts)


@delete("/mall/hosts/{host:str}", status_code=200, opt={"permission": "settings.write"})
async def remove_host(host: str, tx: Tx, actor: Actor, now: Instant) -> list[str]:
    """Let the mall no longer answer under a name; gives those that are left."""
    await actions.remove_host(tx, host, actor=actor, now=now)
    return list((await _mine(tx)).hosts)


@get("/pages", opt={"permission": "settings.read"})
async def list_pages(read: Read) -> list[WrittenPage]:
    """List the pages of words."""
    return [_written(page) for page in await queries.pages(read)]


@put("/pages/{slug:str}", opt={"permission": "settings.write"})
async def write_page(
    slug: PlaceOfPage, data: WritePage, tx: Tx, actor: Actor, now: Instant
) -> WrittenPage:
    """Write a page of words, new or anew."""
    body = {language: rules.safe_html(html) for language, html in _texts(data.body).items()}
    page = Page(slug, _texts(data.title), body, now)
    await actions.set_page(tx, page, actor=actor, now=now)
    return _written(page)


async def _mine(read: Read) -> Tenant:
    found = await queries.mine(read)
    if found is None:
        raise Nothing("mall")
    return found


def _texts(written: dict[Language, str]) -> dict[str, str]:
    return {str(language): text for language, text in written.items()}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        texts = {"zh-CN": "没有这个时区", "en": "There is no such time zone"}
        raise InvalidFields((FieldError("time_zone", "unknown", texts),))
    return name


def _written(page: Page) -> WrittenPage:
    return WrittenPage(page.slug, page.title, page.body, page.changed_at)


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_mall,
    change_mall,
    add_host,
    remove_host,
    list_pages,
    write_page,
)
