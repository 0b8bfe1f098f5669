"""What operators do with goods. Each action runs inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mall.catalog import queries, rules, store
from mall.catalog.events import ProductChanged
from mall.catalog.rules import (
    Attribute,
    Brand,
    Category,
    ChangedMeanwhile,
    Choice,
    CodeTaken,
    Draft,
    DraftSku,
    Known,
    NotReady,
    Option,
    Product,
    Sku,
    SlugTaken,
    State,
)
from mall.kernel.audit import Actor, record
from mall.kernel.db import Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import ProductId, SkuId, new_uuid
from mall.kernel.problems import FieldError, InvalidFields, Nothing
from mall.kernel.time import Instant

_IN_ONE_EVENT = 200


async def save_product(
    tx: Tx,
    draft: Draft,
    product_id: ProductId | None,
    *,
    version: int | None = None,
    actor: Actor,
    now: Instant,
) -> Product:
    """Store a product; ``product_id`` None: a new one, as a draft.

    SKUs are recognised by their option values and keep their ids; those that are not in the draft
    stop being sold. ``version`` is the one the operator looked at; None: whatever is there.
    Raises InvalidFields, SlugTaken, CodeTaken, ChangedMeanwhile, Nothing.
    """
    await tx.lock("catalog", product_id or tx.tenant_id)
    before = None
    if product_id is not None:
        before = (await store.products(tx, [product_id], lock=True)).get(product_id)
        if before is None:
            raise Nothing("product")
        if version not in {None, before.version}:
            raise ChangedMeanwhile(before.version)
    rules.checked(draft, await _known(tx))
    await _check_names(tx, draft, product_id)
    after = _written(draft, before, now)
    await store.put_product(tx, after)
    await record(tx, actor, "catalog.save_product", ("product", after.id), before, after, now)
    await tx.announce(ProductChanged([after.id]))
    return after


async def publish(
    tx: Tx, product_id: ProductId, *, actor: Actor, now: Instant, since: Instant | None = None
) -> None:
    """Show a product to shoppers. ``since`` None: from now. Raises NotReady, Nothing."""
    product = await _locked(tx, product_id)
    if product.freight_template_id is None or not any(sku.active for sku in product.skus):
        raise NotReady
    await _move(tx, product, "published", since or product.published_at or now, actor, now)


async def archive(tx: Tx, product_id: ProductId, *, actor: Actor, now: Instant) -> None:
    """Take a product off the shelves; orders keep it. It can be published again."""
    product = await _locked(tx, product_id)
    await _move(tx, product, "archived", product.published_at, actor, now)


async def put_category(tx: Tx, category: Category, *, actor: Actor, now: Instant) -> None:
    """Store a category. Raises SlugTaken; InvalidFields for a bad slug, a ring, a deep tree."""
    known = {one.id: one for one in await store.categories(tx)}
    _check_slug(category.slug)
    if any(one.slug == category.slug and one.id != category.id for one in known.values()):
        raise SlugTaken(category.slug)
    before = known.get(category.id)
    known[category.id] = category
    way = rules.paths(list(known.values()))[category.id]
    lost = category.parent_id is not None and category.parent_id not in known
    if lost or len(way) > rules.DEPTH_AT_MOST or len({one.id for one in way}) < len(way):
        raise InvalidFields(
            (
                FieldError(
                    "parent_id",
                    "bad_parent",
                    {"zh-CN": "上级分类不正确", "en": "This cannot be its parent"},
                ),
            )
        )
    await store.put_category(tx, category)
    subject = ("category", category.id)
    await record(tx, actor, "catalog.put_category", subject, before, category, now)
    if before and (before.parent_id, before.title) != (category.parent_id, category.title):
        inside = await queries.subtree(tx, category.id)
        await _announce(tx, await store.ids_in(tx, categories=inside))


async def put_brand(tx: Tx, brand: Brand, *, actor: Actor, now: Instant) -> None:
    """Store a brand. Raises SlugTaken, InvalidFields."""
    known = {one.id: one for one in await store.brands(tx)}
    _check_slug(brand.slug)
    if any(one.slug == brand.slug and one.id != brand.id for one in known.values()):
        raise SlugTaken(brand.slug)
    before = known.get(brand.id)
    await store.put_brand(tx, brand)
    await record(tx, actor, "catalog.put_brand", ("brand", brand.id), before, brand, now)
    if before and before.title != brand.title:
        await _announce(tx, await store.ids_in(tx, brand=brand.id))


async def put_attribute(tx: Tx, attribute: Attribute, *, actor: Actor, now: Instant) -> None:
    """Store an attribute. Raises SlugTaken when another one has its code."""
    known = {one.id: one for one in await store.attributes(tx)}
    if any(one.code == attribute.code and one.id != attribute.id for one in known.values()):
        raise SlugTaken(attribute.code)
    before = known.get(attribute.id)
    position = list(known).index(attribute.id) if before else len(known)
    await store.put_attribute(tx, attribute, position)
    subject = ("attribute", attribute.id)
    await record(tx, actor, "catalog.put_attribute", subject, before, attribute, now)


async def put_tags(tx: Tx, tags: Sequence[Choice], *, actor: Actor, now: Instant) -> None:
    """Store free tags; those that are not named stay as they are, behind these."""
    before = await store.tags(tx)
    codes = {tag.code for tag in tags}
    after = [*tags, *(tag for tag in before if tag.code not in codes)]
    await store.put_tags(tx, after)
    subject = ("tags", tx.tenant_id)
    await record(tx, actor, "catalog.put_tags", subject, {"tags": before}, {"tags": after}, now)


async def _known(tx: Tx) -> Known:
    return Known(
        {category.id: category for category in await store.categories(tx)},
        frozenset(brand.id for brand in await store.brands(tx)),
        {attribute.code: attribute for attribute in await store.attributes(tx)},
        frozenset(tag.code for tag in await store.tags(tx)),
    )


async def _check_names(tx: Tx, draft: Draft, product_id: ProductId | None) -> None:
    if await store.id_by_slug(tx, draft.slug) not in {None, product_id}:
        raise SlugTaken(draft.slug)
    codes = [sku.code for sku in draft.skus if sku.code]
    for code, owner in (await store.owners_of_codes(tx, codes)).items():
        if owner != product_id:
            raise CodeTaken(code)


def _check_slug(slug: str) -> None:
    if not rules.is_slug(slug):
        texts = {"zh-CN": "网址名不正确", "en": "Use lower-case letters, digits and hyphens"}
        raise InvalidFields((FieldError("slug", "bad_slug", texts),))


def _written(draft: Draft, before: Product | None, now: Instant) -> Product:
    known = {sku.values: sku for sku in before.skus} if before else {}
    product_id = before.id if before else ProductId(new_uuid())
    skus = [_sku(one, known.pop(one.values, None), draft.options) for one in draft.skus]
    gone = [replace(sku, active=False) for sku in known.values()]
    return Product(
        id=product_id,
        slug=draft.slug,
        title=draft.title,
        subtitle=draft.subtitle,
        description={tag: rules.safe_html(html) for tag, html in draft.description.items()},
        category_id=draft.category_id,
        brand_id=draft.brand_id,
        state=before.state if before else "draft",
        tags=draft.tags,
        attributes=draft.attributes,
        options=draft.options,
        gallery=draft.gallery,
        skus=(*skus, *gone),
        freight_template_id=draft.freight_template_id,
        published_at=before.published_at if before else None,
        changed_at=now,
        version=before.version + 1 if before else 1,
    )


def _sku(draft: DraftSku, known: Sku | None, options: Sequence[Option]) -> Sku:
    titles = list[Texts]()
    for option, code in zip(options, draft.values, strict=True):
        by_code: Mapping[str, Texts] = {value.code: value.title for value in option.values}
        titles.append(by_code[code])
    sku_id = known.id if known else SkuId(new_uuid())
    return Sku(
        id=sku_id,
        code=draft.code or (known.code if known else f"SKU-{sku_id.hex[-12:].upper()}"),
        values=draft.values,
        titles=tuple(titles),
        barcode=draft.barcode,
        weight_grams=draft.weight_grams,
        image=draft.image,
        active=draft.active,
    )


async def _locked(tx: Tx, product_id: ProductId) -> Product:
    found = (await store.products(tx, [product_id], lock=True)).get(product_id)
    if found is None:
        raise Nothing("product")
    return found


async def _move(
    tx: Tx, product: Product, state: State, since: Instant | None, actor: Actor, now: Instant
) -> None:
    if product.state == state:
        return
    await store.set_state(tx, product.id, state, published_at=since, at=now)
    subject = ("product", product.id)
    values = {"state": product.state}, {"state": state}
    await record(tx, actor, f"catalog.{state}", subject, *values, now)
    await tx.announce(ProductChanged([product.id]))


async def _announce(tx: Tx, product_ids: Sequence[ProductId]) -> None:
    for start in range(0, len(product_ids), _IN_ONE_EVENT):
        await tx.announce(ProductChanged(list(product_ids[start : start + _IN_ONE_EVENT])))
