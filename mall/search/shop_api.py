"""Finding goods over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall.catalog import AttributeValue, OptionValue
from mall.kernel import paging
from mall.kernel.db import Read
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, ProductId, SkuId
from mall.kernel.paging import cursor_at, key_of
from mall.kernel.problems import FieldError, InvalidFields, Nothing
from mall.kernel.time import Instant
from mall.search import queries
from mall.search.rules import Facet, Goods, Hit, Query, Sort
from mall.search.rules import Parameter as Line

Code = Annotated[str, Meta(max_length=200)]
Codes = Annotated[list[Code] | None, Parameter(max_items=20)]
Minor = Annotated[int | None, Parameter(ge=0, le=10**12)]


class FoundProducts(Struct):
    """One page of what was found, with what would narrow it."""

    items: list[Hit]
    next_cursor: str | None
    total: int
    facets: list[Facet]


class ShownSku(Struct):
    """One variant, with its price and what is left of it."""

    id: SkuId
    code: str
    values: list[str]
    titles: list[Texts]
    price_minor: int
    compare_at_minor: int | None
    available: int
    image: AssetId | None
    weight_grams: int


class ShownOption(Struct):
    """A choice to make."""

    code: str
    title: Texts
    values: list[OptionValue]


class ShownProduct(Struct):
    """A product, whole."""

    id: ProductId
    slug: str
    title: Texts
    subtitle: Texts
    description: Texts
    brand: Texts | None
    categories: list[str]
    tags: list[str]
    attributes: dict[str, AttributeValue]
    parameters: list[Line]
    options: list[ShownOption]
    skus: list[ShownSku]
    gallery: list[AssetId]
    published_at: Instant | None


class ShownCategory(Struct):
    """A category; ``parent`` is a slug, null on the first level."""

    slug: str
    parent: str | None
    title: Texts
    image: AssetId | None


@get("/products", opt={"access": "anyone", "cache": 1})
async def find_products(
    read: Read,
    q: Annotated[str, Parameter(max_length=100)] = "",
    category: Annotated[str | None, Parameter(max_length=120)] = None,
    brand: Codes = None,
    tag: Codes = None,
    attr: Annotated[Codes, Parameter(description="attribute:value, as material:wool")] = None,
    price_from: Minor = None,
    price_to: Minor = None,
    in_stock: bool = False,
    sort: Sort = "relevance",
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> FoundProducts:
    """Find products. Values of one facet widen the list, different facets narrow it."""
    query = Query(
        text=q,
        category=category,
        brands=frozenset(brand or ()),
        tags=frozenset(tag or ()),
        attributes=_attributes(attr or ()),
        price_from_minor=price_from,
        price_to_minor=price_to,
        in_stock=in_stock,
        sort=sort,
    )
    (page,) = key_of(cursor, tuple[int]) if cursor else (1,)
    found = await queries.find(read, query, page=page, limit=limit)
    more = page * limit < found.total and (page + 1) * limit <= 10_000
    after = cursor_at([page + 1]) if more else None
    return FoundProducts(list(found.hits), after, found.total, list(found.facets))


@get("/products/{slug:str}", opt={"access": "anyone", "cache": 1})
async def show_product(slug: str, read: Read) -> ShownProduct:
    """Show a product with its variants, prices and stock."""
    goods = await queries.goods(read, slug)
    if goods is None:
        raise Nothing("product")
    return _shown(goods)


@get("/categories", opt={"access": "anyone", "cache": 1})
async def list_categories(read: Read) -> list[ShownCategory]:
    """List the tree of categories, parents before children."""
    found = list[ShownCategory]()
    for way in sorted((await queries.shelves(read)).ways.values(), key=len):
        *above, category = way
        parent = above[-1].slug if above else None
        found.append(ShownCategory(category.slug, parent, category.title, category.image))
    return found


def _attributes(written: Sequence[str]) -> dict[str, frozenset[str]]:
    chosen = dict[str, set[str]]()
    for n, one in enumerate(written):
        code, colon, value = one.partition(":")
        if not colon or not code or not value:
            texts = {"zh-CN": "请写成 属性:值", "en": "Write it as attribute:value"}
            raise InvalidFields((FieldError(f"attr.{n}", "bad_format", texts),))
        chosen.setdefault(code, set()).add(value)
    return {code: frozenset(values) for code, values in chosen.items()}


def _shown(goods: Goods) -> ShownProduct:
    product = goods.product
    return ShownProduct(
        id=product.id,
        slug=product.slug,
        title=product.title,
        subtitle=product.subtitle,
        description=product.description,
        brand=goods.brand.title if goods.brand else None,
        categories=[step.slug for step in goods.way],
        tags=list(product.tags),
        attributes=dict(product.attributes),
        parameters=list(goods.parameters),
        options=[ShownOption(one.code, one.title, list(one.values)) for one in product.options],
        skus=[
            ShownSku(
                sku.id,
                sku.code,
                list(sku.values),
                list(sku.titles),
                goods.prices[sku.id].price_minor,
                goods.prices[sku.id].compare_at_minor,
                goods.availability[sku.id].available,
                sku.image,
                sku.weight_grams,
            )
            for sku in product.skus
            if sku.active and sku.id in goods.prices
        ],
        gallery=list(product.gallery),
        published_at=product.published_at,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (find_products, show_product, list_categories)
