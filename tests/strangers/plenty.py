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


@dataclass(frozen=True)
class Plenty:
    """What was added to the belongings of a tenant."""

    owned: Belongings
    orders: Sequence[str]  # numbers of orders of many lines: one is under way, one waits
    skus: Sequence[str]
    pictures: Sequence[str]
    product_id: str  # of many variants
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


@dataclass(frozen=True)
class Change:
    """A change of everything at once."""

    verb: str
    path: str
    given: Any  # how it is asked: ``json`` or ``data``

    @property
    def is_console(self) -> bool:
        """Tell whether operators make it."""
        return self.path.startswith(CONSOLE)


def changes_of(mall: Standing, plenty: Plenty) -> Iterator[Change]:
    """Change as much at once as a tenant has, each in its turn."""
    owned, skus, (sent, unpaid) = plenty.owned, plenty.skus, plenty.orders
    member = client(mall, owned.slug, owned.people.member)
    items = [{"sku_id": sku_id, "quantity": 1} for sku_id in skus]
    asked = {"items": items, "address_id": owned.ids["address_id"]}
    payable = ask(member, "POST", f"{SHOP}/checkout/quote", json=asked)["payable_minor"]
    lines = [{"line_no": n, "quantity": 1} for n in range(1, len(skus) + 1)]
    there = [{"sku_id": one, "location_id": owned.goods.location_id, "units": 3} for one in skus]
    tags = [{"code": f"n{n}", "title": {"zh-CN": "签", "en": "tag"}} for n in range(len(skus))]
    prices = [{"sku_id": sku_id, "price_minor": 2990} for sku_id in skus]
    selection = {"selected": True, "sku_ids": skus}
    yield Change("POST", f"{SHOP}/cart/selection", {"json": selection})
    yield Change("POST", f"{SHOP}/checkout/quote", {"json": asked})
    yield Change("POST", f"{SHOP}/orders", {"json": asked | {"payable_minor": payable}})
    yield Change("POST", f"{SHOP}/orders/{sent}/refunds/preview", {"json": {"lines": lines}})
    yield Change("POST", f"{SHOP}/orders/{sent}/refunds", {"json": {"lines": lines}})
    yield Change("POST", f"{CONSOLE}/orders/{sent}/refunds", {"json": {"lines": lines}})
    yield Change("POST", f"{SHOP}/orders/{sent}/receive", {})
    yield Change("POST", f"/orders/{unpaid}/again", {"data": {}})
    yield Change(
        "POST", f"{CONSOLE}/orders/{unpaid}/price", {"json": {"payable_minor": 2_000 * len(skus)}}
    )
    yield Change("POST", f"{SHOP}/orders/{unpaid}/cancel", {})
    yield Change("POST", "/cart/clear", {"data": {}})
    yield Change("PUT", f"{CONSOLE}/prices", {"json": {"prices": prices}})
    received = {"kind": "receive", "changes": there}
    yield Change("POST", f"{CONSOLE}/stock/adjustments", {"json": received})
    yield Change("PUT", f"{CONSOLE}/stock/safety", {"json": {"safety": there}})
    yield Change("PUT", f"{CONSOLE}/tags", {"json": {"tags": tags}})
    yield Change("POST", f"{CONSOLE}/products/{plenty.product_id}/archive", {})
    yield Change("POST", f"{CONSOLE}/products/{plenty.product_id}/publish", {})


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
    product = _of_many_variants(console, owned, pictures, times)
    _decorate(console, shelves, pictures, [product["slug"]])
    for _ in range(min(times, ADDRESSES_AT_MOST) - 1):
        ask(member, "POST", f"{SHOP}/me/addresses", json=place())
    for sku_id in skus:
        ask(member, "POST", f"{SHOP}/cart/lines", json={"sku_id": sku_id, "quantity": 1})
    sent = _sent_in_parts(member, console, owned, skus)
    for _ in range(times):
        waiting = _order(member, owned, skus[-1:])
        ask(member, "POST", f"{SHOP}/orders/{waiting}/pay", json={})
    unpaid = _order(member, owned, skus)
    return Plenty(owned, (sent, unpaid), skus, pictures, product["id"], product["slug"])


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


def _of_many_variants(
    console: httpx.Client, owned: Belongings, pictures: Sequence[str], times: int
) -> Any:
    titles, mark = {"zh-CN": "多款", "en": "many variants"}, uuid4().hex[:12]
    codes = [f"v{n}" for n in range(times)]
    values = [{"code": code, "title": {"zh-CN": code, "en": code}} for code in codes]
    draft = {
        "title": titles,
        "slug": f"variants-{mark}",
        "category_id": owned.ids["category_id"],
        "brand_id": owned.ids["brand_id"],
        "freight_template_id": owned.ids["template_id"],
        "options": [{"code": "kind", "title": titles, "values": values}],
        "gallery": pictures[:PICTURES_AT_MOST],
        "skus": [
            {"values": [code], "code": f"{mark}-{code}", "image": shown}
            for code, shown in zip(codes, pictures, strict=True)
        ],
    }
    return _sell(console, draft, owned.goods.location_id)[0]


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


def _decorate(
    console: httpx.Client, shelves: Sequence[str], pictures: Sequence[str], featured: Sequence[str]
) -> None:
    """Let the home page show as much as it may."""
    words = {"zh-CN": "看", "en": "look"}
    tiles = [{"title": words, "href": "/", "image": one} for one in pictures]
    home = {
        "heroes": tiles[:HEROES_AT_MOST],
        "tiles": tiles[:TILES_AT_MOST],
        "floors": shelves[:TILES_AT_MOST],
        "featured": [*featured, *shelves],
    }
    ask(console, "PATCH", f"{CONSOLE}/mall", json={"home": home})


def _order(member: httpx.Client, owned: Belongings, skus: Sequence[str]) -> str:
    items = [{"sku_id": sku_id, "quantity": 4} for sku_id in skus]
    asked = {"items": items, "address_id": owned.ids["address_id"]}
    quote = ask(member, "POST", f"{SHOP}/checkout/quote", json=asked)
    wish = asked | {"payable_minor": quote["payable_minor"]}
    return str(ask(member, "POST", f"{SHOP}/orders", json=wish, headers=key())["number"])


def _sent_in_parts(
    member: httpx.Client, console: httpx.Client, owned: Belongings, skus: Sequence[str]
) -> str:
    """Sell one of each; every line is sent in a parcel of its own, and refunded in part."""
    number = _order(member, owned, skus)

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
