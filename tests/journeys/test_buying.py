"""From wanting to having, over the API, against every process of a real mall."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.conftest import OpenMall
from tests.journeys.acts import (
    CONSOLE,
    SHIP_TO,
    SHOP,
    operator,
    order,
    pay,
    sku_of,
    state,
)
from tests.waiting import eventually


def test_find_buy_pay_ship_receive_and_give_a_part_back(mall: OpenMall) -> None:
    shopper = mall.shopper()
    found = shopper.get(f"{SHOP}/products", params={"q": "耳机"}).json()
    assert found["total"] > 0
    sku = sku_of(shopper, found["items"][0]["slug"])
    placed = order(shopper, sku, 2)
    number = placed["number"]
    pay(shopper, number)
    eventually(lambda: state(shopper, number) == "paid")

    console = operator(mall)
    parcel = {"carrier": "sf", "tracking_no": "SF1234567890123"}
    assert console.post(f"{CONSOLE}/orders/{number}/parcels", json=parcel).status_code == 201
    assert shopper.post(f"{SHOP}/orders/{number}/receive").json()["state"] == "received"

    back = {"lines": [{"line_no": 1, "quantity": 1}], "reason": "拍错"}
    key = {"Idempotency-Key": uuid4().hex}
    asked = console.post(f"{CONSOLE}/orders/{number}/refunds", json=back, headers=key)
    again = console.post(f"{CONSOLE}/orders/{number}/refunds", json=back, headers=key)
    assert asked.status_code == 201 and asked.json() == again.json()

    def refunded() -> bool:
        refunds = shopper.get(f"{SHOP}/orders/{number}/refunds").json()
        return [one["state"] for one in refunds] == ["succeeded"]

    eventually(refunded)
    assert state(shopper, number) == "received"


def test_the_last_units_go_to_those_who_came_first_and_everyone_is_answered(
    mall: OpenMall,
) -> None:
    looker = mall.shopper("tea")
    listed = looker.get(f"{SHOP}/products", params={"limit": 100}).json()["items"]
    slugs = [one["slug"] for one in listed if not one["sold_out"]]
    scarce = next(
        sku
        for slug in slugs
        for sku in looker.get(f"{SHOP}/products/{slug}").json()["skus"]
        if 2 <= sku["available"] <= 40
    )
    items = [{"sku_id": scarce["id"], "quantity": 1}]
    asked = {"items": items, "region_code": SHIP_TO["region_code"]}
    payable = looker.post(f"{SHOP}/checkout/quote", json=asked).json()["payable_minor"]

    def buy(_: int) -> int:
        wanted = {"items": items, "payable_minor": payable, "ship_to": SHIP_TO}
        key = {"Idempotency-Key": uuid4().hex}
        with mall.shopper("tea") as buyer:
            return buyer.post(f"{SHOP}/orders", json=wanted, headers=key).status_code

    buyers = scarce["available"] + 20
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(buy, range(buyers)))
    assert answers.count(201) == scarce["available"]
    assert answers.count(409) == 20


def test_a_price_that_moved_is_answered_with_the_new_quote(mall: OpenMall) -> None:
    shopper = mall.shopper()
    sku = sku_of(shopper, "linen-blend-dress")
    wanted = {
        "items": [{"sku_id": sku["id"], "quantity": 1}],
        "payable_minor": 1,
        "ship_to": SHIP_TO,
    }
    refused = shopper.post(f"{SHOP}/orders", json=wanted, headers={"Idempotency-Key": uuid4().hex})
    assert refused.status_code == 409 and refused.json()["code"] == "checkout.price_moved"
    assert refused.json()["fields"]["quote"]["goods_minor"] == sku["price_minor"]


def test_a_cancelled_order_gives_its_stock_back_and_cannot_be_paid(mall: OpenMall) -> None:
    shopper = mall.shopper()
    sku = sku_of(shopper, "steel-thermos")
    number = order(shopper, sku)["number"]
    shopper.post(f"{SHOP}/orders/{number}/cancel").raise_for_status()
    eventually(lambda: state(shopper, number) == "cancelled")
    refused = shopper.post(f"{SHOP}/orders/{number}/pay", json={})
    assert refused.status_code == 409 and refused.json()["code"] == "orders.wrong_state"


def test_an_order_of_somebody_else_does_not_exist(mall: OpenMall) -> None:
    shopper, stranger, other_mall = mall.shopper(), mall.shopper(), mall.shopper("tea")
    number = order(shopper, sku_of(shopper, "steel-thermos"))["number"]
    stranger.post(f"{SHOP}/cart/selection", json={"selected": True})
    for one in (stranger, other_mall):
        assert one.get(f"{SHOP}/orders/{number}").status_code == 404
        assert one.post(f"{SHOP}/orders/{number}/cancel").status_code == 404
    assert operator(mall, "tea").get(f"{CONSOLE}/orders/{number}").status_code == 404
    assert state(shopper, number) == "unpaid"
