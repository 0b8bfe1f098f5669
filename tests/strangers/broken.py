"""Handlers that forget the tenant, each in its own way, to see that the judge notices."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from mall.tenants import Tenant
from tests.faults.standing import Standing

FOLDER = "/broken/"
_OPT = {"access": "anyone"}
_ADDRESS = "SELECT name, detail FROM members.address WHERE id = %s"
_TITLE = "SELECT title ->> 'en' FROM catalog.product WHERE id = %s"
_IDS = 'SELECT id FROM orders."order"'
_PRICE = "SELECT price_minor FROM pricing.price WHERE sku_id = %s"
_NOTE = "UPDATE orders.\"order\" SET buyer_note = 'changed' WHERE number = %s"
_MESSAGE = """
INSERT INTO messaging.message
SELECT %(tenant)s, gen_random_uuid(), gen_random_uuid()::text, template, transport, phone, email,
       subject, body, language, state, receipt, tries, written_at, ended_at
  FROM messaging.message WHERE tenant_id <> %(tenant)s AND subject LIKE '~canary~%%' LIMIT 1
"""


def reading(mall: Standing) -> HTTPRouteHandler:
    """Show an address to whoever knows its id."""

    @get(f"{FOLDER}addresses/{{address_id:uuid}}", opt=_OPT, sync_to_thread=False)
    def show(address_id: UUID) -> list[Any]:
        with mall.database() as rows:
            return [*(rows.execute(_ADDRESS, [address_id]).fetchone() or ())]

    return show


def listing(mall: Standing) -> HTTPRouteHandler:
    """List the orders of everybody, by ids only."""

    @get(f"{FOLDER}orders", opt=_OPT, sync_to_thread=False)
    def show() -> list[UUID]:
        with mall.database() as rows:
            return [one for (one,) in rows.execute(_IDS).fetchall()]

    return show


def heading(mall: Standing) -> HTTPRouteHandler:
    """Tell the name of a product in a header."""

    @get(f"{FOLDER}products/{{product_id:uuid}}", opt=_OPT, sync_to_thread=False)
    def show(product_id: UUID) -> Response[None]:
        with mall.database() as rows:
            (title,) = rows.execute(_TITLE, [product_id]).fetchone() or ("",)
        return Response(None, headers={"X-Title": title or ""})

    return show


def pricing(mall: Standing) -> HTTPRouteHandler:
    """Tell a price, and no word."""

    @get(f"{FOLDER}prices/{{sku_id:uuid}}", opt=_OPT, sync_to_thread=False)
    def show(sku_id: UUID) -> str:
        with mall.database() as rows:
            (price,) = rows.execute(_PRICE, [sku_id]).fetchone() or (0,)
        return f"¥{price / 100:,.2f}"

    return show


def knowing(mall: Standing) -> HTTPRouteHandler:
    """Tell only that there is such an order."""

    @get(f"{FOLDER}orders/{{number:str}}", opt=_OPT, sync_to_thread=False)
    def show(number: str) -> Response[None]:
        with mall.database() as rows:
            found = rows.execute('SELECT 1 FROM orders."order" WHERE number = %s', [number])
            return Response(None, status_code=200 if found.fetchone() else 404)

    return show


def changing(mall: Standing) -> HTTPRouteHandler:
    """Write a note at an order of anybody, and say nothing."""

    @post(f"{FOLDER}orders/{{number:str}}/note", opt=_OPT, sync_to_thread=False)
    def change(number: str) -> None:
        with mall.database() as rows:
            rows.execute(_NOTE, [number])

    return change


def mailing(mall: Standing) -> HTTPRouteHandler:
    """Send somebody else's message."""

    @post(f"{FOLDER}messages", opt=_OPT, sync_to_thread=False)
    def send(tenant: Tenant) -> None:
        with mall.database() as rows:
            rows.execute(_MESSAGE, {"tenant": tenant.id})

    return send


def breaking(_: Standing) -> HTTPRouteHandler:
    """Fail, telling nothing."""

    @get(f"{FOLDER}failure", opt=_OPT, sync_to_thread=False)
    def fail() -> None:
        raise AssertionError("on purpose")

    return fail


# Each with a word of what has to be said about it.
BROKEN: Mapping[Callable[[Standing], HTTPRouteHandler], str] = {
    reading: "and tells ~canary~b~members.address",
    listing: "is answered with 200 and tells 0",  # ids begin so
    heading: "and tells ~canary~b~catalog.product.title",
    pricing: "and tells 71,317,",
    knowing: "and knows",
    changing: "orders.order of the other tenant changed",
    mailing: "messaging.message of the strangers holds ~canary~b~messaging.message",
    breaking: "is answered with 500",
}
