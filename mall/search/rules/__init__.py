"""What shoppers look for and what they are shown: plain values, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mall.catalog import Attribute, AttributeValue, Brand, Category, Product
from mall.inventory import Availability
from mall.kernel.i18n import LANGUAGES, Texts, pick
from mall.kernel.ids import AssetId, BrandId, CategoryId, ProductId, SkuId
from mall.pricing import Price

type Sort = Literal["relevance", "newest", "price_up", "price_down"]

DEEPEST = 10_000  # hits; nobody leafs further, and skipping rows costs
TEXT_AT_MOST = 100
BANDS = (0, 50, 100, 200, 500, 1_000, 2_000, 5_000)  # lower ends, in whole units of the currency


@dataclass(frozen=True, slots=True)
class Query:
    """What a shopper looks for. Values of one facet widen it, different facets narrow it."""

    text: str = ""
    category: str | None = None  # slug; goods below it count
    brands: frozenset[str] = frozenset()  # slugs
    tags: frozenset[str] = frozenset()
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    price_from_minor: int | None = None
    price_to_minor: int | None = None
    in_stock: bool = False
    sort: Sort = "relevance"


@dataclass(frozen=True, slots=True)
class Hit:
    """A product as a list shows it."""

    product_id: ProductId
    slug: str
    title: Texts
    subtitle: Texts
    image: AssetId | None
    price_minor: int  # of the cheapest variant
    compare_at_minor: int | None  # of the same
    price_varies: bool
    sold_out: bool
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One way to narrow a list; ``count`` is what choosing it would show."""

    code: str
    title: Texts
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """Ways to narrow a list by one property: category, brand, price, tag, attr:<code>."""

    code: str
    title: Texts
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found."""

    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a product's table of properties."""

    title: Texts
    text: Texts


@dataclass(frozen=True, slots=True)
class Goods:
    """Everything that a product page says. Only for published products with a price."""

    product: Product
    brand: Brand | None
    way: tuple[Category, ...]  # from the first level down
    prices: Mapping[SkuId, Price]
    availability: Mapping[SkuId, Availability]
    parameters: tuple[Parameter, ...]
    tags: tuple[tuple[str, Texts], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A product as the index keeps it."""

    product_id: ProductId
    slug: str
    title: Texts
    subtitle: Texts
    image: AssetId | None
    price_minor: int
    compare_at_minor: int | None
    price_varies: bool
    sold_out: bool
    tags: tuple[str, ...]
    facets: tuple[str, ...]  # "brand:shanye", "category:<id>", "attr:material:wool", "price:100"
    words: Mapping[str, str]  # lexeme to its best weight, A to D
    published_at_micros: int


@dataclass(frozen=True, slots=True)
class Shelves:
    """What products point at, by what they point with."""

    ways: Mapping[CategoryId, tuple[Category, ...]]
    by_slug: Mapping[str, Category]
    brands: Mapping[BrandId | None, Brand]
    attributes: Mapping[str, Attribute]  # in order
    tags: Mapping[str, Texts]  # in order


YES_OR_NO: Mapping[str, Texts] = {
    "yes": {"zh-CN": "是", "en": "Yes"},
    "no": {"zh-CN": "否", "en": "No"},
}


def parameters(product: Product, shelves: Shelves) -> tuple[Parameter, ...]:
    """Write a product's properties as lines to read, in the order of the attributes."""
    return tuple(
        Parameter(attribute.title, text)
        for code, attribute in shelves.attributes.items()
        if code in product.attributes and (text := said(attribute, product.attributes[code]))
    )


def said(attribute: Attribute, value: AttributeValue) -> Texts:
    """Say the value of an attribute in words; {} when there is nothing to say."""
    titles = {choice.code: choice.title for choice in attribute.choices}
    match value:
        case bool():
            return YES_OR_NO["yes" if value else "no"]
        case int():
            unit = attribute.unit or {}
            return {tag: f"{value} {unit.get(tag, '')}".strip() for tag in LANGUAGES}
        case str():
            return titles.get(value, {})
        case list():
            known = [titles[one] for one in value if one in titles]
            return {tag: _joined(known, tag) for tag in LANGUAGES} if known else {}
        case dict():
            return value


def _joined(texts: list[dict[str, str]], tag: str) -> str:
    return ("、" if tag == "zh-CN" else ", ").join(pick(text, tag) for text in texts)


def band_of(price_minor: int) -> int:
    """Give the lower end of the price band that a price lies in."""
    return max(low for low in BANDS if low * 100 <= price_minor)


def band_range(low: int) -> tuple[int, int | None]:
    """Give a band's ends in minor units; the upper one is outside. None: there is none."""
    higher = [band for band in BANDS if band > low]
    return low * 100, higher[0] * 100 if higher else None
