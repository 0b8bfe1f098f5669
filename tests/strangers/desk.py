"""A tenant with one of every form on its pages, who may fill them in, and what would be right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.goods import CONSOLE, REGION, SHOP, Goods, ask, key, put_on_shelf, receive
from tests.faults.standing import Standing
from tests.registering import registered
from tests.strangers.belongings import CANARY, PASSWORD, Belongings, client, furnish
from tests.strangers.bodies import FIELDS
from tests.strangers.papers import NUMBER, SLUG, UUID, Page, Paper

UNITS = 9_000
AS_BROWSER = {"Accept": "text/html"}
VISITED_ALIKE = 6  # pages of one kind that are looked at
NEW_PHONE = "13700137000"
FORGETFUL = f"forgetful-{CANARY}@fields.localhost"  # whose password is anything, after a while
BEHIND = {  # pages that stand behind a form
    "/sign-in/ask": {"phone": NEW_PHONE},
    "/register/ask": {"email": "newest@fields.localhost"},
    "/password/ask": {"email": FORGETFUL},
}
SKIPPED = ("/language/", "/api/", "/media/", "/assets/")
RIGHT = {
    **FIELDS,
    "email": f"neighbour-{CANARY}@fields.localhost",
    "password": PASSWORD,
    "code": "123456",
    "q": "thing",
    "from": "1",
    "to": "500",
    "quantity": "1",
    "note": "请在周末送",
    "units-1": "1",
    "reason": "",
}


@dataclass(frozen=True)
class Desk:
    """Where forms are filled in."""

    mall: Standing
    owned: Belongings
    somebodys: str  # an id of another member's address
    visitors: Mapping[str, httpx.Client]
    line: str  # a SKU that lies in both carts, beside what is owned

    def put_back(self, who: str) -> None:
        """Make sure that somebody's cart holds what it held."""
        for sku_id, units in ((self.owned.goods.sku_id, 1), (self.line, 2)):
            _put_into_cart(self.visitors[who], sku_id, units)

    def sign_in_again(self) -> None:
        """Give the member a new session for one that was ended."""
        self.visitors["member"].headers["Authorization"] = _signed_in(self.mall, self.owned)


def furnish_desk(mall: Standing) -> Desk:
    """Furnish the tenant ``fields``."""
    owned = furnish(mall, "fields")
    people, slug = owned.people, owned.slug
    registered(client(mall, slug), FORGETFUL, PASSWORD)
    console, neighbour = client(mall, slug, people.owner), client(mall, slug, people.neighbour)
    receive(console, owned.goods, UNITS)
    place = {"name": CANARY, "phone": FIELDS["phone"], "region_code": REGION, "detail": "路 1 号"}
    somebodys = ask(neighbour, "POST", f"{SHOP}/me/addresses", json=place)["id"]
    visitors = {
        "nobody": client(mall, slug),
        "guest": client(mall, slug, people.guest),
        "member": client(mall, slug, people.member),
    }
    line = _with_choices(console, owned.goods)
    _order_and_cancel(visitors["member"], owned)
    gone = put_on_shelf(console, "soon gone", units=1)
    _put_into_cart(visitors["guest"], gone.sku_id, 2)
    ask(console, "POST", f"{CONSOLE}/products/{gone.product_id}/archive")
    desk = Desk(mall, owned, somebodys, visitors, line)
    for who in ("guest", "member"):
        desk.put_back(who)
    return desk


def papers_of(desk: Desk) -> Iterator[tuple[str, Paper]]:
    """Walk through the pages as everybody and list each form once, and who found it."""
    known = set[Any]()
    for who in ("guest", "member"):
        for where, page in _walk(desk.visitors[who], desk):
            for paper in page.papers(where):
                if paper.kind not in known:
                    known.add(paper.kind)
                    signs = paper.action.startswith(("/sign-in", "/register", "/password"))
                    yield "nobody" if signs else who, paper


def right(paper: Paper) -> dict[str, str]:
    """Fill a form in rightly: what stands in it, and what a visitor would write."""
    fields = dict[str, str]()
    for one in paper.controls:
        value = one.value
        if one.is_seen and (one.kind not in {"radio", "checkbox"} or not one.value):
            written = RIGHT.get(one.name, one.value)
            value = written if not one.values or written in one.values else one.value
            value = RIGHT[one.name] if one.name.startswith("region") else value
        if one.kind == "checkbox" and not value:
            continue
        fields[one.name] = value
    if "key" in fields:
        fields["key"] = uuid4().hex
    if paper.action.startswith("/register"):
        fields["email"] = f"new-{uuid4().hex}@fields.localhost"
    if paper.action.startswith("/password"):
        fields["email"] = FORGETFUL
    return fields


def _walk(visitor: httpx.Client, desk: Desk) -> Iterator[tuple[str, Page]]:
    waiting = ["/", "/cart", "/account", "/register", f"/cart?gone={desk.line}.1"]
    seen, alike = set(waiting), dict[str, int]()
    while waiting:
        where = waiting.pop(0)
        answer = visitor.get(where, headers=AS_BROWSER, follow_redirects=True)
        visitor.cookies.clear()
        if answer.status_code == 404:  # goods that are gone, words that this tenant has not written
            continue
        assert answer.status_code == 200, (where, answer.status_code)
        page = Page(answer.text)
        yield answer.request.url.raw_path.decode(), page
        for link in page.links():
            path = link.partition("?")[0]
            kind = SLUG.sub("", NUMBER.sub("", UUID.sub("", path)))
            if link in seen or path.startswith(SKIPPED) or alike.get(kind, 0) >= VISITED_ALIKE:
                continue
            alike[kind] = alike.get(kind, 0) + 1
            seen.add(link)
            waiting.append(link)
    for path, fields in BEHIND.items():
        answer = visitor.post(path, data=fields, headers=AS_BROWSER)
        if answer.status_code == 200:
            yield path, Page(answer.text)


def _with_choices(console: httpx.Client, goods: Goods) -> str:
    """Sell something with a choice of colours; give the SKU of one."""
    titles, mark = {"zh-CN": "有色", "en": "coloured"}, uuid4().hex[:12]
    values = [{"code": code, "title": {"zh-CN": code, "en": code}} for code in ("red", "blue")]
    draft = {
        "title": titles,
        "slug": f"coloured-{mark}",
        "category_id": goods.category_id,
        "options": [{"code": "colour", "title": titles, "values": values}],
        "skus": [{"code": f"{code}-{mark}", "values": [code]} for code in ("red", "blue")],
        "freight_template_id": goods.template_id,
    }
    product = ask(console, "POST", f"{CONSOLE}/products", json=draft)
    skus = [sku["id"] for sku in product["skus"]]
    prices = [{"sku_id": sku_id, "price_minor": 990} for sku_id in skus]
    ask(console, "PUT", f"{CONSOLE}/prices", json={"prices": prices})
    changes = [
        {"sku_id": sku_id, "location_id": goods.location_id, "units": UNITS} for sku_id in skus
    ]
    stock = {"kind": "receive", "changes": changes}
    ask(console, "POST", f"{CONSOLE}/stock/adjustments", json=stock, headers=key())
    ask(console, "POST", f"{CONSOLE}/products/{product['id']}/publish")
    return str(skus[0])


def _order_and_cancel(member: httpx.Client, owned: Belongings) -> None:
    items = [{"sku_id": owned.goods.sku_id, "quantity": 1}]
    asked = {"items": items, "address_id": owned.ids["address_id"]}
    quote = ask(member, "POST", f"{SHOP}/checkout/quote", json=asked)
    wish = asked | {"payable_minor": quote["payable_minor"]}
    number = ask(member, "POST", f"{SHOP}/orders", json=wish, headers=key())["number"]
    ask(member, "POST", f"{SHOP}/orders/{number}/cancel")


def _put_into_cart(visitor: httpx.Client, sku_id: str, units: int) -> None:
    lines = {one["sku_id"]: one for one in ask(visitor, "GET", f"{SHOP}/cart")["lines"]}
    if sku_id not in lines:
        ask(visitor, "POST", f"{SHOP}/cart/lines", json={"sku_id": sku_id, "quantity": units})
    elif lines[sku_id]["quantity"] != units:
        ask(visitor, "PATCH", f"{SHOP}/cart/lines/{sku_id}", json={"quantity": units})
    ask(visitor, "POST", f"{SHOP}/cart/selection", json={"selected": True})
    visitor.cookies.clear()


def _signed_in(mall: Standing, owned: Belongings) -> str:
    given = {"email": f"member-{CANARY}@{owned.slug}.localhost", "password": PASSWORD}
    visitor = client(mall, owned.slug)
    token = ask(visitor, "POST", f"{SHOP}/session/password", json=given)["token"]
    return f"Bearer {token}"
