"""The SQL of catalog; no other file of this room speaks it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, Uuid, bindparam, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from mall.catalog.rules import (
    Attribute,
    Brand,
    Category,
    Choice,
    Option,
    Product,
    Sku,
    SkuFacts,
)
from mall.catalog.tables import AttributeRow, BrandRow, CategoryRow, ProductRow, SkuRow, TagRow
from mall.kernel.db import Read, Table, Tx
from mall.kernel.ids import BrandId, CategoryId, ProductId, SkuId
from mall.kernel.statements import TENANT, Prepared
from mall.kernel.time import Instant

_FACTS = Prepared(
    select(
        SkuRow.id,
        SkuRow.product_id,
        ProductRow.slug,
        ProductRow.title,
        SkuRow.titles,
        func.coalesce(SkuRow.image, ProductRow.gallery[0].astext.cast(Uuid())).label("image"),
        SkuRow.weight_grams,
        ProductRow.freight_template_id,
        (SkuRow.active & (ProductRow.state == "published")).label("sellable"),
    )
    .join(
        ProductRow,
        (ProductRow.tenant_id == SkuRow.tenant_id) & (ProductRow.id == SkuRow.product_id),
    )
    .where(SkuRow.tenant_id == TENANT)
    .where(SkuRow.id == func.any(bindparam("skus", type_=ARRAY(Uuid()))))
)
_PRODUCTS = select(ProductRow.__table__).where(
    ProductRow.tenant_id == TENANT,
    ProductRow.id == func.any(bindparam("products", type_=ARRAY(Uuid()))),
)
_SKUS = (
    select(SkuRow.__table__)
    .where(
        SkuRow.tenant_id == TENANT,
        SkuRow.product_id == func.any(bindparam("products", type_=ARRAY(Uuid()))),
    )
    .order_by(SkuRow.product_id, SkuRow.position)
)
_BY_SLUG = select(ProductRow.id).where(
    ProductRow.tenant_id == TENANT,
    ProductRow.slug == bindparam("slug"),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which products a list shows; None: no such condition."""

    state: str | None = None
    category_ids: tuple[CategoryId, ...] | None = None
    text: str | None = None  # in title, address name or SKU code


async def facts(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, SkuFacts]:
    """Load what other rooms want to know about SKUs."""
    return {
        sku_id: SkuFacts(product_id, slug, title, tuple(titles), *rest)
        for sku_id, product_id, slug, title, titles, *rest in await read.rows(
            _FACTS, skus=list(sku_ids)
        )
    }


async def products(
    read: Read, product_ids: Sequence[ProductId], *, lock: bool = False
) -> dict[ProductId, Product]:
    """Load products whole, in the order asked for; ``lock``: until the commit they are ours."""
    if not product_ids:
        return {}
    params = {"tenant": read.tenant_id, "products": list(product_ids)}
    statement = _PRODUCTS.order_by(ProductRow.id).with_for_update() if lock else _PRODUCTS
    rows = {row.id: row for row in await read.run(statement, params)}
    skus = dict[ProductId, list[Sku]]()
    for row in await read.run(_SKUS, params):
        skus.setdefault(row.product_id, []).append(_sku(row))
    return {
        product_id: _product(rows[product_id], skus.get(product_id, []))
        for product_id in product_ids
        if product_id in rows
    }


async def id_by_slug(read: Read, slug: str) -> ProductId | None:
    """Find a product by its name in the address."""
    found = await read.run(_BY_SLUG, {"tenant": read.tenant_id, "slug": slug})
    return found.scalar_one_or_none()


async def ids_by_slugs(read: Read, slugs: Sequence[str]) -> dict[str, ProductId]:
    """Find products by their names in addresses."""
    found = await read.run(
        select(ProductRow.slug, ProductRow.id).where(
            ProductRow.tenant_id == read.tenant_id, ProductRow.slug.in_(list(slugs))
        )
    )
    return {row.slug: row.id for row in found}


async def list_keys(
    read: Read, wanted: Filter, after: tuple[Instant, UUID] | None, limit: int
) -> list[tuple[Instant, ProductId]]:
    """List the sort keys of products, the last changed first."""
    row = ProductRow
    statement = select(row.changed_at, row.id).where(row.tenant_id == read.tenant_id)
    if wanted.state is not None:
        statement = statement.where(row.state == wanted.state)
    if wanted.category_ids is not None:
        statement = statement.where(row.category_id.in_(wanted.category_ids))
    if wanted.text:
        like = "%" + wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        coded = (
            select(SkuRow.product_id)
            .where(SkuRow.tenant_id == read.tenant_id, SkuRow.code.ilike(like))
            .scalar_subquery()
        )
        statement = statement.where(
            row.title["zh-CN"].astext.ilike(like)
            | row.title["en"].astext.ilike(like)
            | row.slug.ilike(like)
            | row.id.in_(coded)
        )
    if after is not None:
        statement = statement.where(tuple_(row.changed_at, row.id) < after)
    statement = statement.order_by(row.changed_at.desc(), row.id.desc()).limit(limit)
    return [(found.changed_at, found.id) for found in await read.run(statement)]


async def published_slugs(read: Read, limit: int) -> list[tuple[str, Instant]]:
    """List the names of what is for sale, with when it was changed, the last changed first."""
    row = ProductRow
    statement = (
        select(row.slug, row.changed_at)
        .where(row.tenant_id == read.tenant_id, row.state == "published")
        .order_by(row.changed_at.desc(), row.id.desc())
        .limit(limit)
    )
    return [(found.slug, found.changed_at) for found in await read.run(statement)]


async def ids_in(
    read: Read, *, categories: Sequence[CategoryId] = (), brand: BrandId | None = None
) -> list[ProductId]:
    """List the products of categories, or of a brand."""
    row = ProductRow
    condition = row.category_id.in_(list(categories)) if brand is None else row.brand_id == brand
    found = await read.run(select(row.id).where(row.tenant_id == read.tenant_id, condition))
    return list(found.scalars())


async def owners_of_codes(read: Read, codes: Sequence[str]) -> dict[str, ProductId]:
    """Tell which products have SKUs of these codes."""
    found = await read.run(
        select(SkuRow.code, SkuRow.product_id).where(
            SkuRow.tenant_id == read.tenant_id, SkuRow.code.in_(list(codes))
        )
    )
    return {row.code: row.product_id for row in found}


async def put_product(tx: Tx, product: Product) -> None:
    """Store a product with its SKUs in place of what was there."""
    row: dict[str, Any] = {
        "slug": product.slug,
        "title": product.title,
        "subtitle": product.subtitle,
        "description": product.description,
        "category_id": product.category_id,
        "brand_id": product.brand_id,
        "state": product.state,
        "tags": list(product.tags),
        "attributes": dict(product.attributes),
        "options": msgspec.to_builtins(product.options),
        "gallery": [str(asset) for asset in product.gallery],
        "freight_template_id": product.freight_template_id,
        "published_at": product.published_at,
        "changed_at": product.changed_at,
        "version": product.version,
    }
    await _put(tx, ProductRow, ("id",), [{"id": product.id, **row}])
    rows = [
        {
            "id": sku.id,
            "product_id": product.id,
            "position": position,
            "code": sku.code,
            "chosen": list(sku.values),
            "titles": [dict(title) for title in sku.titles],
            "barcode": sku.barcode,
            "weight_grams": sku.weight_grams,
            "image": sku.image,
            "active": sku.active,
        }
        for position, sku in enumerate(product.skus)
    ]
    await _put(tx, SkuRow, ("id",), rows)


async def set_state(
    tx: Tx, product_id: ProductId, state: str, *, published_at: Instant | None, at: Instant
) -> None:
    """Set where a product stands."""
    await tx.run(
        update(ProductRow)
        .where(ProductRow.tenant_id == tx.tenant_id, ProductRow.id == product_id)
        .values(
            state=state,
            published_at=published_at,
            changed_at=at,
            version=ProductRow.version + 1,
        )
    )


async def categories(read: Read) -> list[Category]:
    """Load the tree, parents and siblings in order."""
    row = CategoryRow
    found = await read.run(
        select(row.id, row.parent_id, row.slug, row.title, row.image, row.position)
        .where(row.tenant_id == read.tenant_id)
        .order_by(row.position, row.id)
    )
    return [Category(*one) for one in found]


async def put_category(tx: Tx, category: Category) -> None:
    """Store a category."""
    row = {
        "id": category.id,
        "parent_id": category.parent_id,
        "slug": category.slug,
        "title": category.title,
        "image": category.image,
        "position": category.position,
    }
    await _put(tx, CategoryRow, ("id",), [row])


async def brands(read: Read) -> list[Brand]:
    """Load every brand."""
    row = BrandRow
    found = await read.run(
        select(row.id, row.slug, row.title)
        .where(row.tenant_id == read.tenant_id)
        .order_by(row.slug)
    )
    return [Brand(*one) for one in found]


async def put_brand(tx: Tx, brand: Brand) -> None:
    """Store a brand."""
    await _put(tx, BrandRow, ("id",), [{"id": brand.id, "slug": brand.slug, "title": brand.title}])


async def attributes(read: Read) -> list[Attribute]:
    """Load every attribute, in order."""
    row = AttributeRow
    found = await read.run(
        select(row.__table__)
        .where(row.tenant_id == read.tenant_id)
        .order_by(row.position, row.code)
    )
    return [
        Attribute(
            one.id,
            one.code,
            one.title,
            one.kind,
            one.unit,
            msgspec.convert(one.choices, tuple[Choice, ...]),
            one.filterable,
            tuple(CategoryId(UUID(category)) for category in one.category_ids),
        )
        for one in found
    ]


async def put_attribute(tx: Tx, attribute: Attribute, position: int) -> None:
    """Store an attribute."""
    row = {
        "id": attribute.id,
        "code": attribute.code,
        "title": attribute.title,
        "kind": attribute.kind,
        "unit": attribute.unit,
        "choices": msgspec.to_builtins(attribute.choices),
        "filterable": attribute.filterable,
        "category_ids": [str(category) for category in attribute.category_ids],
        "position": position,
    }
    await _put(tx, AttributeRow, ("id",), [row])


async def tags(read: Read) -> list[Choice]:
    """Load every tag, in order."""
    found = await read.run(
        select(TagRow.code, TagRow.title)
        .where(TagRow.tenant_id == read.tenant_id)
        .order_by(TagRow.position, TagRow.code)
    )
    return [Choice(*row) for row in found]


async def put_tags(tx: Tx, tags: Iterable[Choice]) -> None:
    """Store tags, in order."""
    rows = [
        {"code": tag.code, "title": tag.title, "position": position}
        for position, tag in enumerate(tags)
    ]
    await _put(tx, TagRow, ("code",), rows)


async def _put(tx: Tx, into: type[Table], key: Sequence[str], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = upsert(into).values([{"tenant_id": tx.tenant_id, **row} for row in rows])
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in key}
    await tx.run(statement.on_conflict_do_update(index_elements=["tenant_id", *key], set_=fresh))


def _sku(row: Row[Any]) -> Sku:
    return Sku(
        row.id,
        row.code,
        tuple(row.chosen),
        tuple(row.titles),
        row.barcode,
        row.weight_grams,
        row.image,
        row.active,
    )


def _product(row: Row[Any], skus: Sequence[Sku]) -> Product:
    return Product(
        id=row.id,
        slug=row.slug,
        title=row.title,
        subtitle=row.subtitle,
        description=row.description,
        category_id=row.category_id,
        brand_id=row.brand_id,
        state=row.state,
        tags=tuple(row.tags),
        attributes=row.attributes,
        options=msgspec.convert(row.options, tuple[Option, ...]),
        gallery=tuple(UUID(asset) for asset in row.gallery),  # type: ignore[arg-type]
        skus=tuple(skus),
        freight_template_id=row.freight_template_id,
        published_at=row.published_at,
        changed_at=row.changed_at,
        version=row.version,
    )
