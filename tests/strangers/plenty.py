"""A tenant with few or with many of everything that a page or an endpoint can list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.goods import CONSOLE, SHOP, ask, key
from tests.faults.standing import Standing
from tests.strangers.asking import Route
from tests.strangers.belongings import (
    PASSWORD,
    Belongings,
    client,
    differ,
    furnish,
    picture,
    place,
)
from tests.waiting import eventually

PICTURES_AT_MOST, HEROES_AT_MOST, TILES_AT_MOST, ADDRESSES_AT_MOST = 20, 10, 20, 20
_REST = "UPDATE staff.session SET seen_at = now() + interval '1 day' WHERE tenant_id = %s"


@dataclass(frozen=True)
class Plenty:
    """What was added to the belongings of a tenant."""

    owned: Belongings
    orders: Sequence[str]  # numbers of orders of many lines: one is under way, one waits
    skus: Sequence[str]
    pictures: Sequence[str]
    shelves: Sequence[str]
    product_id: str  # of many variants
    variants: Sequence[str]  # SKUs of that product
    slug: str

    def addresses(self, route: Route) -> Iterator[str]:
        """Give what a route is asked by, as it stands in its path."""
        ids = {**self.owned.ids, "tag": "en", "product_id": self.product_id, "slug": self.slug}
        also = {path: one for path, one in self.owned.also.items() if "{number" not in path}
        for number in self.orders if "number" in route.parameters else [""]:
            named = {**ids, "number": number}
            path = route.path
            for name in route.parameters:
                start = path.index("{" + name)
                value = also.get(route.path, named[name])
                path = f"{path[:start]}{value}{path[path.index('}', start) + 1 :]}"
            yield path

    @property
    def query(self) -> dict[str, Any]:
        """Give what lists are asked: as much as they show, of all that there is."""
        return {"limit": 100, "sku_id": self.skus, "ids": self.pictures}

    def draft(self, slug: str) -> dict[str, Any]:
        """Write a product of many variants."""
        return draft_of(self.owned, slug, self.pictures)

    def order(self, member: httpx.Client, items: Sequence[dict[str, Any]]) -> str:
        """Order items; give the number."""
        return order_of(member, self.owned, items)


def furnish_with(mall: Standing, slug: str, times: int) -> Plenty:
    """Give a tenant so many of everything; where there is a limit, as many as it allows."""
    owned = furnish(mall, slug)
    console, member = (
        client(mall, slug, owned.people.owner),
        client(mall, slug, owned.people.member),
    )
    shelves, skus, pictures = list[str](), list[str](), list[str]()
    for n in range(times):
        shelf, sku_id, picture_id = _add_one(console, owned, n)
        shelves.append(shelf)
        skus.append(sku_id)
        pictures.append(picture_id)
        differ(mall, slug)
    draft = draft_of(owned, f"variants-{uuid4().hex[:12]}", pictures)
    product, variants = _sell(console, draft, owned.goods.location_id)
    home = home_of(shelves, pictures, [product["slug"]])
    ask(console, "PATCH", f"{CONSOLE}/mall", json={"home": home})
    for _ in range(min(times, ADDRESSES_AT_MOST) - 1):
        ask(member, "POST", f"{SHOP}/me/addresses", json=place())
    for sku_id in skus:
        ask(member, "POST", f"{SHOP}/cart/lines", json={"sku_id": sku_id, "quantity": 1})
    sent = _sent_in_parts(member, console, owned, skus)
    for _ in range(times):
        waiting = order_of(member, owned, _four(skus[-1:]))
        ask(member, "POST", f"{SHOP}/orders/{waiting}/pay", json={})
    unpaid = order_of(member, owned, _four(skus))
    with mall.database() as rows:  # else some request has to note that the session is in use
        rows.execute(_REST, [owned.tenant_id])
    return Plenty(
        owned=owned,
        orders=(sent, unpaid),
        skus=skus,
        pictures=pictures,
        shelves=shelves,
        product_id=product["id"],
        variants=variants,
        slug=product["slug"],
    )


def _add_one(console: httpx.Client, owned: Belongings, n: int) -> tuple[str, str, str]:
    """Add one of each; give the shelf's name, the SKU on it, and its picture."""
    titles, mark = {"zh-CN": f"第 {n} 件", "en": f"item {n}"}, uuid4().hex[:12]
    shown = ask(console, "POST", f"{CONSOLE}/media", files={"file": ("a.png", picture())})["id"]
    slug, tag, flag = f"many-{mark}", f"t{mark}", f"a{mark}"
    named = {"slug": slug, "title": titles}
    ask(console, "PUT", f"{CONSOLE}/tags", json={"tags": [{"code": tag, "title": titles}]})
    ask(console, "PUT", f"{CONSOLE}/pages/{slug}", json={"title": titles, "body": titles})
    above = owned.ids["category_id"]
    attribute = {"code": flag, "title": titles, "kind": "flag", "filterable": True}
    attribute |= {"category_ids": [above]}
    ask(console, "POST", f"{CONSOLE}/attributes", json=attribute)
    clerk = {"name": mark, "email": f"{mark}@many.localhost", "role": "clerk"}
    ask(console, "POST", f"{CONSOLE}/staff", json=clerk | {"password": PASSWORD})
    ask(console, "POST", f"{CONSOLE}/mall/hosts", json={"host": f"{mark}.many.localhost"})
    tariff = {"first_units": 1, "first_fee_minor": 800, "step_units": 1, "step_fee_minor": 200}
    template = {"title": titles, "measure": "pieces", "tariffs": [tariff]}
    shelf = named | {"parent_id": above, "image": shown}
    draft = named | {
        "category_id": ask(console, "POST", f"{CONSOLE}/categories", json=shelf)["id"],
        "brand_id": ask(console, "POST", f"{CONSOLE}/brands", json=named)["id"],
        "freight_template_id": ask(console, "POST", f"{CONSOLE}/freight-templates", json=template)[
            "id"
        ],
        "tags": [tag],
        "attributes": {flag: True},
        "gallery": [shown],
        "skus": [{"code": mark, "weight_grams": 300, "image": shown}],
    }
    where = ask(console, "POST", f"{CONSOLE}/locations", json={"code": mark, "title": titles})["id"]
    [sku_id] = _sell(console, draft, where)[1]
    return slug, sku_id, shown


def draft_of(owned: Belongings, slug: str, pictures: Sequence[str]) -> dict[str, Any]:
    """Write a product of as many variants as there are pictures."""
    titles = {"zh-CN": "多款", "en": "many variants"}
    codes = [f"v{n}" for n in range(len(pictures))]
    values = [{"code": code, "title": {"zh-CN": code, "en": code}} for code in codes]
    return {
        "title": titles,
        "slug": slug,
        "category_id": owned.ids["category_id"],
        "brand_id": owned.ids["brand_id"],
        "freight_template_id": owned.ids["template_id"],
        "options": [{"code": "kind", "title": titles, "values": values}],
        "gallery": pictures[:PICTURES_AT_MOST],
        "skus": [
            {"values": [code], "code": f"{slug}-{code}", "image": shown}
            for code, shown in zip(codes, pictures, strict=True)
        ],
    }


def _sell(console: httpx.Client, draft: Any, location_id: str) -> tuple[Any, list[str]]:
    product = ask(console, "POST", f"{CONSOLE}/products", json=draft)
    skus = [one["id"] for one in product["skus"]]
    prices = [{"sku_id": sku_id, "price_minor": 1990} for sku_id in skus]
    ask(console, "PUT", f"{CONSOLE}/prices", json={"prices": prices})
    changes = [{"sku_id": one, "location_id": location_id, "units": 500} for one in skus]
    wanted = {"kind": "receive", "changes": changes}
    ask(console, "POST", f"{CONSOLE}/stock/adjustments", json=wanted, headers=key())
    ask(console, "POST", f"{CONSOLE}/products/{product['id']}/publish")
    return product, skus


def home_of(
    shelves: Sequence[str], pictures: Sequence[str], featured: Sequence[str]
) -> dict[str, Any]:
    """Let the home page show as much as it may."""
    words = {"zh-CN": "看", "en": "look"}
    tiles = [{"title": words, "href": "/", "image": one} for one in pictures]
    return {
        "heroes": tiles[:HEROES_AT_MOST],
        "tiles": tiles[:TILES_AT_MOST],
        "floors": shelves[:TILES_AT_MOST],
        "featured": [*featured, *shelves],
    }


def order_of(member: httpx.Client, owned: Belongings, items: Sequence[dict[str, Any]]) -> str:
    """Order items to the member's address; give the number."""
    asked = {"items": items, "address_id": owned.ids["address_id"]}
    quote = ask(member, "POST", f"{SHOP}/checkout/quote", json=asked)
    wish = asked | {"payable_minor": quote["payable_minor"]}
    return str(ask(member, "POST", f"{SHOP}/orders", json=wish, headers=key())["number"])


def _four(skus: Sequence[str]) -> list[dict[str, Any]]:
    return [{"sku_id": sku_id, "quantity": 4} for sku_id in skus]


def _sent_in_parts(
    member: httpx.Client, console: httpx.Client, owned: Belongings, skus: Sequence[str]
) -> str:
    """Sell one of each; every line is sent in a parcel of its own, and refunded in part."""
    number = order_of(member, owned, _four(skus))

    def pay_url() -> str | None:
        newest = ask(member, "GET", f"{SHOP}/orders/{number}/payment")["newest"]
        return newest["pay_url"] if newest else None

    def paid() -> bool:
        return ask(member, "GET", f"{SHOP}/orders/{number}")["order"]["state"] == "paid"

    ask(member, "POST", f"{SHOP}/orders/{number}/pay", json={})
    httpx.post(eventually(pay_url), data={"method": "wechat"})
    eventually(paid)
    for line_no in range(1, len(skus) + 1):
        lines = [{"line_no": line_no, "quantity": 1}]
        tracking = {"carrier": "sf", "tracking_no": f"SF12345678{line_no:05}", "lines": lines}
        ask(console, "POST", f"{CONSOLE}/orders/{number}/parcels", json=tracking)
        refund = {"lines": lines, "reason": "many"}
        ask(console, "POST", f"{CONSOLE}/orders/{number}/refunds", json=refund, headers=key())
    return number
