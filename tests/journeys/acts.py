"""What people and programs do at an open mall, over the API."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import uuid4

import httpx

from mall.doors.postgres import Cluster
from tests.conftest import OpenMall
from tests.registering import registered

SHOP, CONSOLE = "/api/shop/v1", "/api/console/v1"
PASSWORD = "jishi-demo"
SHIP_TO = {
    "name": "林小满",
    "phone": "13800138000",
    "region_code": "440305",
    "detail": "科苑路 1 号",
}


def sku_of(shopper: httpx.Client, slug: str, *values: str) -> dict[str, Any]:
    """Find a variant of a product: the one of these values, else one of which there is enough."""
    product = shopper.get(f"{SHOP}/products/{slug}").raise_for_status().json()
    fits = [sku for sku in product["skus"] if sku["values"] == list(values)]
    return fits[0] if values else next(sku for sku in product["skus"] if sku["available"] >= 5)


def items_of(sku: dict[str, Any], quantity: int = 1) -> list[dict[str, Any]]:
    """Write what is to be bought."""
    return [{"sku_id": sku["id"], "quantity": quantity}]


def quoted(shopper: httpx.Client, items: Sequence[dict[str, Any]]) -> int:
    """Ask what items cost, with delivery."""
    asked = {"items": items, "region_code": SHIP_TO["region_code"]}
    quote = shopper.post(f"{SHOP}/checkout/quote", json=asked).raise_for_status().json()
    return int(quote["payable_minor"])


def place(
    shopper: httpx.Client, items: Sequence[dict[str, Any]], payable_minor: int
) -> httpx.Response:
    """Try to order items for an amount."""
    wanted = {"items": items, "payable_minor": payable_minor, "ship_to": SHIP_TO}
    key = {"Idempotency-Key": uuid4().hex}
    return shopper.post(f"{SHOP}/orders", json=wanted, headers=key)


def order(shopper: httpx.Client, sku: dict[str, Any], quantity: int = 1) -> dict[str, Any]:
    """Order a variant for what it costs."""
    items = items_of(sku, quantity)
    placed = place(shopper, items, quoted(shopper, items))
    assert placed.status_code == 201, placed.text
    return placed.json()


def told(shopper: httpx.Client, number: str) -> dict[str, Any]:
    """Look at an order with its timeline and refunds."""
    return shopper.get(f"{SHOP}/orders/{number}").raise_for_status().json()


def state(shopper: httpx.Client, number: str) -> str:
    """Tell where an order stands."""
    return str(told(shopper, number)["order"]["state"])


def start_paying(shopper: httpx.Client, number: str) -> str | None:
    """Begin to pay; gives the address of the cashier. None: the provider did not answer."""
    started = shopper.post(f"{SHOP}/orders/{number}/pay", json={}).raise_for_status().json()
    return started["pay_url"]


def pay(shopper: httpx.Client, number: str) -> None:
    """Pay an order at the cashier."""
    pay_url = start_paying(shopper, number)
    assert pay_url is not None
    assert httpx.post(pay_url, data={"method": "wechat"}).status_code == 303


@cache
def operator(mall: OpenMall, slug: str = "demo") -> httpx.Client:
    """Sign in as the owner of a mall, once: nobody may try passwords too often."""
    console = mall.shopper(slug)
    given = {"email": f"owner@{slug}.localhost", "password": PASSWORD}
    assert console.post(f"{CONSOLE}/session", json=given).status_code == 201
    return console


def ship(console: httpx.Client, number: str) -> None:
    """Send everything of an order."""
    parcel = {"carrier": "sf", "tracking_no": "SF1234567890123"}
    assert console.post(f"{CONSOLE}/orders/{number}/parcels", json=parcel).status_code == 201


def become_member(shopper: httpx.Client) -> str:
    """Register and be signed in; gives the e-mail address. The password is ``PASSWORD``."""
    email = f"{uuid4().hex[:12]}@buyers.localhost"
    registered(shopper, email, PASSWORD, "林小满")
    return email


def sign_in(shopper: httpx.Client, email: str) -> None:
    """Sign in with e-mail and password."""
    given = {"email": email, "password": PASSWORD}
    shopper.post(f"{SHOP}/session/password", json=given).raise_for_status()


def put_into_cart(shopper: httpx.Client, sku: dict[str, Any], quantity: int = 1) -> None:
    """Put a variant into the cart."""
    [item] = items_of(sku, quantity)
    shopper.post(f"{SHOP}/cart/lines", json=item).raise_for_status()


def cart(shopper: httpx.Client) -> dict[str, int]:
    """Tell how many units of each variant the cart holds."""
    shown = shopper.get(f"{SHOP}/cart").raise_for_status().json()
    return {line["sku_id"]: line["quantity"] for line in shown["lines"]}


def available(console: httpx.Client, sku: dict[str, Any]) -> int:
    """Tell how many units of a variant can be bought now."""
    return int(_shelf(console, sku)["available"])


def leave_on_shelf(console: httpx.Client, sku: dict[str, Any], units: int) -> None:
    """Change the shelf until just so many units of a variant can be bought."""
    shelf = _shelf(console, sku)
    more = units - shelf["available"]
    if more:
        change = {"sku_id": sku["id"], "location_id": shelf["location_id"], "units": more}
        wanted = {"kind": "adjust", "changes": [change]}
        key = {"Idempotency-Key": uuid4().hex}
        moved = console.post(f"{CONSOLE}/stock/adjustments", json=wanted, headers=key)
        assert moved.status_code == 200, moved.text


def _shelf(console: httpx.Client, sku: dict[str, Any]) -> dict[str, Any]:
    """Look at the one location of the demo that sells online."""
    locations = console.get(f"{CONSOLE}/locations").raise_for_status().json()
    [online] = [one["id"] for one in locations if one["sells_online"]]
    asked = {"sku_id": sku["id"]}
    stock = console.get(f"{CONSOLE}/stock", params=asked).raise_for_status().json()
    return next(one for one in stock if one["location_id"] == online)


def set_price(console: httpx.Client, sku: dict[str, Any], price_minor: int) -> None:
    """Set what a variant costs."""
    wanted = {"prices": [{"sku_id": sku["id"], "price_minor": price_minor}]}
    console.put(f"{CONSOLE}/prices", json=wanted).raise_for_status()


def change_rows(mall: OpenMall, statement: str, *values: object) -> None:
    """Turn clocks where there is no button for it: change rows of the mall's own database."""
    with Cluster.of(mall.data).connect("mall") as connection:
        changed = connection.execute(statement.encode(), values).rowcount
        assert changed > 0, "nothing was changed"


class Provider:
    """The other side of demo pay, as drills and tests control it."""

    def __init__(self, mall: OpenMall) -> None:
        """Reach it beside the mall."""
        self._control = httpx.Client(base_url=f"http://127.0.0.1:{mall.port + 1}/control")

    def trades(self, number: str) -> list[dict[str, Any]]:
        """List the payments that it knows of an order, the oldest first."""
        found = [one for one in self._ledger()["trade"] if one["subject"] == number]
        return sorted(found, key=lambda one: one["created_at"])

    def refunds(self, number: str) -> list[int]:
        """List the amounts that it sent back, or will, for an order."""
        trades = {one["out_trade_no"] for one in self.trades(number)}
        found = [one for one in self._ledger()["refund"] if one["out_trade_no"] in trades]
        return [one["amount_minor"] for one in found if one["state"] != "failed"]

    def notices(self, number: str) -> list[dict[str, Any]]:
        """List what it has told, or will tell, of an order's payments."""
        trades = [one["out_trade_no"] for one in self.trades(number)]
        return [
            one
            for one in self._ledger()["notice"]
            if any(trade in one["body"] for trade in trades) and "refund." not in one["body"]
        ]

    def pay(self, number: str, fault: str = "", seconds: float = 0) -> None:
        """Pay the newest payment of an order, as a fault has it."""
        trade = self.trades(number)[-1]
        wanted = {"fault": fault, "seconds": seconds}
        self._do("pay", merchant=trade["merchant"], out_trade_no=trade["out_trade_no"], **wanted)

    def order_fault(self, kind: str, count: int = 1) -> None:
        """Have a fault happen to whoever comes next."""
        self._do("faults", kind=kind, count=count)

    def set_clock_ahead(self, seconds: float) -> None:
        """Move its clock; negative: back."""
        self._do("clock", advance_seconds=seconds)

    def _do(self, what: str, **asked: Any) -> None:
        self._control.post(f"/{what}", json=asked).raise_for_status()

    def _ledger(self) -> dict[str, list[dict[str, Any]]]:
        return self._control.get("/ledger").raise_for_status().json()
