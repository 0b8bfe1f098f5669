"""Writes payloads into every text of a mall that reaches a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import uuid4

import httpx

from tests.browser.payloads import SHORT, bundles
from tests.faults.goods import CONSOLE, REGION, SHOP, Goods, ask, key, put_on_shelf, receive
from tests.faults.standing import Standing
from tests.registering import registered
from tests.strangers.belongings import PASSWORD

RICH = 220  # payloads in one description, or in one page of words
PLAIN = 12  # products that are payloads from their title to the names of their tags
MANY = 2  # of these have a great many choices
_FACTS = ("slogan", "hours", "phone", "email", "address", "wechat", "seller", "complaints")


@dataclass(frozen=True)
class Dressed:
    """Where the payloads stand now."""

    paths: Sequence[str]  # of pages for everybody
    own: Sequence[str]  # of pages of one member
    token: str  # of that member
    written: frozenset[str]  # every payload that stands in a plain text


class Dressing:
    """Hands out payloads one after another."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.written = set[str]()
        self._turn = cycle(one for one in texts if len(one) <= SHORT)
        self._short = cycle(one for one in texts if len(one) <= 50)

    def next(self) -> str:
        """Give the next one that fits a title."""
        return self._noted(next(self._turn))

    def short(self) -> str:
        """Give the next one that fits a name."""
        return self._noted(next(self._short))

    def words(self) -> dict[str, str]:
        """Give one in each language."""
        return {"zh-CN": self.next(), "en": self.next()}

    def _noted(self, text: str) -> str:
        self.written.add(text)
        return text


def dress(mall: Standing, slug: str, texts: Sequence[str]) -> Dressed:
    """Fill a tenant with payloads, as its owner and as a member."""
    dressing, console = Dressing(texts), mall.operator(slug)
    goods = put_on_shelf(console, "plain goods", units=50)
    shelf = ask(console, "POST", f"{CONSOLE}/categories", json=_named(dressing, "shelf"))
    brands = [
        ask(console, "POST", f"{CONSOLE}/brands", json=_named(dressing, "brand"))["id"]
        for _ in range(PLAIN)
    ]
    tags = [{"code": f"tag{n}", "title": dressing.words()} for n in range(40)]
    ask(console, "PUT", f"{CONSOLE}/tags", json={"tags": tags})
    attributes = _attributes(console, dressing, shelf["id"])
    products = [
        _product(console, dressing, goods, shelf["id"], attributes, n, brands[n])
        for n in range(PLAIN)
    ]
    paths = [f"/p/{one}" for one in products[:MANY]]
    paths += [f"/p/{_described(console, goods, body)}" for body in bundles(texts, RICH)]
    paths += [_page(console, dressing, body, n) for n, body in enumerate(bundles(texts, RICH))]
    _mall(console, dressing, goods, shelf["slug"], products)
    below = [_named(dressing, f"below{n}") | {"parent_id": shelf["id"]} for n in range(12)]
    for one in below:
        ask(console, "POST", f"{CONSOLE}/categories", json=one)
    token, own = _member(mall, slug, dressing, goods)
    lists = ("/", "/categories", f"/c/{shelf['slug']}", "/search", "/search?q=findme")
    return Dressed([*lists, *paths], own, token, frozenset(dressing.written))


def _named(dressing: Dressing, slug: str) -> dict[str, Any]:
    return {"slug": f"{slug}-{uuid4().hex[:8]}", "title": dressing.words()}


def _attributes(console: httpx.Client, dressing: Dressing, category_id: str) -> dict[str, Any]:
    """Make properties; gives what a product says of itself with them."""
    values = dict[str, Any]()
    for n in range(24):
        kind = "text" if n % 4 else "choice"
        wish: dict[str, Any] = {"code": f"a{n}", "title": dressing.words(), "kind": kind}
        wish |= {"category_ids": [category_id], "filterable": kind == "choice"}
        if kind == "choice":
            wish["choices"] = [{"code": "one", "title": dressing.words()}]
        ask(console, "POST", f"{CONSOLE}/attributes", json=wish)
        values[f"a{n}"] = dressing.words() if kind == "text" else "one"
    return values


def _product(
    console: httpx.Client,
    dressing: Dressing,
    goods: Goods,
    category_id: str,
    attributes: dict[str, Any],
    n: int,
    brand_id: str,
) -> str:
    """Sell something whose every text is a payload; gives its slug."""
    mark, choices = uuid4().hex[:10], 50 if n < MANY else 5
    options = [
        {
            "code": f"o{at}",
            "title": dressing.words(),
            "values": [{"code": f"v{v}", "title": dressing.words()} for v in range(choices)],
        }
        for at in range(3 if n < MANY else 1)
    ]
    draft = {
        "title": {"zh-CN": dressing.next(), "en": dressing.next()},
        "subtitle": {"zh-CN": f"findme {dressing.next()[:190]}", "en": dressing.next()},
        "slug": f"p-{mark}",
        "category_id": category_id,
        "brand_id": brand_id,
        "tags": [f"tag{at}" for at in range(n % 2 * 20, n % 2 * 20 + 20)],
        "attributes": attributes if n == 0 else {},
        "options": options,
        "skus": [{"code": mark, "values": ["v0"] * len(options)}],
        "freight_template_id": goods.template_id,
    }
    return _put_up(console, goods, draft)


def _put_up(console: httpx.Client, goods: Goods, draft: dict[str, Any]) -> str:
    made = ask(console, "POST", f"{CONSOLE}/products", json=draft)
    price = {"sku_id": made["skus"][0]["id"], "price_minor": 1990}
    ask(console, "PUT", f"{CONSOLE}/prices", json={"prices": [price]})
    ask(console, "POST", f"{CONSOLE}/products/{made['id']}/publish")
    return str(made["slug"])


def _described(console: httpx.Client, goods: Goods, body: str) -> str:
    draft = {
        "title": {"zh-CN": "有说明", "en": "described"},
        "slug": f"d-{uuid4().hex[:10]}",
        "description": {"zh-CN": body, "en": body},
        "category_id": goods.category_id,
        "skus": [{"code": uuid4().hex}],
        "freight_template_id": goods.template_id,
    }
    return _put_up(console, goods, draft)


def _page(console: httpx.Client, dressing: Dressing, body: str, n: int) -> str:
    wish = {"title": dressing.words(), "body": {"zh-CN": body, "en": body}}
    slug = f"words-{n}"
    ask(console, "PUT", f"{CONSOLE}/pages/{slug}", json=wish)
    return f"/pages/{slug}"


def _mall(
    console: httpx.Client, dressing: Dressing, goods: Goods, shelf: str, products: Sequence[str]
) -> None:
    """Write into what stands on every page, and on the first one."""
    facts = {name: dressing.next() for name in _FACTS}
    facts |= {f"{name}.{tongue}": dressing.next() for name in _FACTS for tongue in ("zh-CN", "en")}
    tile = {"title": dressing.words(), "subtitle": dressing.words(), "href": "/search"}
    licence = {"company": dressing.next(), "exemption": dressing.next()}
    licence |= {name: dressing.short()[:40] for name in ("licence_no", "icp_no", "police_no")}
    home = {
        "heroes": [tile | {"title": dressing.words()} for _ in range(10)],
        "tiles": [tile | {"title": dressing.words()} for _ in range(10)],
        "floors": [shelf],
        "featured": list(products),
    }
    change = {"name": dressing.words(), "licence": licence, "contact": facts, "home": home}
    ask(console, "PATCH", f"{CONSOLE}/mall", json=change)


def _member(
    mall: Standing, slug: str, dressing: Dressing, goods: Goods
) -> tuple[str, Sequence[str]]:
    """Let somebody with terrible names live and buy here."""
    member = mall.browser(slug)
    email = f"{uuid4().hex}@evil.localhost"
    token = registered(member, email, PASSWORD, dressing.short())["token"]
    places = [
        ask(
            member,
            "POST",
            f"{SHOP}/me/addresses",
            json={
                "name": dressing.short(),
                "phone": "13800138000",
                "region_code": REGION,
                "detail": dressing.next(),
            },
        )["id"]
        for _ in range(20)
    ]
    receive(mall.operator(slug), goods, 10)
    items = [{"sku_id": goods.sku_id, "quantity": 1}]
    own = list[str]()
    for place in places[:3]:
        asked = {"items": items, "address_id": place}
        quote = ask(member, "POST", f"{SHOP}/checkout/quote", json=asked)
        order = asked | {"payable_minor": quote["payable_minor"], "note": dressing.next()}
        number = ask(member, "POST", f"{SHOP}/orders", json=order, headers=key())["number"]
        own.append(f"/orders/{number}")
    ask(member, "POST", f"{SHOP}/cart/lines", json=items[0])
    own += ["/account", "/account/profile", "/account/addresses", "/orders", "/cart", "/checkout"]
    return str(token), [*own, f"/account/addresses/{places[0]}"]
