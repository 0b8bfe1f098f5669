"""The first page of a mall."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import get
from litestar.handlers import HTTPRouteHandler

from mall import search
from mall.doors.given import AnyRequest
from mall.doors.storefront.cards import Card, card_of, images_of
from mall.doors.storefront.links import inside
from mall.doors.storefront.pages import Frame, Page, Shelf, page, public
from mall.kernel.db import Read
from mall.kernel.i18n import Language
from mall.media import Asset
from mall.tenants import Tenant, Tile

_FEATURED_AT_MOST = 12
_FLOORS_AT_MOST = 6
_ON_A_FLOOR = 6
_HEROES_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Hero:
    """A picture that leads somewhere."""

    wide: Asset | None
    square: Asset | None
    title: dict[str, str]
    subtitle: dict[str, str]
    href: str


@dataclass(frozen=True, slots=True)
class Floor:
    """A shelf with its newest goods."""

    shelf: Shelf
    cards: list[Card]


@get("/", opt={"access": "anyone", "cache": 1})
async def show_home(request: AnyRequest, read: Read, tenant: Tenant, language: Language) -> Page:
    """Show what the mall wants to be seen first."""
    frame = await public(request, read, tenant, language)
    home = tenant.home
    featured = await search.cards(read, home.featured[:_FEATURED_AT_MOST])
    chosen = _floors(frame, home.floors)
    newest = await search.newest_by_category(
        read, [shelf.category for shelf in chosen], limit=_ON_A_FLOOR
    )
    floors = [(shelf, hits) for shelf, hits in zip(chosen, newest, strict=True) if hits]
    if not featured and not floors:
        featured = await search.newest(read, None, limit=_FEATURED_AT_MOST)
    tiles = (home.heroes or home.tiles)[:_HEROES_AT_MOST]
    every = [hit for _, hits in floors for hit in hits] + featured
    pictures = [one for tile in tiles for one in (tile.image, tile.image_phone)]
    images = await images_of(read, [*(hit.image for hit in every), *pictures])

    def hero(tile: Tile) -> Hero:
        wide = images.get(tile.image) if tile.image else None
        square = images.get(tile.image_phone) if tile.image_phone else None
        return Hero(wide, square, tile.title, tile.subtitle, inside(tile.href))

    return page(
        "home.html",
        frame,
        tagline=frame.contact("slogan"),
        heroes=[hero(tile) for tile in tiles],
        shelves=[one for shelf in frame.navigation.shelves for one in shelf.below or (shelf,)],
        featured=[card_of(frame, hit, images) for hit in featured],
        floors=[
            Floor(shelf, [card_of(frame, hit, images) for hit in hits]) for shelf, hits in floors
        ],
    )


def _floors(frame: Frame, slugs: Sequence[str]) -> list[Shelf]:
    """Choose the floors: those that the mall named, else its first shelves."""
    named = [frame.navigation.shelf(slug) for slug in slugs]
    found = [shelf for shelf in named if shelf] or list(frame.navigation.shelves)
    return found[:_FLOORS_AT_MOST]


HANDLERS: Sequence[HTTPRouteHandler] = (show_home,)
