"""A small shop for tests: one coat in two colours, priced, on the shelf, with freight."""

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from mall import catalog, fulfilment, inventory, pricing
from mall.catalog.tests.drafts import coat, fill_shelf
from mall.checkout import Item, PlaceWant
from mall.fulfilment import FreightTemplate, Tariff
from mall.inventory import Count, Location
from mall.kernel.audit import SYSTEM
from mall.kernel.db import Tx
from mall.kernel.ids import LocationId, ShopperId, SkuId, new_uuid
from mall.kernel.time import Instant
from mall.orders import ShipTo
from mall.pricing import Price

SHENZHEN = ShipTo(
    "林小满", "+8613800138000", "440305", ("广东省", "深圳市", "南山区"), "科苑路 1 号"
)


@dataclass(frozen=True)
class Shop:
    black: SkuId
    oat: SkuId
    place: LocationId


async def open_shop(tx: Tx, now: Instant, *, units: int = 5) -> Shop:
    """Sell the coat for 129.00 in black and 139.00 in oat; freight 8.00, 2.00 each further one."""
    shelf = await fill_shelf(tx, now)
    tariff = Tariff((), 1, 800, 1, 200)
    nothing_there = Tariff(("65",), 1, 0, 1, 0, delivers=False)
    template = FreightTemplate(
        shelf.freight, {"zh-CN": "快递", "en": "Parcel"}, "pieces", (tariff, nothing_there)
    )
    await fulfilment.set_template(tx, template, actor=SYSTEM, now=now)
    product = await catalog.save_product(tx, coat(shelf), None, actor=SYSTEM, now=now)
    await catalog.publish(tx, product.id, actor=SYSTEM, now=now)
    black, oat = (sku.id for sku in product.skus)
    prices = [Price(black, 12900, None), Price(oat, 13900, 15900)]
    await pricing.set_prices(tx, prices, actor=SYSTEM, now=now)
    place = LocationId(new_uuid())
    title = {"zh-CN": "总仓", "en": "Warehouse"}
    await inventory.open_location(tx, Location(place, "web", title, "warehouse", 0, True))
    counts = [Count(black, place, units), Count(oat, place, units)]
    cause = ("test", new_uuid())
    await inventory.count(tx, "receive", counts, cause=cause, note="", now=now)
    return Shop(black, oat, place)


def want(*items: Item, payable: int, **changes: Any) -> PlaceWant:
    """Want items delivered to Shenzhen, as a guest who saw ``payable``."""
    wanted = PlaceWant(
        shopper_id=ShopperId(new_uuid()),
        member_id=None,
        items=items,
        from_cart=False,
        ship_to=SHENZHEN,
        shown_payable_minor=payable,
        buyer_note="",
        channel="web",
        language="zh-CN",
        currency="CNY",
        time_zone="Asia/Shanghai",
        idempotency_key=new_uuid().hex,
    )
    return replace(wanted, **changes)
