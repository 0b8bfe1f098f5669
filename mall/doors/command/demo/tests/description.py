"""Everything in a mall, described by names, so that two malls can be compared."""

from typing import Any

from mall import catalog, fulfilment, inventory, media, members, pricing, staff, tenants
from mall.doors.command import malls
from mall.doors.command.demo.accounts import MEMBER, PASSWORD
from mall.doors.command.demo.goods import demo_mall
from mall.doors.given import runs_errands
from mall.doors.house import House
from mall.kernel.db import Read
from mall.kernel.ids import AssetId
from mall.kernel.source import Source
from mall.tenants import Home, Tenant


async def mall_called(house: House, slug: str) -> Tenant:
    return await malls.named(house.db, slug)


async def content(house: House, slug: str) -> dict[str, Any]:
    """Describe everything in a mall by names, without ids and moments of writing."""
    tenant = await mall_called(house, slug)
    async with house.db.read(tenant.id) as read:
        pictures = {one.id: one.name for one in await every_picture(read)}
        return {
            "home": shown_home(tenant.home, pictures),
            "facts": (tenant.name, tenant.licence, tenant.theme, tenant.contact),
            "pages": {one.slug: (one.title, one.body) for one in await tenants.pages(read)},
            "staff": {one.email.replace(slug, ""): one.role for one in await staff.everybody(read)},
            "pictures": sorted(pictures.values()),
            "freight": sorted(
                str((one.title, one.measure, one.tariffs))
                for one in (await fulfilment.freight_templates(read)).values()
            ),
            "brands": {one.slug: one.title for one in await catalog.brands(read)},
            "tags": await catalog.tags(read),
            **await shown_goods(read, tenant, pictures),
        } | {"addresses": await addresses_of(house, tenant)}


async def every_picture(read: Read) -> list[media.Asset]:
    found, cursor = list[media.Asset](), None
    while True:
        some = await media.listing(read, cursor=cursor, limit=100)
        found += some.items
        if (cursor := some.next_cursor) is None:
            return found


def shown_home(home: Home, pictures: dict[AssetId, str]) -> list[Any]:
    tiles = [
        (
            tile.title,
            tile.href,
            *(pictures[one] for one in (tile.image, tile.image_phone) if one is not None),
        )
        for tile in (*home.heroes, *home.tiles)
    ]
    return [*tiles, home.floors, home.featured]


async def shown_goods(read: Read, tenant: Tenant, pictures: dict[AssetId, str]) -> dict[str, Any]:
    categories = {one.id: one for one in await catalog.categories(read)}
    ids = await catalog.ids_by_slugs(read, [one.slug for one in demo_mall("tea").products])
    places = {one.id: one.code for one in await inventory.locations(read)}
    products = await catalog.products(read, list(ids.values()))
    sku_ids = [sku.id for one in products.values() for sku in one.skus]
    prices = await pricing.prices(read, sku_ids)
    stock = {
        (one.sku_id, places[one.location_id]): one.on_hand
        for one in await inventory.stock(read, sku_ids)
    }
    return {
        "categories": [
            (
                one.slug,
                categories[one.parent_id].slug if one.parent_id else None,
                pictures[one.image] if one.image else None,
            )
            for one in sorted(categories.values(), key=lambda one: one.position)
        ],
        "attributes": [
            (one.code, one.kind, sorted(categories[c].slug for c in one.category_ids))
            for one in await catalog.attributes(read)
        ],
        "places": sorted(places.values()),
        "products": {
            one.slug: (
                one.state,
                one.published_at and tenant.founded_at - one.published_at,
                categories[one.category_id].slug,
                [pictures[name] for name in one.gallery],
                [(sku.code, sku.image and pictures[sku.image]) for sku in one.skus],
            )
            for one in products.values()
        },
        "skus": {
            sku.code: (
                prices[sku.id].price_minor,
                prices[sku.id].compare_at_minor,
                {code: stock[sku.id, code] for code in places.values() if (sku.id, code) in stock},
            )
            for one in products.values()
            for sku in one.skus
        },
    }


async def addresses_of(house: House, tenant: Tenant) -> list[tuple[str, str, bool]]:
    begun = await members.sign_in_with_password(
        runs_errands(house, tenant.id),
        email=MEMBER.email(tenant.slug),
        password=PASSWORD,
        source=Source("test"),
    )
    async with house.db.read(tenant.id) as read:
        found = await members.addresses(read, begun.member_id)
    return sorted((one.detail, one.region_code, one.is_default) for one in found)
