"""Something to sell: one product with one SKU, put on the shelf over the console API."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

SHOP, CONSOLE = "/api/shop/v1", "/api/console/v1"
REGION = "440305"
_HEARD_WITHIN = 3.0  # seconds
SHIP_TO = {"name": "林小满", "phone": "13800138000", "region_code": REGION, "detail": "科苑路 1 号"}


@dataclass(frozen=True)
class Goods:
    """What was put on the shelf, by the names that the API uses."""

    product_id: str
    slug: str
    sku_id: str
    location_id: str
    category_id: str
    template_id: str


def key() -> dict[str, str]:
    """Make a fresh idempotency key."""
    return {"Idempotency-Key": uuid4().hex}


def ask(client: httpx.Client, method: str, path: str, **given: Any) -> Any:
    """Ask, and give what is answered; a refusal is told with its text."""
    answer = client.request(method, path, **given)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
    return answer.json() if answer.content else None


def put_on_shelf(
    console: httpx.Client, title: str, *, units: int, price_minor: int = 1990
) -> Goods:
    """Sell something new, with exactly ``units`` in stock."""
    titles, mark = {"zh-CN": title, "en": title}, uuid4().hex[:12]
    tariff = {"first_units": 1, "first_fee_minor": 800, "step_units": 1, "step_fee_minor": 200}
    template = {"title": titles, "measure": "pieces", "tariffs": [tariff]}
    template_id = ask(console, "POST", f"{CONSOLE}/freight-templates", json=template)["id"]
    shelf = {"slug": f"shelf-{mark}", "title": titles}
    category_id = ask(console, "POST", f"{CONSOLE}/categories", json=shelf)["id"]
    place = {"code": f"place-{mark}", "title": titles}
    location_id = ask(console, "POST", f"{CONSOLE}/locations", json=place)["id"]
    draft = {
        "title": titles,
        "slug": f"thing-{mark}",
        "category_id": category_id,
        "skus": [{"code": f"thing-{mark}", "weight_grams": 300}],
        "freight_template_id": template_id,
    }
    product = ask(console, "POST", f"{CONSOLE}/products", json=draft)
    sku_id = product["skus"][0]["id"]
    price = {"sku_id": sku_id, "price_minor": price_minor}
    ask(console, "PUT", f"{CONSOLE}/prices", json={"prices": [price]})
    goods = Goods(product["id"], product["slug"], sku_id, location_id, category_id, template_id)
    receive(console, goods, units)
    ask(console, "POST", f"{CONSOLE}/products/{goods.product_id}/publish")
    return goods


def receive(console: httpx.Client, goods: Goods, units: int) -> None:
    """Put more on the shelf."""
    change = {"sku_id": goods.sku_id, "location_id": goods.location_id, "units": units}
    wanted = {"kind": "receive", "changes": [change]}
    ask(console, "POST", f"{CONSOLE}/stock/adjustments", json=wanted, headers=key())


def wanted(client: httpx.Client, goods: Goods, quantity: int = 1) -> dict[str, Any]:
    """Ask what an order costs, and write it."""
    items = [{"sku_id": goods.sku_id, "quantity": quantity}]
    return {"items": items, "payable_minor": payable(client, items), "ship_to": SHIP_TO}


def payable(client: httpx.Client, items: Sequence[dict[str, Any]] | None) -> int:
    """Ask what items cost with delivery; None: what is in the cart.

    Another process may have heard a moment ago what has been put on the shelf just now.
    """
    deadline, asked = time.monotonic() + _HEARD_WITHIN, {"items": items, "region_code": REGION}
    while True:
        quote = ask(client, "POST", f"{SHOP}/checkout/quote", json=asked)
        if quote["freight_minor"] is not None or time.monotonic() > deadline:
            return int(quote["payable_minor"])
        time.sleep(0.1)
