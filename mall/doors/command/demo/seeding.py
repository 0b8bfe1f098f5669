"""Fill the demo malls, through the same actions that operators use.

Ids of shelves come from their names and products are known by theirs, so a seed that was cut off
goes on where it stopped and a finished one changes nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mall import catalog, fulfilment, inventory, media, members, pricing, staff, tenants
from mall.catalog import Attribute, Brand, Category, Choice, Draft, DraftSku, Option, OptionValue
from mall.doors.command.demo.accounts import MEMBER, PASSWORD, STAFF, staff_email
from mall.doors.command.demo.goods import DemoMall, DemoProduct, demo_malls
from mall.doors.command.speaking import out
from mall.doors.given import runs_errands
from mall.doors.house import NOBODY, House, open_house
from mall.fulfilment import FreightTemplate, Tariff
from mall.inventory import Count, Location
from mall.kernel import passwords
from mall.kernel.audit import SYSTEM
from mall.kernel.ids import (
    AssetId,
    AttributeId,
    BrandId,
    CategoryId,
    FreightTemplateId,
    LocationId,
    TenantId,
)
from mall.kernel.settings import Settings
from mall.kernel.source import Source
from mall.kernel.time import Instant, utc_now
from mall.pricing import Price
from mall.tenants import Home, Licence, Page, Tenant, Theme, Tile

_AT_ONCE = 10
_ACCENTS = {"demo": "vermilion", "tea": "tea"}


async def seed(settings: Settings) -> None:
    """Fill both demo malls, showing the progress. A repeated call completes what is missing."""
    malls = demo_malls()
    async with open_house(settings) as house:
        with _bar() as bar:
            for mall in malls:
                await seed_mall(house, mall, bar)


async def seed_mall(
    house: House, mall: DemoMall, bar: Progress, *, products: int | None = None
) -> TenantId:
    """Fill one mall; ``products`` None: with all of them."""
    wanted = mall.products[:products]
    names = _pictures_of(mall, wanted)
    name = mall.facts.name["zh-CN"]
    task = bar.add_task(f"{name} · 图片", total=len(names))
    tenant_id, now = TenantId(_id(mall, "mall", "")), utc_now()
    pictures = await _store_pictures(house, tenant_id, mall, names, lambda: bar.advance(task))
    await _open(house, tenant_id, mall, pictures, now)
    await _hire(house, tenant_id, mall, now)
    await _fill_shelves(house, tenant_id, mall, pictures, now)
    task = bar.add_task(f"{name} · 商品", total=len(wanted))
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        await _add_products(house, tenant_id, mall, batch, pictures, now)
        bar.advance(task, len(batch))
    return tenant_id


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=out
    )


def _id(mall: DemoMall, kind: str, name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"jishi-demo/{mall.facts.slug}/{kind}/{name}")


def _pictures_of(mall: DemoMall, products: Sequence[DemoProduct]) -> list[str]:
    named = [name for hero in mall.home.heroes for name in (hero.wide, hero.square)]
    named += [category.picture for category in mall.categories]
    named += [name for product in products for name in product.pictures]
    named += [sku.picture for product in products for sku in product.skus if sku.picture]
    return list(dict.fromkeys(named))


async def _store_pictures(
    house: House,
    tenant_id: TenantId,
    mall: DemoMall,
    names: Sequence[str],
    step: Callable[[], None],
) -> dict[str, AssetId]:
    contents = {name: mall.picture(name).read_bytes() for name in names}
    ids = {name: media.asset_id_of(tenant_id, content) for name, content in contents.items()}
    async with house.db.read(tenant_id) as read:
        known = await media.assets(read, list(ids.values()))

    async def store(name: str) -> None:
        if ids[name] not in known:
            made = await media.make_picture(house.outside, tenant_id, contents[name])
            async with house.db.write(tenant_id) as tx:
                await media.record(tx, made, name=name, alt={}, now=utc_now())
        step()

    for start in range(0, len(names), 8):
        await asyncio.gather(*(store(name) for name in names[start : start + 8]))
    return ids


async def _open(
    house: House, tenant_id: TenantId, mall: DemoMall, pictures: dict[str, AssetId], now: Instant
) -> None:
    facts = mall.facts
    contact = {"phone": facts.contact.phone, "email": facts.contact.email}
    for what, texts in (("slogan", facts.slogan), ("hours", facts.contact.hours)):
        contact |= {what: texts["zh-CN"], f"{what}.en": texts["en"]}
    domain = house.settings.base_domain
    licence = facts.licence
    tenant = Tenant(
        id=tenant_id,
        slug=facts.slug,
        name=dict(facts.name),
        hosts=(f"{facts.slug}.{domain}",),
        language=facts.language,
        currency=facts.currency,
        time_zone=facts.time_zone,
        licence=Licence(
            licence.company["zh-CN"], licence.licence_no, licence.icp_no, licence.police_no
        ),
        theme=Theme(_ACCENTS[facts.slug]),
        home=Home(
            heroes=tuple(
                Tile(
                    dict(hero.title),
                    dict(hero.text),
                    pictures[hero.wide],
                    pictures[hero.square],
                    f"/c/{hero.category}",
                )
                for hero in mall.home.heroes
            ),
            floors=tuple(section.category for section in mall.home.sections),
            featured=tuple(mall.home.featured),
        ),
        contact=contact,
        founded_at=now,
    )
    async with house.db.read(NOBODY) as read:
        known = {one.id for one in await tenants.directory(read)}
    async with house.db.write(tenant_id) as tx:
        if tenant_id not in known:
            await tenants.found_mall(tx, tenant, actor=SYSTEM, now=now)
        pages = {page.slug for page in await tenants.pages(tx)}
        for policy in mall.policies:
            if policy.slug not in pages:
                page = Page(policy.slug, dict(policy.title), dict(policy.body), now)
                await tenants.set_page(tx, page, actor=SYSTEM, now=now)


async def _hire(house: House, tenant_id: TenantId, mall: DemoMall, now: Instant) -> None:
    """Make the accounts of staff and of one shopper, with an address."""
    async with house.db.write(tenant_id) as tx:
        there = {one.email for one in await staff.everybody(tx)}
        for role, name in STAFF:
            email = staff_email(role, mall.facts.slug)
            if email not in there:
                hashed = await passwords.hashed(PASSWORD)
                await staff.create(
                    tx, name=name, email=email, role=role, password_hash=hashed, by=None, now=now
                )
    source = Source("127.0.0.1")
    run = runs_errands(house, tenant_id)
    try:
        signed_in = await members.register(
            run, email=MEMBER, password=PASSWORD, name="小满", language="zh-CN", source=source
        )
    except members.EmailTaken:
        return
    draft = members.Draft("林小满", "13800138000", "330106", "西溪路 8 号 3 幢 502", True)
    async with house.db.write(tenant_id) as tx:
        await members.add_address(tx, signed_in.member_id, draft)


async def _fill_shelves(
    house: House, tenant_id: TenantId, mall: DemoMall, pictures: dict[str, AssetId], now: Instant
) -> None:
    async with house.db.write(tenant_id) as tx:
        if {brand.slug for brand in await catalog.brands(tx)} >= {b.slug for b in mall.brands}:
            return
        for position, one in enumerate(mall.categories):
            parent = CategoryId(_id(mall, "category", one.parent)) if one.parent else None
            category = Category(
                CategoryId(_id(mall, "category", one.slug)),
                parent,
                one.slug,
                dict(one.title),
                pictures[one.picture],
                position,
            )
            await catalog.put_category(tx, category, actor=SYSTEM, now=now)
        for one in mall.attributes:
            attribute = Attribute(
                AttributeId(_id(mall, "attribute", one.code)),
                one.code,
                dict(one.title),
                one.kind,
                dict(one.unit) if one.unit else None,
                tuple(Choice(choice.code, dict(choice.title)) for choice in one.choices),
                one.filterable,
                tuple(CategoryId(_id(mall, "category", slug)) for slug in one.categories),
            )
            await catalog.put_attribute(tx, attribute, actor=SYSTEM, now=now)
        tags = [Choice(tag.code, dict(tag.title)) for tag in mall.tags]
        await catalog.put_tags(tx, tags, actor=SYSTEM, now=now)
        for one in mall.freight_templates:
            template = _freight(mall, one.code)
            await fulfilment.set_template(tx, template, actor=SYSTEM, now=now)
        known = {location.id for location in await inventory.locations(tx)}
        for priority, one in enumerate(mall.locations):
            location = Location(
                LocationId(_id(mall, "location", one.code)),
                one.code,
                dict(one.title),
                one.kind,
                priority,
                one.kind == "warehouse",
            )
            if location.id not in known:
                await inventory.open_location(tx, location)
        for one in mall.brands:
            brand = Brand(BrandId(_id(mall, "brand", one.slug)), one.slug, dict(one.title))
            await catalog.put_brand(tx, brand, actor=SYSTEM, now=now)


def _freight(mall: DemoMall, code: str) -> FreightTemplate:
    """Write a template as fulfilment knows it: prefixes for provinces, one tariff for elsewhere."""
    one = next(template for template in mall.freight_templates if template.code == code)
    tariffs = [
        Tariff(
            tuple(_prefix(region) for region in r.regions),
            r.first_units,
            r.first_fee_minor,
            r.step_units,
            r.step_fee_minor,
            free_from_minor=r.free_from_minor or 0,
        )
        for r in one.rules
    ]
    if one.no_delivery:
        shut = tuple(_prefix(region) for region in one.no_delivery)
        tariffs.append(Tariff(shut, 1, 0, 1, 0, delivers=False))
    measure = "pieces" if one.by == "pieces" else "weight"
    template_id = FreightTemplateId(_id(mall, "freight", code))
    return FreightTemplate(template_id, dict(one.title), measure, tuple(tariffs))


def _prefix(region: str) -> str:
    """Cut a region's code to the part that all places inside share."""
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region


async def _add_products(
    house: House,
    tenant_id: TenantId,
    mall: DemoMall,
    batch: Sequence[DemoProduct],
    pictures: dict[str, AssetId],
    now: Instant,
) -> None:
    """Add products with prices and stock, all or none, leaving out those that are there."""
    async with house.db.write(tenant_id) as tx:
        known = await catalog.ids_by_slugs(tx, [one.slug for one in batch])
        prices, counts = list[Price](), list[Count]()
        for one in batch:
            if one.slug in known:
                continue
            draft = _draft(mall, one, pictures)
            product = await catalog.save_product(tx, draft, None, actor=SYSTEM, now=now)
            since = now - timedelta(days=one.published_days_ago)
            await catalog.publish(tx, product.id, actor=SYSTEM, now=now, since=since)
            for sku, demo in zip(product.skus, one.skus, strict=True):
                prices.append(Price(sku.id, demo.price_minor, demo.compare_at_minor))
                counts += [
                    Count(sku.id, LocationId(_id(mall, "location", place)), units)
                    for place, units in demo.stock.items()
                    if units
                ]
        if prices:
            await pricing.set_prices(tx, prices, actor=SYSTEM, now=now)
            cause = ("import", _id(mall, "stock", batch[0].slug))
            note = "演示库存 · demo stock"
            await inventory.count(tx, "receive", counts, cause=cause, note=note, now=now)


def _draft(mall: DemoMall, one: DemoProduct, pictures: dict[str, AssetId]) -> Draft:
    return Draft(
        slug=one.slug,
        title=dict(one.title),
        category_id=CategoryId(_id(mall, "category", one.category)),
        skus=tuple(
            DraftSku(
                tuple(sku.options),
                sku.code,
                sku.barcode,
                sku.weight_grams,
                pictures[sku.picture] if sku.picture else None,
            )
            for sku in one.skus
        ),
        subtitle=dict(one.subtitle),
        description=dict(one.description),
        brand_id=BrandId(_id(mall, "brand", one.brand)),
        tags=tuple(one.tags),
        attributes=dict(one.attributes),
        options=tuple(
            Option(
                option.code,
                dict(option.title),
                tuple(
                    OptionValue(value.code, dict(value.title), value.swatch or "")
                    for value in option.values
                ),
            )
            for option in one.options
        ),
        gallery=tuple(pictures[name] for name in one.pictures),
        freight_template_id=FreightTemplateId(_id(mall, "freight", one.freight_template)),
    )
