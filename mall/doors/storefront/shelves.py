"""Finding goods: all categories, the list of one, the search."""

from collections.abc import Sequence

from litestar import get
from litestar.handlers import HTTPRouteHandler

from mall import search
from mall.doors.given import AnyRequest
from mall.doors.storefront import ld
from mall.doors.storefront.cards import cards_of
from mall.doors.storefront.expected import text_up_to
from mall.doors.storefront.filled import Filled, asked, errors_of
from mall.doors.storefront.filters import (
    Narrowing,
    narrowing,
    number_pages,
    refusal,
    shown_facets,
    sorts,
)
from mall.doors.storefront.links import category_link, linked
from mall.doors.storefront.pages import Frame, Page, Shelf, page, public
from mall.kernel.db import Read
from mall.kernel.i18n import Language
from mall.kernel.problems import InvalidFields, Nothing
from mall.tenants import Tenant

_ON_A_PAGE = 24
_DEEPEST_PAGE = 200
_TAGS_OFFERED = 16
_WORDS_AT_MOST = 100
_WORDS = {"q": text_up_to(_WORDS_AT_MOST)}


@get("/categories", opt={"access": "anyone", "cache": 1})
async def show_categories(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language
) -> Page:
    """Show all categories; ``at`` is the first level that is open."""
    frame = await public(request, read, tenant, language)
    shelves, at = frame.navigation.shelves, asked(request).text("at")
    chosen = next((shelf for shelf in shelves if shelf.slug == at), None)
    return page(
        "categories.html", frame, chosen=chosen or next(iter(shelves), None), heading="", words=""
    )


@get("/c/{slug:str}", opt={"access": "anyone", "cache": 1})
async def show_category(
    request: AnyRequest, slug: str, read: Read, tenant: Tenant, language: Language
) -> Page:
    """Show the goods of a category and everything below it."""
    frame = await public(request, read, tenant, language)
    shelf = frame.navigation.shelf(slug)
    if shelf is None:
        raise Nothing("category")
    query = asked(request)
    narrowed = narrowing(query, category_link(slug), category=slug)
    above = _above(frame, shelf)
    around = (above[-1] if above else shelf) if not shelf.below else shelf
    say = frame.say
    below = [(say("全部"), around.href, around is shelf)]
    below += [(frame.text(one.title), one.href, one is shelf) for one in around.below]
    trail = [(frame.text(one.title), one.href) for one in above]
    return await _list(
        read,
        frame,
        narrowed,
        query,
        heading=frame.text(shelf.title),
        within=(above or [shelf])[0].slug,
        back=above[-1].href if above else linked("/categories", [("at", shelf.slug)]),
        below=below if len(below) > 1 else [],
        trail=[*trail, (frame.text(shelf.title), "")],
        crumbs_ld=ld.crumbs(frame, [*trail, (frame.text(shelf.title), shelf.href)]),
    )


@get("/search", opt={"access": "anyone", "cache": 1})
async def show_search(request: AnyRequest, read: Read, tenant: Tenant, language: Language) -> Page:
    """Show what was found; with nothing asked, the page to ask on."""
    frame = await public(request, read, tenant, language)
    query = asked(request)
    refused = refusal(query, _WORDS)
    if refused is not None:
        return _search(frame, query.text("q")[:200], refused)
    narrowed = narrowing(query, "/search", category=query.text("in") or None)
    if not narrowed.query.text and not narrowed.count and narrowed.refused is None:
        return _search(frame, query.text("edit")[:_WORDS_AT_MOST])
    say = frame.say
    words = narrowed.query.text
    return await _list(
        read,
        frame,
        narrowed,
        query,
        heading=say("“{words}”", words=words) if words else say("筛选结果"),
        within="",
        back="/search",
        below=[],
        trail=[],
        crumbs_ld="",
    )


def _search(frame: Frame, words: str, refused: InvalidFields | None = None) -> Page:
    tags = [(code, frame.text(title)) for code, title in frame.navigation.tags.items()]
    return page(
        "search.html",
        frame,
        status=refused.status if refused else 200,
        words=words,
        errors=errors_of(refused, frame.language) if refused else {},
        tags=tags[:_TAGS_OFFERED],
    )


async def _list(
    read: Read,
    frame: Frame,
    narrowed: Narrowing,
    query: Filled,
    *,
    heading: str,
    within: str,
    back: str,
    below: Sequence[tuple[str, str, bool]],
    trail: Sequence[tuple[str, str]],
    crumbs_ld: str,
) -> Page:
    at = min(max(narrowed.page, 1), _DEEPEST_PAGE)
    found = await search.find(read, narrowed.query, page=at, limit=_ON_A_PAGE)
    last = min(-(-found.total // _ON_A_PAGE), _DEEPEST_PAGE)
    if at > last > 0:  # a page behind the last one: goods were sold out or the address is old
        at = last
        found = await search.find(read, narrowed.query, page=at, limit=_ON_A_PAGE)
    searching = narrowed.path == "/search"
    return page(
        "list.html",
        frame,
        status=narrowed.refused.status if narrowed.refused else 200,
        errors=errors_of(narrowed.refused, frame.language) if narrowed.refused else {},
        heading=heading,
        within=within,
        back=back,
        below=below,
        trail=trail,
        crumbs_ld=crumbs_ld,
        words=narrowed.query.text,
        searching=searching,
        path=narrowed.path,
        canonical=linked(narrowed.path, [("page", str(at) if at > 1 else "")]),
        sort=narrowed.query.sort,
        total=found.total,
        facets=shown_facets(frame, found, narrowed, with_categories=searching),
        filters=narrowed.shown(frame, found, query),
        sorts=sorts(frame, narrowed),
        cards=await cards_of(read, frame, found.hits),
        pages=number_pages(narrowed, at, last),
    )


def _above(frame: Frame, shelf: Shelf) -> list[Shelf]:
    """List the shelves above one, the first level first."""
    by_id = {one.category.id: one for one in frame.navigation.everything()}
    above, parent = list[Shelf](), shelf.category.parent_id
    while parent is not None and parent in by_id and len(above) < 5:
        above.insert(0, by_id[parent])
        parent = by_id[parent].category.parent_id
    return above


HANDLERS: Sequence[HTTPRouteHandler] = (show_categories, show_category, show_search)
