"""What a tenant owns: at least one thing behind every id that an address can hold."""

import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from PIL import Image

from tests.faults.goods import CONSOLE, REGION, SHOP, Goods, ask, key, put_on_shelf
from tests.faults.standing import Standing
from tests.registering import registered
from tests.waiting import eventually

CANARY = "kanarek7f3a"  # stands in whatever only its owner may read
PHONE = "13987650321"
PASSWORD = "a-canary-sings-7"


@dataclass(frozen=True)
class People:
    """Who belongs to a tenant, by the headers that make them known."""

    owner: dict[str, str]
    member: dict[str, str]
    neighbour: dict[str, str]  # another member
    guest: dict[str, str]


@dataclass(frozen=True)
class Belongings:
    """A furnished tenant."""

    slug: str
    tenant_id: UUID
    people: People
    goods: Goods
    ids: dict[str, Any]  # by the name of a path parameter
    also: dict[str, Any]  # where a path parameter means something else on one path
    version: int  # of the product


def client(mall: Standing, slug: str, who: dict[str, str] | None = None) -> httpx.Client:
    """Give a visitor of a tenant with somebody's headers."""
    return mall.browser(slug, who)


def people_of(mall: Standing, slug: str, name: str) -> People:
    """Let an owner, two members of a name and a guest come in."""
    owner = mall.operator(slug)
    guest = mall.browser(slug)
    ask(guest, "POST", f"{SHOP}/cart/selection", json={"selected": True})
    return People(
        _bearer(owner.cookies["mall_staff"]),
        _bearer(_registered(mall, slug, name, "member")),
        _bearer(_registered(mall, slug, name, "neighbour")),
        _bearer(guest.cookies["mall_shopper"]),
    )


def furnish(mall: Standing, slug: str) -> Belongings:
    """Give a tenant one of everything, with canaries in it."""
    people = people_of(mall, slug, CANARY)
    console, member = mall.browser(slug, people.owner), mall.browser(slug, people.member)
    goods = put_on_shelf(console, f"{CANARY} thing", units=100)
    titles = {"zh-CN": CANARY, "en": CANARY}
    brand = {"slug": f"brand-{slug}", "title": titles}
    attribute = {"code": "warp", "title": titles, "kind": "flag"}
    page = {"title": titles, "body": titles}
    clerk = {"name": CANARY, "email": f"clerk-{CANARY}@{slug}.localhost", "role": "clerk"}
    address = ask(member, "POST", f"{SHOP}/me/addresses", json=place())
    ask(console, "PUT", f"{CONSOLE}/pages/words-{slug}", json=page)
    ask(console, "PUT", f"{CONSOLE}/tags", json={"tags": [{"code": "song", "title": titles}]})
    shown = ask(console, "POST", f"{CONSOLE}/media", files={"file": ("a.png", picture())})
    ask(console, "PATCH", f"{CONSOLE}/media/{shown['id']}", json={"alt": titles})
    ask(member, "POST", f"{SHOP}/cart/lines", json={"sku_id": goods.sku_id, "quantity": 1})
    sold = _sell(member, console, goods, address["id"])
    ids = {
        "number": sold["unpaid"],
        "sku_id": goods.sku_id,
        "product_id": goods.product_id,
        "category_id": goods.category_id,
        "template_id": goods.template_id,
        "brand_id": ask(console, "POST", f"{CONSOLE}/brands", json=brand)["id"],
        "attribute_id": ask(console, "POST", f"{CONSOLE}/attributes", json=attribute)["id"],
        "asset_id": shown["id"],
        "name": shown["address"].rpartition("/")[2],
        "address_id": address["id"],
        "staff_id": ask(console, "POST", f"{CONSOLE}/staff", json=clerk | {"password": PASSWORD})[
            "id"
        ],
        "parcel_id": sold["parcel"],
        "refund_id": sold["refund"],
        "discrepancy_id": str(differ(mall, slug)),
        "host": f"{slug}.localhost",
        "slug": goods.slug,
        "provider": "demo_pay",
    }
    shelf = next(
        one["slug"]
        for one in ask(console, "GET", f"{CONSOLE}/categories")
        if one["id"] == goods.category_id
    )
    also = {
        "/api/console/v1/refunds/{refund_id:uuid}/decision": sold["request"],
        "/c/{slug:str}": shelf,
        "/pages/{slug:str}": f"words-{slug}",
        "/api/shop/v1/pages/{slug:str}": f"words-{slug}",
        "/api/console/v1/pages/{slug:str}": f"words-{slug}",
    }
    also |= dict.fromkeys(_OF_SENT_ORDERS, sold["sent"])
    version = ask(console, "GET", f"{CONSOLE}/products/{goods.product_id}")["version"]
    return Belongings(slug, _tenant(mall, slug), people, goods, ids, also, version)


_OF_SENT_ORDERS = (
    "/api/shop/v1/orders/{number:str}/parcels",
    "/api/shop/v1/orders/{number:str}/receive",
    "/api/shop/v1/orders/{number:str}/refunds",
    "/api/shop/v1/orders/{number:str}/refunds/preview",
    "/api/console/v1/orders/{number:str}/refunds",
    "/api/console/v1/orders/{number:str}/compensations",
    "/orders/{number:str}/receive",
    "/orders/{number:str}/refund",
)


def _sell(
    member: httpx.Client, console: httpx.Client, goods: Goods, address_id: str
) -> dict[str, str]:
    """Sell twice: one order stays unpaid; one is paid, sent, refunded in part, and asked back."""

    def order() -> str:
        items = [{"sku_id": goods.sku_id, "quantity": 9}]
        asked = {"items": items, "address_id": address_id}
        quote = ask(member, "POST", f"{SHOP}/checkout/quote", json=asked)
        wish = asked | {"payable_minor": quote["payable_minor"], "note": CANARY}
        return str(ask(member, "POST", f"{SHOP}/orders", json=wish, headers=key())["number"])

    def state(number: str) -> str:
        return str(ask(member, "GET", f"{SHOP}/orders/{number}")["order"]["state"])

    def pay_url() -> str | None:
        newest = ask(member, "GET", f"{SHOP}/orders/{sent}/payment")["newest"]
        return newest["pay_url"] if newest else None

    def refunded() -> bool:
        shown = ask(console, "GET", f"{CONSOLE}/payments/refunds")["items"]
        return any(one["state"] == "succeeded" for one in shown)

    sent = order()
    ask(member, "POST", f"{SHOP}/orders/{sent}/pay", json={})
    httpx.post(eventually(pay_url), data={"method": "wechat"})
    eventually(lambda: state(sent) == "paid")
    parcel = {"carrier": "sf", "tracking_no": "SF1234567890123"}
    ask(console, "POST", f"{CONSOLE}/orders/{sent}/parcels", json=parcel)
    one = {"lines": [{"line_no": 1, "quantity": 1}], "reason": CANARY}
    refund = ask(console, "POST", f"{CONSOLE}/orders/{sent}/refunds", json=one, headers=key())
    request = ask(member, "POST", f"{SHOP}/orders/{sent}/refunds", json=one, headers=key())
    assert request["state"] == "requested"
    eventually(refunded)
    parcels = ask(console, "GET", f"{CONSOLE}/orders/{sent}/parcels")
    return {
        "sent": sent,
        "unpaid": order(),
        "parcel": parcels[0]["id"],
        "refund": refund["id"],
        "request": request["id"],
    }


def _registered(mall: Standing, slug: str, name: str, who: str) -> str:
    visitor = mall.browser(slug)
    return str(registered(visitor, f"{who}-{name}@{slug}.localhost", PASSWORD, name)["token"])


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def place() -> dict[str, Any]:
    """Write an address that nobody else may read."""
    return {"name": CANARY, "phone": PHONE, "region_code": REGION, "detail": f"{CANARY} road 1"}


def picture(width: int = 640) -> bytes:
    """Draw a picture, each in a colour of its own."""
    content = io.BytesIO()
    Image.new("RGB", (width, 640), uuid4().bytes[0]).save(content, "PNG")
    return content.getvalue()


def _tenant(mall: Standing, slug: str) -> UUID:
    with mall.database() as rows:
        found = rows.execute("SELECT tenant_id FROM tenants.tenant WHERE slug = %s", [slug])
        (tenant_id,) = found.fetchone() or (None,)
    assert isinstance(tenant_id, UUID)
    return tenant_id


def differ(mall: Standing, slug: str) -> UUID:
    """Write a difference with a bill; bills of today come tomorrow only."""
    made = uuid4()
    with mall.database() as rows:
        rows.execute(
            "INSERT INTO payments.discrepancy (tenant_id, id, provider, day, kind, out_no, what,"
            " ours_minor, theirs_minor, currency, found_at, settled_at, settled_by, note)"
            " VALUES (%s, %s, 'demo_pay', '2027-01-01', 'payment', %s, 'missing_here',"
            " NULL, 100, 'CNY', now(), NULL, NULL, '')",
            [_tenant(mall, slug), made, f"{CANARY}{made}"],
        )
    return made
