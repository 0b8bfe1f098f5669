"""T-20: what there is only so much of is never given out more often, whoever asks at once.

Many processes serve, and whoever writes hesitates (``pauses``) after having read. A round is asked
again with fresh things; ``MALL_RACE_ROUNDS=100`` asks for longer.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Generator
from typing import Any

import httpx
import pytest

from tests.faults.at_once import Ask, Told, at_once
from tests.faults.buyer import Buyer
from tests.faults.checker import table
from tests.faults.goods import (
    CONSOLE,
    SHIP_TO,
    SHOP,
    Goods,
    ask,
    key,
    payable,
    put_on_shelf,
    wanted,
)
from tests.faults.notified import begun, effects, goods_of
from tests.faults.pauses import pauses
from tests.faults.settling import broken, held, let_time_to_pay_pass, settled, wait_until
from tests.faults.standing import Standing

ROUNDS = int(os.environ.get("MALL_RACE_ROUNDS") or 3)
CROWD = 40
CODE_TRIES, CODES_FROM_ONE_PLACE = 5, 100  # of mall.members.rules, an hour
ORDERS, FORGET = f"{SHOP}/orders", "DELETE FROM kernel.attempt"


@pytest.fixture(scope="module")
def hesitant(wide: Standing) -> Generator[Standing]:
    """Give a mall where everybody hesitates; in the end it must be right in every respect."""
    with pauses(wide):
        yield wide
    let_time_to_pay_pass(wide)
    verdicts = settled(wide)
    print(table(verdicts))
    assert broken(verdicts) == {}
    assert held(verdicts) >= {"I1", "I2", "I3", "I4", "I8", "I9", "I11"}


@pytest.fixture(scope="module")
def console(wide: Standing) -> httpx.Client:
    return wide.operator("north")


def statuses(answered: list[Told]) -> Counter[int]:
    """Count the answers; nobody may be told of a failure of ours."""
    assert all(one.status < 500 for one in answered), [one for one in answered if one.status >= 500]
    return Counter(one.status for one in answered)


def token_of(browser: httpx.Client) -> str:
    return str(browser.cookies["mall_shopper"])


def change_rows(mall: Standing, statement: str) -> None:
    with mall.database() as rows:
        rows.execute(statement.encode())


@pytest.mark.parametrize("round_", range(ROUNDS))
async def test_the_last_unit_is_sold_once(
    hesitant: Standing, console: httpx.Client, round_: int
) -> None:
    goods = put_on_shelf(console, f"最后一件 {round_}", units=1)
    order = wanted(hesitant.browser("north"), goods)

    answered = await at_once(
        hesitant, "north", [Ask("POST", ORDERS, order, key()) for _ in range(CROWD)]
    )

    assert statuses(answered) == {201: 1, 409: CROWD - 1}
    assert {one.code for one in answered} == {"", "inventory.out_of_stock"}
    assert goods_of(hesitant, goods) == (1, 1, 0)


def filled_cart(mall: Standing, goods: Goods) -> tuple[httpx.Client, dict[str, Any]]:
    """Give a visitor with two units in the cart, and the order of that cart."""
    visitor = mall.browser("north")
    ask(visitor, "POST", f"{SHOP}/cart/lines", json={"sku_id": goods.sku_id, "quantity": 2})
    return visitor, {"payable_minor": payable(visitor, None), "ship_to": SHIP_TO}


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("named", [False, True], ids=["the cart", "what the page showed of it"])
async def test_the_same_cart_checked_out_with_different_keys_is_bought_once(
    hesitant: Standing, console: httpx.Client, round_: int, named: bool
) -> None:
    goods = put_on_shelf(console, f"购物车 {round_}", units=200)
    visitor, order = filled_cart(hesitant, goods)
    if named:
        order |= {"items": [{"sku_id": goods.sku_id, "quantity": 2}], "from_cart": True}
    token = token_of(visitor)

    answered = await at_once(
        hesitant, "north", [Ask("POST", ORDERS, order, key(), token) for _ in range(10)]
    )

    assert statuses(answered)[201] == 1, [one.body for one in answered]
    assert goods_of(hesitant, goods) == (200, 2, 0)
    assert ask(visitor, "GET", f"{SHOP}/cart")["lines"] == []


@pytest.mark.parametrize("round_", range(ROUNDS))
async def test_the_same_cart_checked_out_with_the_same_key_is_one_order_for_all_who_ask(
    hesitant: Standing, console: httpx.Client, round_: int
) -> None:
    goods = put_on_shelf(console, f"同一个键 {round_}", units=200)
    visitor, order = filled_cart(hesitant, goods)
    once, token = key(), token_of(visitor)

    answered = await at_once(
        hesitant, "north", [Ask("POST", ORDERS, order, once, token) for _ in range(10)]
    )

    assert statuses(answered) == {201: 10}, [one.body for one in answered]
    assert len({one.json["number"] for one in answered}) == 1
    assert goods_of(hesitant, goods) == (200, 2, 0)


def paid_order(mall: Standing, goods: Goods, name: str) -> tuple[Buyer, str]:
    """Buy two units and pay them."""
    buyer = Buyer.of(mall, "north", name)
    payment, _ = begun(mall, buyer, buyer.wish(goods, 2))
    assert buyer.pay(payment.number).status_code == 303
    wait_until(lambda: effects(mall, payment)["state"] == "paid")
    return buyer, payment.number


@pytest.mark.parametrize("same_key", [True, False], ids=["one key", "many keys"])
@pytest.mark.parametrize("round_", range(ROUNDS))
async def test_the_same_refund_asked_by_buyer_and_staff_at_once_is_given_once(
    hesitant: Standing, console: httpx.Client, round_: int, same_key: bool
) -> None:
    goods = put_on_shelf(console, f"退一次 {round_}", units=10)
    buyer, number = paid_order(hesitant, goods, f"refund-{round_}-{same_key}")
    everything = {"lines": [{"line_no": 1, "quantity": 2}], "reason": "race"}
    keys = [key()] * 10 if same_key else [key() for _ in range(10)]
    staff = {"Cookie": f"mall_staff={console.cookies['mall_staff']}"}
    token = token_of(buyer.browser)

    answered = await at_once(
        hesitant,
        "north",
        [
            *(Ask("POST", f"{ORDERS}/{number}/refunds", everything, one, token) for one in keys),
            *(
                Ask("POST", f"{CONSOLE}/orders/{number}/refunds", everything, one | staff)
                for one in keys
            ),
        ],
    )

    counted = statuses(answered)
    assert set(counted) == {201, 409}
    given = {one.json.get("id") or one.json["refund_id"] for one in answered if one.status == 201}
    assert len(given) == 1 and counted[201] == (10 if same_key else 1)
    with hesitant.database() as rows:
        [[asked, paid]] = rows.execute(
            "SELECT sum(r.amount_minor), max(o.paid_minor) FROM orders.refund r"
            ' JOIN orders."order" o ON (o.tenant_id, o.id) = (r.tenant_id, r.order_id)'
            " WHERE o.number = %s",
            [number],
        ).fetchall()
    assert asked == paid
    assert goods_of(hesitant, goods) == (10, 0, 0)


def code_of(mall: Standing, phone: str) -> str:
    """Read the newest code that was sent to a phone."""
    with mall.database() as rows:
        [[body]] = rows.execute(
            "SELECT body FROM messaging.message WHERE phone LIKE '%%' || %s AND template = 'code'"
            " ORDER BY written_at DESC LIMIT 1",
            [phone],
        ).fetchall()
    found = re.search(r"\d{6}", body)
    assert found, body
    return found[0]


def guess(phone: str, code: str) -> Ask:
    return Ask("POST", f"{SHOP}/session/code/verify", {"phone": phone, "code": code})


@pytest.mark.parametrize("round_", range(ROUNDS))
async def test_codes_are_sent_once_a_minute_tried_five_times_and_used_once(
    hesitant: Standing, round_: int
) -> None:
    change_rows(hesitant, FORGET)
    phone = f"139{time.time_ns() % 10**8:08d}"
    please = Ask("POST", f"{SHOP}/session/code", {"phone": phone})
    assert statuses(await at_once(hesitant, "north", [please] * 20)) == {202: 1, 429: 19}
    code = code_of(hesitant, phone)

    answered = await at_once(hesitant, "north", [guess(phone, code)] * 4)
    assert statuses(answered) == {200: 1, 422: 3}

    change_rows(hesitant, FORGET)
    assert statuses(await at_once(hesitant, "north", [please])) == {202: 1}
    code = code_of(hesitant, phone)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    guesses = [guess(phone, wrong)] * (CODE_TRIES * 4)
    assert statuses(await at_once(hesitant, "north", guesses)) == {422: CODE_TRIES * 4}
    with hesitant.database() as rows:
        tried = rows.execute(
            "SELECT tries FROM members.code WHERE destination LIKE '%%' || %s", [phone]
        ).fetchall()
    assert tried == [(CODE_TRIES * 4,)]  # not one got lost, so the sixth was not compared
    late = await at_once(hesitant, "north", [guess(phone, code)])
    assert statuses(late) == {422: 1}


async def test_one_place_may_try_a_hundred_codes_an_hour_however_many_come_at_once(
    hesitant: Standing,
) -> None:
    change_rows(hesitant, FORGET)
    strangers = [guess(f"137{number:08d}", "000000") for number in range(130)]
    answered = await at_once(hesitant, "north", strangers)
    assert statuses(answered) == {422: CODES_FROM_ONE_PLACE, 429: 30}
    assert {one.code for one in answered} == {"members.wrong_code", "members.too_many_tries"}
    change_rows(hesitant, FORGET)
