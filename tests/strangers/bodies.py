"""What each route would be asked with a tenant's ids: queries and bodies."""

from typing import Any, Literal

from tests.faults.goods import CONSOLE, REGION, SHIP_TO, SHOP
from tests.strangers.belongings import CANARY, PASSWORD, Belongings

type Kind = Literal["json", "data", "files"]
type Bodies = dict[str, tuple[Kind, Any]]

NOTHING: tuple[Kind, Any] = ("json", None)
WORDS = {"zh-CN": "别家", "en": "stranger"}
FIELDS = {
    "name": "别人",
    "phone": "13800138000",
    "region0": "440000",
    "region1": "440300",
    "region2": REGION,
    "detail": "科苑路 2 号",
}
NEW_EMAIL = "new@stranger.localhost"
ONE_UNIT = {"lines": [{"line_no": 1, "quantity": 1}], "reason": "stranger"}

# Texts that may be left out.
ALSO: dict[str, dict[str, Any]] = {
    f"POST {CONSOLE}/products": {
        "slug": "x",
        "subtitle": WORDS,
        "description": WORDS,
        "tags": ["song"],
        "attributes": {"warp": "x"},
        "options": [
            {
                "code": "o",
                "title": WORDS,
                "values": [{"code": "v", "title": WORDS, "swatch": "#ffffff"}],
            }
        ],
    },
    f"PATCH {CONSOLE}/mall": {
        "name": WORDS,
        "time_zone": "Asia/Shanghai",
        "language": "zh-CN",
        "licence": {"company": "x", "licence_no": "x", "exemption": "x"},
        "contact": {"slogan": "x"},
    },
    f"POST {SHOP}/orders": {"note": "x"},
    f"POST {SHOP}/members": {"name": "x"},
    f"PATCH {SHOP}/me": {"name": "x", "language": "en", "gender": "unsaid"},
    f"POST {CONSOLE}/attributes": {"unit": WORDS, "choices": [{"code": "c", "title": {}}]},
    "POST /password": {"next": "/"},
    "POST /password/ask": {"next": "/"},
    "POST /register": {"name": "x", "next": "/"},
    "POST /register/ask": {"next": "/"},
    "POST /cart/add": {"back": "/"},
    "POST /sign-in/password": {"next": "/"},
    "POST /checkout": {"note": "x", "key": "x", "step": "x"},
}


def query_of(owned: Belongings) -> dict[str, Any]:
    """Ask lists for what a tenant owns; the canary itself is not written, it would come back."""
    ids = owned.ids
    return {
        "sku_id": ids["sku_id"],
        "ids": ids["asset_id"],
        "order": ids["number"],
        "category_id": ids["category_id"],
        "text": CANARY[:6],
        "q": CANARY[:6],
        "category": owned.also["/c/{slug:str}"],
        "brand": f"brand-{owned.slug}",
        "tag": "song",
        "item": f"{ids['sku_id']}.1",
        "address": ids["address_id"],
        "gone": f"{ids['sku_id']}.1",
    }


def bodies_of(owned: Belongings) -> Bodies:
    """Write what each changing route is asked, with a tenant's ids wherever one fits."""
    return {
        **_shop_bodies(owned),
        **_goods_bodies(owned),
        **_order_bodies(),
        **_house_bodies(owned),
        **_form_bodies(owned),
    }


def _shop_bodies(owned: Belongings) -> Bodies:
    ids, shop = owned.ids, SHOP
    items = [{"sku_id": ids["sku_id"], "quantity": 1}]
    sign_in = {"email": f"member-{CANARY}@{owned.slug}.localhost", "password": PASSWORD}
    order = {"payable_minor": 1, "items": items, "address_id": ids["address_id"]}
    return {
        f"POST {shop}/cart/lines": ("json", items[0]),
        f"PATCH {shop}/cart/lines/{{sku_id:uuid}}": ("json", {"quantity": 3}),
        f"DELETE {shop}/cart/lines/{{sku_id:uuid}}": NOTHING,
        f"POST {shop}/cart/selection": ("json", {"selected": True, "sku_ids": [ids["sku_id"]]}),
        f"POST {shop}/checkout/quote": ("json", {"items": items, "address_id": ids["address_id"]}),
        f"POST {shop}/orders": ("json", order),
        f"POST {shop}/orders/{{number:str}}/cancel": NOTHING,
        f"POST {shop}/orders/{{number:str}}/pay": ("json", {}),
        f"POST {shop}/orders/{{number:str}}/receive": NOTHING,
        f"POST {shop}/orders/{{number:str}}/refunds": ("json", ONE_UNIT),
        f"POST {shop}/orders/{{number:str}}/refunds/preview": (
            "json",
            {"lines": ONE_UNIT["lines"]},
        ),
        f"POST {shop}/me/addresses": ("json", SHIP_TO),
        f"PUT {shop}/me/addresses/{{address_id:uuid}}": ("json", SHIP_TO),
        f"DELETE {shop}/me/addresses/{{address_id:uuid}}": NOTHING,
        f"PATCH {shop}/me": ("json", {"name": "别人"}),
        f"POST {shop}/session/password": ("json", sign_in),
        f"POST {shop}/session/code": ("json", {"phone": "13800138001"}),
        f"POST {shop}/session/code/verify": ("json", {"phone": "13800138001", "code": "000000"}),
        f"POST {shop}/members/code": ("json", {"email": NEW_EMAIL}),
        f"POST {shop}/members": ("json", sign_in | {"email": NEW_EMAIL, "code": "000000"}),
        f"POST {shop}/password/code": ("json", {"email": sign_in["email"]}),
        f"POST {shop}/password": ("json", sign_in | {"code": "000000"}),
        "POST /callbacks/payments/{provider:str}": ("json", {"out_trade_no": ids["number"]}),
        f"DELETE {shop}/session": NOTHING,
    }


def _goods_bodies(owned: Belongings) -> Bodies:
    ids, console = owned.ids, CONSOLE
    image = {"image": ids["asset_id"]}
    shelf = {"slug": "strange", "title": WORDS, **image}
    named = {"slug": "strange", "title": WORDS}
    attribute = {"code": "strange", "title": WORDS, "kind": "flag"}
    in_category = {"category_ids": [ids["category_id"]]}
    product = {
        "title": WORDS,
        "category_id": ids["category_id"],
        "brand_id": ids["brand_id"],
        "gallery": [ids["asset_id"]],
        "freight_template_id": ids["template_id"],
        "skus": [{"code": ids["slug"], **image}],
    }
    there = {"sku_id": ids["sku_id"], "location_id": owned.goods.location_id, "units": 7}
    prices = {"prices": [{"sku_id": ids["sku_id"], "price_minor": 1}]}
    one_product = f"{console}/products/{{product_id:uuid}}"
    return {
        f"POST {console}/categories": ("json", shelf | {"parent_id": ids["category_id"]}),
        f"PUT {console}/categories/{{category_id:uuid}}": ("json", shelf),
        f"POST {console}/brands": ("json", named),
        f"PUT {console}/brands/{{brand_id:uuid}}": ("json", named),
        f"POST {console}/attributes": ("json", attribute | in_category),
        f"PUT {console}/attributes/{{attribute_id:uuid}}": ("json", attribute),
        f"PUT {console}/tags": ("json", {"tags": [{"code": "song", "title": WORDS}]}),
        f"POST {console}/products": ("json", product),
        f"PUT {one_product}": ("json", product | {"version": owned.version}),
        f"POST {one_product}/publish": NOTHING,
        f"POST {one_product}/archive": NOTHING,
        f"POST {console}/locations": ("json", {"code": "strange", "title": WORDS}),
        f"POST {console}/stock/adjustments": ("json", {"kind": "receive", "changes": [there]}),
        f"PUT {console}/stock/safety": ("json", {"safety": [there]}),
        f"PUT {console}/prices": ("json", prices),
        f"POST {console}/media": ("files", {"file": ("x.png", b"no picture")}),
        f"PATCH {console}/media/{{asset_id:uuid}}": ("json", {"alt": WORDS}),
        f"DELETE {console}/media/{{asset_id:uuid}}": NOTHING,
    }


def _order_bodies() -> Bodies:
    tariff = {"first_units": 1, "first_fee_minor": 1, "step_units": 1, "step_fee_minor": 1}
    template = {"title": WORDS, "measure": "pieces", "tariffs": [tariff]}
    one_order, one_template = "orders/{number:str}", "freight-templates/{template_id:uuid}"
    money = f"{CONSOLE}/payments"
    return {
        f"PUT {CONSOLE}/{one_order}/address": ("json", SHIP_TO),
        f"POST {CONSOLE}/{one_order}/parcels": ("json", _tracking("SF1234567890000")),
        f"PATCH {CONSOLE}/parcels/{{parcel_id:uuid}}": ("json", _tracking("SF1234567890111")),
        f"POST {CONSOLE}/{one_order}/notes": ("json", {"note": "stranger"}),
        f"POST {CONSOLE}/{one_order}/cancel": NOTHING,
        f"POST {CONSOLE}/{one_order}/price": ("json", {"payable_minor": 9000}),
        f"POST {CONSOLE}/{one_order}/refunds": ("json", ONE_UNIT),
        f"POST {CONSOLE}/{one_order}/compensations": ("json", {"line_no": 1, "amount_minor": 1}),
        f"POST {CONSOLE}/refunds/{{refund_id:uuid}}/decision": ("json", {"grant": True}),
        f"POST {money}/refunds/{{refund_id:uuid}}/retry": NOTHING,
        f"POST {money}/discrepancies/{{discrepancy_id:uuid}}/settle": ("json", {"note": "mine"}),
        f"POST {CONSOLE}/freight-templates": ("json", template),
        f"PUT {CONSOLE}/{one_template}": ("json", template),
        f"DELETE {CONSOLE}/{one_template}": NOTHING,
    }


def _house_bodies(owned: Belongings) -> Bodies:
    ids, staff = owned.ids, f"{CONSOLE}/staff"
    hero = {"title": WORDS, "href": "/", "image": ids["asset_id"]}
    change = {
        "home": {"heroes": [hero], "featured": [ids["slug"]]},
        "theme": {"logo": ids["asset_id"]},
    }
    clerk = {"name": "别人", "email": "x@stranger.localhost", "role": "clerk"}
    sign_in = {"email": f"owner@{owned.slug}.localhost", "password": "wrong-password"}
    return {
        f"PUT {CONSOLE}/me/password": ("json", {"old": "wrong-password", "new": PASSWORD}),
        f"POST {staff}": ("json", clerk | {"password": PASSWORD}),
        f"PATCH {staff}/{{staff_id:uuid}}": ("json", {"name": "别人"}),
        f"PUT {staff}/{{staff_id:uuid}}/password": ("json", {"password": PASSWORD}),
        f"PATCH {CONSOLE}/mall": ("json", change),
        f"POST {CONSOLE}/mall/hosts": ("json", {"host": ids["host"]}),
        f"DELETE {CONSOLE}/mall/hosts/{{host:str}}": NOTHING,
        f"PUT {CONSOLE}/pages/{{slug:str}}": ("json", {"title": WORDS, "body": WORDS}),
        f"POST {CONSOLE}/session": ("json", sign_in),
        f"DELETE {CONSOLE}/session": NOTHING,
    }


def _tracking(number: str) -> dict[str, str]:
    return {"carrier": "sf", "tracking_no": number}


def _form_bodies(owned: Belongings) -> Bodies:
    ids = owned.ids
    sku = {"sku": ids["sku_id"], "quantity": "1"}
    order = FIELDS | {"item": f"{ids['sku_id']}.1", "address": ids["address_id"], "shown": "1"}
    unknown = {"email": f"x@{owned.slug}.localhost", "password": PASSWORD}
    return {
        "POST /account/addresses/new": ("data", FIELDS),
        "POST /account/addresses/{address_id:uuid}": ("data", FIELDS),
        "POST /account/addresses/{address_id:uuid}/remove": ("data", {}),
        "POST /account/profile": ("data", {"name": "别人"}),
        "POST /cart/add": ("data", sku),
        "POST /cart/buy": ("data", sku),
        "POST /cart/quantity": ("data", sku),
        "POST /cart/choose": ("data", sku | {"selected": "1"}),
        "POST /cart/remove": ("data", sku),
        "POST /cart/clear": ("data", {}),
        "POST /checkout": ("data", order),
        "POST /orders/{number:str}/again": ("data", {}),
        "POST /orders/{number:str}/cancel": ("data", {}),
        "POST /orders/{number:str}/receive": ("data", {}),
        "POST /orders/{number:str}/refund": ("data", {"units-1": "1", "reason": "不想要了"}),
        "POST /pay/{number:str}": ("data", {"provider": "demo_pay"}),
        "POST /password": ("data", unknown | {"code": "000000"}),
        "POST /password/ask": ("data", {"email": unknown["email"]}),
        "POST /register": ("data", unknown | {"email": NEW_EMAIL, "code": "000000"}),
        "POST /register/ask": ("data", {"email": NEW_EMAIL}),
        "POST /sign-in/ask": ("data", {"phone": "13800138001"}),
        "POST /sign-in/code": ("data", {"phone": "13800138001", "code": "000000"}),
        "POST /sign-in/password": ("data", unknown),
        "POST /sign-out": ("data", {}),
    }
