"""What narrows a list lives in its address: reading it, and writing the addresses around it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mall.doors.storefront.expected import Expected, whole
from mall.doors.storefront.filled import Filled, number_in
from mall.doors.storefront.links import linked
from mall.doors.storefront.pages import Frame
from mall.kernel.problems import InvalidFields
from mall.search import Facet, Found, Query, Sort, band_range

_SORTS: dict[str, Sort] = {
    "newest": "newest",
    "price_up": "price_up",
    "price_down": "price_down",
}
_PRICE = whole(0, 9_999_999, needed=False)
_PRICES = {"from": _PRICE, "to": _PRICE}
_ATTRIBUTE = "a."
_VALUES_AT_MOST = 20
_FACETS_AT_MOST = 20
_SHOWN_AT_MOST = 24

type Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """The narrowing as the page shows it."""

    count: int
    in_stock: bool
    price_from: str
    price_to: str
    reset: str
    chosen: list[Pair]  # title, and the address without it


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What an address asks for; ``pairs`` write it again in one order."""

    path: str
    query: Query
    pairs: tuple[Pair, ...]  # what narrows, without the sort and the page
    page: int
    refused: InvalidFields | None = None  # what somebody has written and cannot be meant

    @property
    def count(self) -> int:
        """Count what narrows the list."""
        return sum(name != "q" for name, _ in self.pairs)

    def href(self, *, sort: Sort | None = None, page: int = 1) -> str:
        """Write the address of the same list in another order or on another page."""
        order = sort or self.query.sort
        pairs = [*self.pairs, ("sort", "" if order == "relevance" else order)]
        return linked(self.path, [*pairs, ("page", str(page) if page > 1 else "")])

    def without(self, *pairs: Pair) -> str:
        """Write the address of the list without some of what narrows it."""
        kept = tuple(pair for pair in self.pairs if pair not in pairs)
        return replace(self, pairs=kept).href()

    def shown(self, frame: Frame, found: Found, asked: Filled) -> Shown:
        """Say what narrows the list, each with the way to take it off."""
        say, given = frame.say, dict(self.pairs)
        chosen = list[Pair]()
        for facet in found.facets:
            for value in facet.values:
                pair = (name_of(facet.code), value.code)
                if pair in self.pairs:
                    chosen.append((frame.text(value.title), self.without(pair)))
        if self.query.in_stock:
            chosen.append((say("仅看有货"), self.without(("stock", "1"))))
        low, high = given.get("from", ""), given.get("to", "")
        if low or high:
            words = say("{low} – {high} 元", low=low or "0", high=high or "∞")
            chosen.append((words, self.without(("from", low), ("to", high))))
        rest = tuple(pair for pair in self.pairs if pair[0] == "q")
        reset = linked(self.path, rest)
        low, high = asked.text("from")[:20], asked.text("to")[:20]
        return Shown(self.count, self.query.in_stock, low, high, reset, chosen)


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One way to narrow, as a box to tick."""

    code: str
    title: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownFacet:
    """Ways to narrow by one property."""

    name: str  # in the address
    title: str
    kind: str  # of the input
    values: list[ShownValue]


@dataclass(frozen=True, slots=True)
class ShownSort:
    """One order of the list."""

    key: str
    title: str
    href: str
    current: bool
    up: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The way through the pages of a list."""

    at: int
    last: int
    before: str
    after: str
    near: list[tuple[int, str | None]]  # None: some are left out here


def narrowing(asked: Filled, path: str, *, category: str | None) -> Narrowing:
    """Read an address. Whatever cannot be meant is passed over."""
    pairs = list[Pair]()
    text = " ".join(asked.text("q").split())[:100]
    if text:
        pairs.append(("q", text))
    if path == "/search" and category:
        pairs.append(("in", category))
    brands = _values(asked, "brand", pairs)
    tags = _values(asked, "tag", pairs)
    names = sorted({name for name in asked.names() if name.startswith(_ATTRIBUTE)})
    attributes = {
        name.removeprefix(_ATTRIBUTE): _values(asked, name, pairs)
        for name in names[:_FACETS_AT_MOST]
    }
    low, high = _price(asked, pairs)
    in_stock = asked.ticked("stock")
    if in_stock:
        pairs.append(("stock", "1"))
    query = Query(
        text=text,
        category=category,
        brands=brands,
        tags=tags,
        attributes=attributes,
        price_from_minor=low,
        price_to_minor=high,
        in_stock=in_stock,
        sort=_SORTS.get(asked.text("sort"), "relevance"),
    )
    refused = refusal(asked, _PRICES)
    return Narrowing(path, query, tuple(pairs), asked.number("page", 1), refused)


def refusal(asked: Filled, expected: Mapping[str, Expected]) -> InvalidFields | None:
    """Find what is wrong in fields that people write themselves; None: nothing."""
    try:
        asked.check(expected)
    except InvalidFields as problem:
        return problem
    return None


def name_of(facet: str) -> str:
    """Say how a facet is called in addresses."""
    return _ATTRIBUTE + facet.removeprefix("attr:") if facet.startswith("attr:") else facet


def shown_facets(
    frame: Frame, found: Found, narrowed: Narrowing, *, with_categories: bool
) -> list[ShownFacet]:
    """Show the facets that can narrow this list further, or already do."""
    return [
        _shown_facet(frame, facet, narrowed)
        for facet in found.facets
        if facet.code != "category" or with_categories
    ]


def sorts(frame: Frame, narrowed: Narrowing) -> list[ShownSort]:
    """Show the orders; the price turns over when it is chosen again."""
    say, now = frame.say, narrowed.query.sort
    turned: Sort = "price_down" if now == "price_up" else "price_up"
    return [
        ShownSort(
            "relevance", say("综合"), narrowed.href(sort="relevance"), now == "relevance", False
        ),
        ShownSort("newest", say("新品"), narrowed.href(sort="newest"), now == "newest", False),
        ShownSort(
            "price",
            say("价格"),
            narrowed.href(sort=turned),
            now in {"price_up", "price_down"},
            now == "price_up",
        ),
    ]


def number_pages(narrowed: Narrowing, at: int, last: int) -> Pages:
    """Write the way through the pages: the first, the last and those around."""
    wanted = sorted({n for n in (1, at - 1, at, at + 1, last) if 1 <= n <= last})
    near = list[tuple[int, str | None]]()
    for number in wanted:
        if near and number - near[-1][0] > 1:
            near.append((number - 1, None))
        near.append((number, narrowed.href(page=number)))
    return Pages(
        at,
        last,
        narrowed.href(page=at - 1) if at > 1 else "",
        narrowed.href(page=at + 1) if at < last else "",
        near,
    )


def _shown_facet(frame: Frame, facet: Facet, narrowed: Narrowing) -> ShownFacet:
    name = {"category": "in"}.get(facet.code, name_of(facet.code))
    values = [
        ShownValue(
            value.code,
            frame.text(value.title),
            value.count,
            value.chosen or (name, value.code) in narrowed.pairs,
        )
        for value in facet.values[:_SHOWN_AT_MOST]
    ]
    kind = "radio" if facet.code in {"price", "category"} else "checkbox"
    return ShownFacet(name, frame.text(facet.title), kind, values)


def _values(asked: Filled, name: str, pairs: list[Pair]) -> frozenset[str]:
    values = sorted({value for value in asked.texts(name) if value})[:_VALUES_AT_MOST]
    pairs.extend((name, value) for value in values)
    return frozenset(values)


def _price(asked: Filled, pairs: list[Pair]) -> tuple[int | None, int | None]:
    """Read the price range in minor units: two numbers, else one of the bands."""
    low, high = number_in(asked.text("from"), -1), number_in(asked.text("to"), -1)
    if low < 0 and high < 0:
        band = number_in(asked.text("price"), -1)
        if band < 0:
            return None, None
        pairs.append(("price", str(band)))
        return band_range(band)
    pairs.extend((name, str(n)) for name, n in (("from", low), ("to", high)) if n >= 0)
    return (low * 100 if low >= 0 else None, high * 100 if high >= 0 else None)
