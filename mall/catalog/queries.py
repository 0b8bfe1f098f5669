"""What the mall can ask about goods."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mall.catalog import rules, store
from mall.catalog.rules import Attribute, Brand, Category, Choice, Product, SkuFacts
from mall.catalog.store import Filter
from mall.kernel.db import Read
from mall.kernel.ids import CategoryId, ProductId, SkuId
from mall.kernel.paging import Page, cursor_at, key_of
from mall.kernel.time import Instant


async def skus(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, SkuFacts]:
    """Load what SKUs are; unknown ones are missing."""
    return await store.facts(read, sku_ids)


async def products(read: Read, product_ids: Sequence[ProductId]) -> dict[ProductId, Product]:
    """Load products whole, in the order asked for; unknown ones are missing."""
    return await store.products(read, product_ids)


async def product(read: Read, product_id: ProductId) -> Product | None:
    """Load one product. None: there is none."""
    return (await store.products(read, [product_id])).get(product_id)


async def product_by_slug(read: Read, slug: str) -> Product | None:
    """Load a product by its name in the address, in whatever state. None: there is none."""
    product_id = await store.id_by_slug(read, slug)
    return None if product_id is None else await product(read, product_id)


async def ids_by_slugs(read: Read, slugs: Sequence[str]) -> dict[str, ProductId]:
    """Find products by their names in addresses; unknown ones are missing."""
    return await store.ids_by_slugs(read, slugs)


async def list_products(
    read: Read, wanted: Filter, *, cursor: str | None, limit: int
) -> Page[Product]:
    """List products, the last changed first, a page at a time."""
    after = key_of(cursor, tuple[datetime, UUID]) if cursor else None
    keys = await store.list_keys(read, wanted, after, limit + 1)
    found = await store.products(read, [product_id for _, product_id in keys[:limit]])
    more = len(keys) > limit
    return Page(list(found.values()), cursor_at(keys[limit - 1]) if more else None)


async def published_slugs(read: Read, limit: int) -> list[tuple[str, Instant]]:
    """List the names in addresses of published products, with the moment of their last change.

    The last changed come first; one question, however many there are.
    """
    return await store.published_slugs(read, limit)


async def categories(read: Read) -> list[Category]:
    """Load every category, siblings in order."""
    return await store.categories(read)


async def subtree(read: Read, category_id: CategoryId) -> list[CategoryId]:
    """List a category and everything below it."""
    ways = rules.paths(await store.categories(read))
    return [one for one, way in ways.items() if any(step.id == category_id for step in way)]


async def brands(read: Read) -> list[Brand]:
    """Load every brand."""
    return await store.brands(read)


async def attributes(read: Read) -> list[Attribute]:
    """Load every attribute, in order."""
    return await store.attributes(read)


async def tags(read: Read) -> list[Choice]:
    """Load every tag, in order."""
    return await store.tags(read)
