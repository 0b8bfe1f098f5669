"""What shoppers can ask about goods."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mall import catalog, inventory, pricing
from mall.catalog import Category, paths
from mall.kernel.db import Read
from mall.kernel.i18n import LANGUAGES, Texts
from mall.kernel.ids import BrandId, ProductId
from mall.kernel.problems import FieldError, InvalidFields
from mall.search import rules, store
from mall.search.rules import (
    Facet,
    FacetValue,
    Found,
    Goods,
    Hit,
    Query,
    Shelves,
    band_range,
    parameters,
)
from mall.search.rules.words import looked_for
from mall.search.store import Asked

_MOST_MINOR = 10**15
_TITLES: Mapping[str, Texts] = {
    "category": {"zh-CN": "分类", "en": "Category"},
    "brand": {"zh-CN": "品牌", "en": "Brand"},
    "price": {"zh-CN": "价格", "en": "Price"},
    "tag": {"zh-CN": "特点", "en": "Features"},
}
_FIRST_ATTRIBUTE = "attr:"
_ALL = "all"


async def find(read: Read, query: Query, *, page: int = 1, limit: int = 20) -> Found:
    """Find goods: one page of hits, their number, and the facets with what each would show.

    Raises InvalidFields for a page that nobody leafs to. An unknown category finds nothing.
    """
    if page < 1 or page * limit > rules.DEEPEST:
        texts = {"zh-CN": "页码超出范围", "en": "There are no pages that far"}
        raise InvalidFields((FieldError("page", "too_deep", texts),))
    known = await shelves(read)
    category = known.by_slug.get(query.category) if query.category else None
    if query.category and category is None:
        return Found((), 0, ())
    asked = _asked(query, category)
    hits, total = await store.find(read, asked, offset=(page - 1) * limit, limit=limit)
    counts = await store.facets(read, asked) if total or asked.groups else {}
    return Found(tuple(hits), total, tuple(_facets(query, category, known, counts)))


async def cards(read: Read, slugs: Sequence[str]) -> list[Hit]:
    """Load products as lists show them, in the order asked for; those not for sale are missing."""
    found = await store.cards_by_slugs(read, slugs)
    return [found[slug] for slug in slugs if slug in found]


async def cards_by_ids(read: Read, ids: Sequence[ProductId]) -> dict[ProductId, Hit]:
    """Load products as lists show them; those not for sale are missing."""
    return await store.cards_by_ids(read, ids)


async def newest(read: Read, category: Category | None, *, limit: int) -> list[Hit]:
    """Load the newest goods, of a category and below or of the whole mall (None)."""
    [found] = await newest_by_category(read, [category], limit=limit)
    return found


async def newest_by_category(
    read: Read, categories: Sequence[Category | None], *, limit: int
) -> list[list[Hit]]:
    """Load the newest goods of each of some categories, as ``newest`` does for one."""
    keys = [(*([f"category:{one.id.hex}"] if one else []), str(limit)) for one in categories]
    found = await read.recall(_newest, keys)
    return [found[key] for key in keys]


async def _newest(read: Read, keys: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], list[Hit]]:
    found = await store.newest(read, [(facets, int(limit)) for *facets, limit in keys])
    return dict(zip(keys, found, strict=True))


async def goods(read: Read, slug: str) -> Goods | None:
    """Load all that a product page says; None: nothing of that name is shown to shoppers.

    Stock is of this moment, the rest half a second old at most.
    """
    known = (await read.recall(_goods, [slug])).get(slug)
    if known is None:
        return None
    skus = [sku.id for sku in known.product.skus if sku.active]
    return replace(known, availability=await read.together(inventory.availability, skus))


async def _goods(read: Read, slugs: Sequence[str]) -> dict[str, Goods]:
    """Load what product pages say, but for stock; what is not shown to shoppers is missing."""
    ids = await catalog.ids_by_slugs(read, slugs)
    products = await catalog.products(read, list(ids.values()))
    shown = [one for one in products.values() if one.state == "published"]
    prices = await pricing.prices(read, [sku.id for one in shown for sku in one.skus if sku.active])
    shelves = await _shelves(read)
    found = dict[str, Goods]()
    for product in shown:
        own = {sku.id: prices[sku.id] for sku in product.skus if sku.id in prices}
        if own:
            found[product.slug] = Goods(
                product=product,
                brand=shelves.brands.get(product.brand_id),
                way=shelves.ways.get(product.category_id, ()),
                prices=own,
                availability={},
                parameters=parameters(product, shelves),
                tags=tuple((tag, shelves.tags[tag]) for tag in product.tags if tag in shelves.tags),
            )
    return found


async def shelves(read: Read) -> Shelves:
    """Give what products point at, half a second old at most."""
    return (await read.recall(_all_shelves, [_ALL]))[_ALL]


async def _all_shelves(read: Read, keys: Sequence[str]) -> dict[str, Shelves]:
    return {_ALL: await _shelves(read)}


async def _shelves(read: Read) -> Shelves:
    categories = await catalog.categories(read)
    brands: dict[BrandId | None, catalog.Brand] = {
        brand.id: brand for brand in await catalog.brands(read)
    }
    return Shelves(
        ways=paths(categories),
        by_slug={category.slug: category for category in categories},
        brands=brands,
        attributes={attribute.code: attribute for attribute in await catalog.attributes(read)},
        tags={tag.code: tag.title for tag in await catalog.tags(read)},
    )


def _asked(query: Query, category: Category | None) -> Asked:
    groups = dict[str, list[str]]()
    if query.brands:
        groups["brand"] = sorted(f"brand:{slug}" for slug in query.brands)
    if query.tags:
        groups["tag"] = sorted(f"tag:{code}" for code in query.tags)
    for code, values in query.attributes.items():
        if values:
            groups[f"attr:{code}"] = sorted(f"attr:{code}:{value}" for value in values)
    return Asked(
        words=looked_for(query.text[: rules.TEXT_AT_MOST]),
        category=f"category:{category.id.hex}" if category else "",
        groups=groups,
        price_from=min(max(query.price_from_minor or 0, 0), _MOST_MINOR),
        price_to=_MOST_MINOR
        if query.price_to_minor is None
        else min(max(query.price_to_minor, 0), _MOST_MINOR),
        in_stock=query.in_stock,
        sort=query.sort,
    )


def _facets(
    query: Query, category: Category | None, known: Shelves, counts: Mapping[str, int]
) -> list[Facet]:
    below = [one for one in known.by_slug.values() if one.parent_id == (category and category.id)]
    found = [_facet("category", [(one.slug, one.title, f"category:{one.id.hex}") for one in below])]
    brands = known.brands.values()
    found.append(
        _facet("brand", [(brand.slug, brand.title, f"brand:{brand.slug}") for brand in brands])
    )
    found.append(_facet("price", [(*_band(low), f"price:{low}") for low in rules.BANDS]))
    for attribute in known.attributes.values():
        if attribute.filterable:
            code = f"{_FIRST_ATTRIBUTE}{attribute.code}"
            values: list[tuple[str, Texts]] = [
                (choice.code, choice.title) for choice in attribute.choices
            ]
            if attribute.kind == "flag":
                values = list(rules.YES_OR_NO.items())
            if attribute.kind == "number":
                numbers = sorted(
                    int(facet.rpartition(":")[2])
                    for facet in counts
                    if facet.startswith(f"{code}:")
                )
                values = [(str(number), rules.said(attribute, number)) for number in numbers]
            one = _facet(code, [(value, title, f"{code}:{value}") for value, title in values])
            found.append(Facet(code, attribute.title, one.values))
    found.append(
        _facet("tag", [(code, title, f"tag:{code}") for code, title in known.tags.items()])
    )
    counted = (_counted(facet, query, counts, known) for facet in found)
    return [facet for facet in counted if facet.values]


def _facet(code: str, values: Sequence[tuple[str, Texts, str]]) -> Facet:
    title = _TITLES.get(code, {})
    return Facet(code, title, tuple(FacetValue(v, t, 0, False) for v, t, _ in values))


def _counted(facet: Facet, query: Query, counts: Mapping[str, int], known: Shelves) -> Facet:
    chosen = _chosen(facet.code, query)
    values = list[FacetValue]()
    for value in facet.values:
        key = f"{facet.code}:{value.code}"
        if facet.code == "category":
            key = f"category:{known.by_slug[value.code].id.hex}"
        count = counts.get(key, 0)
        if count or value.code in chosen:
            values.append(FacetValue(value.code, value.title, count, value.code in chosen))
    return Facet(facet.code, facet.title, tuple(values))


def _chosen(code: str, query: Query) -> frozenset[str]:
    match code:
        case "brand":
            return query.brands
        case "tag":
            return query.tags
        case "price":
            asked = query.price_from_minor or 0, query.price_to_minor
            exact = [low for low in rules.BANDS if _same(asked, band_range(low))]
            return frozenset(str(low) for low in exact)
        case _:
            return query.attributes.get(code.removeprefix(_FIRST_ATTRIBUTE), frozenset())


def _same(asked: tuple[int, int | None], band: tuple[int, int | None]) -> bool:
    low, high = band
    wanted = asked[1]
    return asked[0] == low and (
        wanted == high if wanted is None or high is None else wanted in {high, high - 1}
    )


def _band(low: int) -> tuple[str, Texts]:
    _, high_minor = band_range(low)
    if high_minor is None:
        return str(low), {"zh-CN": f"{low} 元以上", "en": f"{low} and more"}
    high = high_minor // 100
    if low == 0:
        return "0", {"zh-CN": f"{high} 元以下", "en": f"Below {high}"}
    return str(low), dict.fromkeys(LANGUAGES, f"{low}–{high}")
