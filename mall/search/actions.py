"""Keeping the index like the rooms below it. Every call may be repeated."""

from collections.abc import Mapping, Sequence

from mall import catalog, inventory, pricing
from mall.catalog import Category, Product
from mall.inventory import Availability
from mall.kernel.db import Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import ProductId, SkuId
from mall.pricing import Price
from mall.search import queries, rules, store
from mall.search.rules import Document, Shelves, parameters
from mall.search.rules.words import weighted

_DESCRIPTION_AT_MOST = 5_000  # characters that are searched


async def index(tx: Tx, product_ids: Sequence[ProductId]) -> None:
    """Bring products up to date in the index; what cannot be bought or seen leaves it.

    One after the other for each product: who has read before a change may not write after it.
    """
    await tx.lock("search", *product_ids)
    products = await catalog.products(tx, product_ids)
    skus = [sku.id for one in products.values() for sku in one.skus if sku.active]
    prices = await pricing.prices(tx, skus)
    left = await inventory.availability(tx, skus)
    shelves = await queries.shelves(tx)
    documents = [
        document
        for one in products.values()
        if (document := _document(one, prices, left, shelves)) is not None
    ]
    kept = {document.product_id for document in documents}
    await store.put(tx, documents)
    await store.remove(tx, [one for one in product_ids if one not in kept])


async def index_skus(tx: Tx, sku_ids: Sequence[SkuId]) -> None:
    """Bring the products of SKUs up to date."""
    facts = await catalog.skus(tx, sku_ids)
    await index(tx, sorted({fact.product_id for fact in facts.values()}))


def _document(
    product: Product,
    prices: Mapping[SkuId, Price],
    left: Mapping[SkuId, Availability],
    shelves: Shelves,
) -> Document | None:
    selling = [sku for sku in product.skus if sku.active and sku.id in prices]
    if product.state != "published" or product.published_at is None or not selling:
        return None
    available = [sku for sku in selling if left[sku.id].available > 0]
    cheapest = min((prices[sku.id] for sku in available or selling), key=_price_of)
    way = shelves.ways.get(product.category_id, ())
    asked = {prices[sku.id].price_minor for sku in selling}
    first = product.gallery[0] if product.gallery else None
    image = first or next((sku.image for sku in selling if sku.image), None)
    return Document(
        product_id=product.id,
        slug=product.slug,
        title=product.title,
        subtitle=product.subtitle,
        image=image,
        price_minor=cheapest.price_minor,
        compare_at_minor=cheapest.compare_at_minor,
        price_varies=len(asked) > 1,
        sold_out=not available,
        tags=product.tags,
        facets=tuple(_facets(product, way, shelves, cheapest.price_minor)),
        words=_words(product, way, shelves),
        published_at_micros=int(product.published_at.timestamp() * 1_000_000),
    )


def _facets(
    product: Product, way: Sequence[Category], shelves: Shelves, price_minor: int
) -> list[str]:
    found = [f"category:{category.id.hex}" for category in way]
    found.append(f"price:{rules.band_of(price_minor)}")
    if product.brand_id in shelves.brands:
        found.append(f"brand:{shelves.brands[product.brand_id].slug}")
    found += [f"tag:{tag}" for tag in product.tags]
    for code, value in product.attributes.items():
        attribute = shelves.attributes.get(code)
        if attribute is not None and attribute.filterable:
            found += [f"attr:{code}:{one}" for one in _values(value)]
    return found


def _values(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, str | int):
        return [str(value)]
    if isinstance(value, list):
        return [str(one) for one in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return []  # words in languages are searched, not narrowed by


def _words(product: Product, way: Sequence[Category], shelves: Shelves) -> dict[str, str]:
    named: list[Texts] = [category.title for category in way]
    if product.brand_id in shelves.brands:
        named.append(shelves.brands[product.brand_id].title)
    named += [shelves.tags[tag] for tag in product.tags if tag in shelves.tags]
    said = [line.text for line in parameters(product, shelves)]
    chosen = [value.title for option in product.options for value in option.values]
    codes = [text for sku in product.skus for text in (sku.code, sku.barcode)]
    return weighted(
        (
            ("A", product.title.values()),
            ("B", [*_texts(named), *product.subtitle.values()]),
            ("C", [*_texts(said), *_texts(chosen), *codes]),
            ("D", [text[:_DESCRIPTION_AT_MOST] for text in product.description.values()]),
        )
    )


def _texts(named: Sequence[Texts]) -> list[str]:
    return [text for texts in named for text in texts.values()]


def _price_of(price: Price) -> int:
    return price.price_minor
