"""Goods onto the shelves of a demo mall: categories, freight, locations, products.

Everything is recognised by its slug or code, and what shows a picture is written in the
transaction that writes the picture down: after a kill nothing is half there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid5

from mall import catalog, fulfilment, inventory, pricing, search
from mall.catalog import (
    Attribute,
    Brand,
    Category,
    Choice,
    Draft,
    DraftSku,
    Option,
    OptionValue,
    Product,
)
from mall.doors.command.demo.cutting import Pictures
from mall.doors.command.demo.goods import (
    DemoAttribute,
    DemoCategory,
    DemoFreightTemplate,
    DemoMall,
    DemoProduct,
)
from mall.fulfilment import FreightTemplate, Tariff
from mall.inventory import Count, Location
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Read, Tx
from mall.kernel.ids import (
    AssetId,
    AttributeId,
    BrandId,
    CategoryId,
    FreightTemplateId,
    LocationId,
    TenantId,
    new_uuid,
)
from mall.kernel.time import Instant
from mall.pricing import Price

_NOTE = "演示期初库存 · opening stock"


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where goods can stand, by the names of the data."""

    categories: Mapping[str, Category]
    brands: Mapping[str, BrandId]
    attributes: frozenset[str]
    tags: frozenset[str]
    freight: Mapping[str, FreightTemplateId]
    locations: Mapping[str, LocationId]


async def load_shelves(read: Read, goods: DemoMall) -> Shelves:
    """Load what there is of the shelves."""
    templates = await fulfilment.freight_templates(read)
    codes = {_template_id(read.tenant_id, one.code): one.code for one in goods.freight_templates}
    return Shelves(
        {one.slug: one for one in await catalog.categories(read)},
        {one.slug: one.id for one in await catalog.brands(read)},
        frozenset(one.code for one in await catalog.attributes(read)),
        frozenset(one.code for one in await catalog.tags(read)),
        {codes[known]: known for known in templates if known in codes},
        {one.code: one.id for one in await inventory.locations(read)},
    )


def new_categories(goods: DemoMall, there: Shelves) -> list[DemoCategory]:
    """List the categories that are not there yet."""
    return [one for one in goods.categories if one.slug not in there.categories]


def pictures_lacking(goods: DemoMall, left: Sequence[DemoProduct], there: Shelves) -> list[str]:
    """Name the pictures to cut before everything is there, in the order of need."""
    names = [category.picture for category in new_categories(goods, there)]
    names += [name for product in left for name in pictures_of(product)]
    names += pictures_of_home(goods)
    return list(dict.fromkeys(names))


def pictures_of_home(goods: DemoMall) -> list[str]:
    """Name the pictures of the home page."""
    return [name for hero in goods.home.heroes for name in (hero.wide, hero.square)]


async def set_up_shelves(
    tx: Tx, goods: DemoMall, there: Shelves, pictures: Pictures, now: Instant
) -> Shelves:
    """Add what is lacking of the shelves; the pictures of new categories are cut already."""
    for one in goods.freight_templates:
        if one.code not in there.freight:
            template = _template(one, _template_id(tx.tenant_id, one.code))
            await fulfilment.set_template(tx, template, actor=SYSTEM, now=now)
    for position, place in enumerate(goods.locations):
        if place.code not in there.locations:
            online = place.kind == "warehouse"
            fresh = LocationId(new_uuid())
            await inventory.open_location(
                tx, Location(fresh, place.code, place.title, place.kind, position, online)
            )
    for one in goods.brands:
        if one.slug not in there.brands:
            brand = Brand(BrandId(new_uuid()), one.slug, one.title)
            await catalog.put_brand(tx, brand, actor=SYSTEM, now=now)
    tags = [Choice(one.code, dict(one.title)) for one in goods.tags if one.code not in there.tags]
    if tags:
        await catalog.put_tags(tx, tags, actor=SYSTEM, now=now)
    await _add_categories(tx, goods, there, pictures, now)
    categories = {one.slug: one.id for one in await catalog.categories(tx)}
    for one in goods.attributes:
        if one.code not in there.attributes:
            attribute = _attribute(one, [categories[slug] for slug in one.categories])
            await catalog.put_attribute(tx, attribute, actor=SYSTEM, now=now)
    return await load_shelves(tx, goods)


async def _add_categories(
    tx: Tx, goods: DemoMall, there: Shelves, pictures: Pictures, now: Instant
) -> None:
    new = new_categories(goods, there)
    images = await pictures.write_down(tx, {one.picture: one.title for one in new}, now)
    ids = {slug: known.id for slug, known in there.categories.items()}
    ids |= {one.slug: CategoryId(new_uuid()) for one in new}
    for position, one in enumerate(goods.categories):
        if one in new:
            parent = ids[one.parent] if one.parent else None
            image = images[one.picture]
            category = Category(ids[one.slug], parent, one.slug, one.title, image, position)
            await catalog.put_category(tx, category, actor=SYSTEM, now=now)


async def put_on_shelves(
    tx: Tx,
    batch: Sequence[DemoProduct],
    shelves: Shelves,
    pictures: Pictures,
    since: Mapping[str, Instant],
    now: Instant,
) -> None:
    """Add new products with prices and stock, publish them, let them be found.

    ``since`` says, by slug, from when on they are shown as published.
    """
    shown = {name: one.title for one in batch for name in pictures_of(one)}
    images = await pictures.write_down(tx, shown, now)
    prices, counts = list[Price](), list[Count]()
    new = list[Product]()
    for one in batch:
        draft = _draft(one, shelves, images)
        product = await catalog.save_product(tx, draft, None, actor=SYSTEM, now=now)
        new.append(product)
        sku_ids = {sku.code: sku.id for sku in product.skus}
        for sku in one.skus:
            sku_id = sku_ids[sku.code]
            prices.append(Price(sku_id, sku.price_minor, sku.compare_at_minor))
            counts += [
                Count(sku_id, shelves.locations[code], units)
                for code, units in sku.stock.items()
                if units
            ]
    await pricing.set_prices(tx, prices, actor=SYSTEM, now=now)
    if counts:
        cause = ("import", new_uuid())  # commits with the products: never counted twice
        await inventory.count(tx, "receive", counts, cause=cause, note=_NOTE, now=now)
    for product in new:
        since_when = since[product.slug]
        await catalog.publish(tx, product.id, actor=SYSTEM, now=now, since=since_when)
    await search.index(tx, [product.id for product in new])


def pictures_of(product: DemoProduct) -> list[str]:
    """Name every picture of a product, the main one first."""
    own = [sku.picture for sku in product.skus if sku.picture]
    return list(dict.fromkeys([*product.pictures, *own]))


def published(goods: DemoMall, founded_at: Instant) -> dict[str, Instant]:
    """Spread the moments of publishing over the days before the mall was founded."""
    return {
        one.slug: founded_at - timedelta(days=one.published_days_ago, minutes=position)
        for position, one in enumerate(goods.products)
    }


def _draft(product: DemoProduct, shelves: Shelves, images: Mapping[str, AssetId]) -> Draft:
    return Draft(
        slug=product.slug,
        title=product.title,
        subtitle=product.subtitle,
        description=product.description,
        category_id=shelves.categories[product.category].id,
        brand_id=shelves.brands[product.brand],
        tags=tuple(product.tags),
        attributes=product.attributes,
        options=tuple(
            Option(
                option.code,
                dict(option.title),
                tuple(
                    OptionValue(value.code, dict(value.title), value.swatch or "")
                    for value in option.values
                ),
            )
            for option in product.options
        ),
        gallery=tuple(images[name] for name in product.pictures),
        skus=tuple(
            DraftSku(
                values=tuple(sku.options),
                code=sku.code,
                barcode=sku.barcode,
                weight_grams=sku.weight_grams,
                image=images[sku.picture] if sku.picture else None,
            )
            for sku in product.skus
        ),
        freight_template_id=shelves.freight[product.freight_template],
    )


def _attribute(one: DemoAttribute, category_ids: Sequence[CategoryId]) -> Attribute:
    return Attribute(
        AttributeId(new_uuid()),
        one.code,
        one.title,
        one.kind,
        one.unit,
        tuple(Choice(choice.code, dict(choice.title)) for choice in one.choices),
        one.filterable,
        tuple(category_ids),
    )


def _template_id(tenant_id: TenantId, code: str) -> FreightTemplateId:
    """Derive the id from the code: templates have no code that they could be recognised by."""
    return FreightTemplateId(uuid5(tenant_id, f"demo freight {code}"))


def _template(one: DemoFreightTemplate, template_id: FreightTemplateId) -> FreightTemplate:
    tariffs = [
        Tariff(
            tuple(_prefix(region) for region in rule.regions),
            rule.first_units,
            rule.first_fee_minor,
            rule.step_units,
            rule.step_fee_minor,
            free_from_minor=rule.free_from_minor or 0,
        )
        for rule in one.rules
    ]
    if one.no_delivery:
        nowhere = tuple(_prefix(region) for region in one.no_delivery)
        tariffs.append(Tariff(nowhere, 1, 0, 1, 0, delivers=False))
    measure = "pieces" if one.by == "pieces" else "weight"
    return FreightTemplate(template_id, dict(one.title), measure, tuple(tariffs))


def _prefix(region: str) -> str:
    """Take the empty levels off a region's code: 440000 is 44, 440300 is 4403."""
    while region.endswith("00"):
        region = region[:-2]
    return region
