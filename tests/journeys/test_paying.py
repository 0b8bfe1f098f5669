"""Money that does not come the ordinary way, against every process of a real mall.

Whatever a provider does, an order is paid once or not at all, and what buys nothing goes back.
"""

from typing import Any

import httpx
import pytest

from tests.conftest import OpenMall
from tests.journeys.acts import (
    CONSOLE,
    PASSWORD,
    SHOP,
    Provider,
    available,
    become_member,
    cart,
    change_rows,
    items_of,
    leave_on_shelf,
    operator,
    order,
    pay,
    place,
    put_into_cart,
    quoted,
    sign_in,
    sku_of,
    start_paying,
    state,
    told,
)
from tests.waiting import eventually

SLUG = "over-ear"
TIME_TO_ASK = "UPDATE payments.attempt SET next_poll_at = now() WHERE subject = %s"
TIME_IS_UP = 'UPDATE orders."order" SET pay_by = now() WHERE number = %s'


@pytest.fixture
def shopper(mall: OpenMall) -> httpx.Client:
    return mall.shopper()


@pytest.fixture
def provider(mall: OpenMall) -> Provider:
    return Provider(mall)


def begun(shopper: httpx.Client, sku: dict[str, Any] | None = None, quantity: int = 1) -> str:
    """Order something and stand before the cashier; gives the order's number."""
    number = order(shopper, sku or sku_of(shopper, SLUG), quantity)["number"]
    assert start_paying(shopper, number) is not None
    return number


def times(shopper: httpx.Client, number: str, kind: str) -> int:
    """Count how often something has happened to an order."""
    return sum(one["kind"] == kind for one in told(shopper, number)["timeline"])


def cancelled(shopper: httpx.Client, number: str) -> None:
    shopper.post(f"{SHOP}/orders/{number}/cancel").raise_for_status()
    eventually(lambda: state(shopper, number) == "cancelled")


def test_however_the_word_of_a_payment_travels_the_order_is_paid_once(
    mall: OpenMall, shopper: httpx.Client, provider: Provider
) -> None:
    kinds = ("late", "lost", "duplicate", "out_of_order")
    numbers = {kind: begun(shopper) for kind in kinds}
    for kind, number in numbers.items():
        provider.pay(number, kind, seconds=60)
    for kind in ("late", "lost"):  # of these nobody tells: the mall asks
        change_rows(mall, TIME_TO_ASK, numbers[kind])
    for number in numbers.values():
        eventually(lambda number=number: state(shopper, number) == "paid")
    provider.set_clock_ahead(60)
    try:
        late = numbers["late"]
        eventually(lambda: [one["last"] for one in provider.notices(late)] == ["200"])
    finally:
        provider.set_clock_ahead(-60)
    assert [one["last"] for one in provider.notices(numbers["duplicate"])] == ["200"] * 3
    assert provider.notices(numbers["lost"]) == []
    for number in numbers.values():
        seen = told(shopper, number)
        assert seen["order"]["paid_minor"] == seen["order"]["payable_minor"]
        assert (seen["order"]["state"], seen["refunds"]) == ("paid", [])
        assert times(shopper, number, "pay") == 1
        assert provider.refunds(number) == []


def test_a_forged_notice_pays_nothing_and_the_honest_payment_still_does(
    mall: OpenMall, shopper: httpx.Client, provider: Provider
) -> None:
    number = begun(shopper)
    provider.pay(number, "forged")
    eventually(lambda: [one["last"] for one in provider.notices(number)] != [""])
    [forged] = provider.notices(number)
    assert forged["last"] == "401" and state(shopper, number) == "unpaid"

    unsigned = shopper.post("/callbacks/payments/demo_pay", content=forged["body"])
    assert unsigned.status_code == 401 and state(shopper, number) == "unpaid"

    pay(shopper, number)
    eventually(lambda: state(shopper, number) == "paid")
    assert times(shopper, number, "pay") == 1


def test_a_wrong_amount_goes_back_and_the_order_waits_for_the_right_one(
    shopper: httpx.Client, provider: Provider
) -> None:
    number = begun(shopper)
    payable = told(shopper, number)["order"]["payable_minor"]
    provider.pay(number, "wrong_amount")
    eventually(lambda: provider.refunds(number) == [payable - 1])
    assert state(shopper, number) == "unpaid"
    pay(shopper, number)
    eventually(lambda: state(shopper, number) == "paid")
    assert [one["paid_minor"] for one in provider.trades(number)] == [payable - 1, payable]
    assert provider.refunds(number) == [payable - 1]


def test_who_pays_twice_gets_the_second_payment_back(
    mall: OpenMall, shopper: httpx.Client, provider: Provider
) -> None:
    number, console = begun(shopper), operator(mall)
    payable = told(shopper, number)["order"]["payable_minor"]
    for minor in (payable - 500, payable):  # the first payment is closed, a second one begun
        price = {"payable_minor": minor}
        console.post(f"{CONSOLE}/orders/{number}/price", json=price).raise_for_status()
    assert start_paying(shopper, number) is not None
    provider.pay(number, "double")
    eventually(lambda: provider.refunds(number) == [payable])
    eventually(lambda: state(shopper, number) == "paid")
    assert [one["paid_minor"] for one in provider.trades(number)] == [payable, payable]
    assert told(shopper, number)["order"]["paid_minor"] == payable
    assert times(shopper, number, "pay") == 1


def test_paying_again_what_is_paid_takes_no_money(
    shopper: httpx.Client, provider: Provider
) -> None:
    number = begun(shopper)
    pay_url = start_paying(shopper, number)
    assert pay_url is not None and pay_url == start_paying(shopper, number)
    for _ in range(2):
        assert httpx.post(pay_url, data={"method": "alipay"}).status_code == 303
    eventually(lambda: state(shopper, number) == "paid")
    refused = shopper.post(f"{SHOP}/orders/{number}/pay", json={})
    assert refused.status_code == 409
    assert len(provider.trades(number)) == 1 and len(provider.notices(number)) == 1


def test_a_provider_that_does_not_answer_is_asked_again_under_the_same_number(
    shopper: httpx.Client, provider: Provider
) -> None:
    number = order(shopper, sku_of(shopper, SLUG))["number"]
    provider.order_fault("unknown")
    assert start_paying(shopper, number) is None

    def newest() -> dict[str, Any]:
        return shopper.get(f"{SHOP}/orders/{number}/payment").json()["newest"]

    eventually(lambda: newest()["pay_url"] is not None)
    assert len(provider.trades(number)) == 1
    assert httpx.post(newest()["pay_url"], data={"method": "wechat"}).status_code == 303
    eventually(lambda: state(shopper, number) == "paid")


def test_an_order_that_is_paid_while_it_is_cancelled_stays_a_paid_order(
    shopper: httpx.Client, provider: Provider
) -> None:
    number = begun(shopper)
    provider.pay(number, "lost")
    closing = shopper.post(f"{SHOP}/orders/{number}/cancel").raise_for_status().json()
    assert (closing["state"], closing["closing"]) == ("unpaid", True)
    eventually(lambda: state(shopper, number) == "paid")
    assert provider.refunds(number) == [] and times(shopper, number, "cancel") == 0

    shopper.post(f"{SHOP}/orders/{number}/cancel").raise_for_status()  # now that it is paid
    paid = told(shopper, number)["order"]["paid_minor"]
    eventually(lambda: [one["state"] for one in told(shopper, number)["refunds"]] == ["succeeded"])
    assert provider.refunds(number) == [paid]


def test_an_order_that_nobody_pays_ends_and_can_never_be_paid(
    mall: OpenMall, shopper: httpx.Client, provider: Provider
) -> None:
    console, sku = operator(mall), sku_of(shopper, SLUG)
    before = available(console, sku)
    number = begun(shopper, sku)
    pay_url = start_paying(shopper, number)
    assert pay_url is not None and available(console, sku) == before - 1
    change_rows(mall, TIME_IS_UP, number)
    eventually(lambda: state(shopper, number) == "cancelled")
    assert told(shopper, number)["order"]["cancel_reason"] == "timeout"
    assert [one["state"] for one in provider.trades(number)] == ["closed"]
    assert available(console, sku) == before
    httpx.post(pay_url, data={"method": "wechat"})
    assert [one["paid_minor"] for one in provider.trades(number)] == [None]
    assert shopper.post(f"{SHOP}/orders/{number}/pay", json={}).status_code == 409


def test_money_after_the_end_brings_the_order_back_while_there_are_goods(
    mall: OpenMall, shopper: httpx.Client, provider: Provider
) -> None:
    console, sku = operator(mall), sku_of(shopper, SLUG)
    before = available(console, sku)
    number = begun(shopper, sku)
    cancelled(shopper, number)
    provider.pay(number, "after_close")
    eventually(lambda: state(shopper, number) == "paid")
    assert times(shopper, number, "revive") == 1 and provider.refunds(number) == []
    assert available(console, sku) == before - 1


def test_money_after_the_end_goes_back_when_the_goods_are_gone(
    mall: OpenMall, shopper: httpx.Client, provider: Provider
) -> None:
    console, sku = operator(mall), sku_of(shopper, "frame-purse", "vermilion")
    leave_on_shelf(console, sku, 1)
    number = begun(shopper, sku)
    payable = told(shopper, number)["order"]["payable_minor"]
    cancelled(shopper, number)
    taker = mall.shopper()
    taken = begun(taker, sku)
    provider.pay(number, "after_close")
    eventually(lambda: provider.refunds(number) == [payable])
    seen = told(shopper, number)
    assert (seen["order"]["state"], seen["order"]["paid_minor"]) == ("cancelled", 0)
    pay(taker, taken)
    eventually(lambda: state(taker, taken) == "paid")


def test_a_refund_that_fails_is_shown_and_tried_again_without_paying_twice(
    mall: OpenMall, shopper: httpx.Client, provider: Provider
) -> None:
    number = begun(shopper, quantity=2)
    pay(shopper, number)
    eventually(lambda: state(shopper, number) == "paid")
    provider.order_fault("refund_failed")
    shopper.post(f"{SHOP}/orders/{number}/cancel").raise_for_status()

    def refunds() -> list[str]:
        return [one["state"] for one in told(shopper, number)["refunds"]]

    eventually(lambda: refunds() == ["failed"])
    console = operator(mall)
    [failed] = told(shopper, number)["refunds"]
    again = console.post(f"{CONSOLE}/payments/refunds/{failed['id']}/retry")
    assert again.is_success, again.text
    eventually(lambda: refunds() == ["succeeded"])
    assert provider.refunds(number) == [told(shopper, number)["order"]["paid_minor"]]


def test_a_session_that_ends_at_the_checkout_loses_no_goods_and_orders_nothing(
    mall: OpenMall, shopper: httpx.Client
) -> None:
    email, sku = become_member(shopper), sku_of(shopper, SLUG)
    put_into_cart(shopper, sku, 2)
    address = {"name": "林小满", "phone": "13800138000", "region_code": "440305", "detail": "1 号"}
    saved = shopper.post(f"{SHOP}/me/addresses", json=address).raise_for_status().json()
    asked = {"address_id": saved["id"]}
    quote = shopper.post(f"{SHOP}/checkout/quote", json=asked).raise_for_status().json()
    wanted = {"payable_minor": quote["payable_minor"], "address_id": saved["id"]}
    end = "UPDATE members.session SET expires_at = now() FROM members.member m WHERE"
    change_rows(mall, f"{end} m.id = session.member_id AND m.email = %s", email)

    def refused() -> bool:  # a session is remembered for a second
        key = {"Idempotency-Key": "an-ended-session"}
        answer = shopper.get(f"{SHOP}/me")
        return (
            answer.status_code == 401
            and not shopper.post(f"{SHOP}/orders", json=wanted, headers=key).is_success
        )

    eventually(refused)
    sign_in(shopper, email)
    assert shopper.get(f"{SHOP}/orders").json()["items"] == []
    key = {"Idempotency-Key": "a-session-that-lives"}
    placed = shopper.post(f"{SHOP}/orders", json=wanted, headers=key)
    assert placed.status_code == 201, placed.text
    assert shopper.get(f"{SHOP}/cart").json()["lines"] == []


def test_the_last_unit_is_refused_to_the_second_by_name(mall: OpenMall) -> None:
    first, second = mall.shopper(), mall.shopper()
    sku = sku_of(first, "air-buds", "charcoal")
    leave_on_shelf(operator(mall), sku, 1)
    payable = quoted(second, items_of(sku))
    assert place(first, items_of(sku), payable).status_code == 201
    refused = place(second, items_of(sku), payable)
    assert refused.status_code == 409
    assert refused.json()["code"] == "inventory.out_of_stock"
    assert refused.json()["fields"] == {"sku_id": sku["id"], "asked": 1, "available": 0}


def test_a_guests_cart_joins_the_members_own_when_they_sign_in(mall: OpenMall) -> None:
    at_home, on_the_way = mall.shopper(), mall.shopper()
    email = become_member(at_home)
    dress, flask = sku_of(at_home, "linen-blend-dress"), sku_of(at_home, "steel-thermos")
    put_into_cart(at_home, dress)
    put_into_cart(on_the_way, dress, 2)
    put_into_cart(on_the_way, flask)
    wrong = {"email": email, "password": f"not {PASSWORD}"}
    assert on_the_way.post(f"{SHOP}/session/password", json=wrong).status_code == 401
    sign_in(on_the_way, email)
    for one in (on_the_way, at_home):
        assert cart(one) == {dress["id"]: 3, flask["id"]: 1}
