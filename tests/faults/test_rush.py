"""T-05: very many want one of a hundred, at the same moment, of a mall that many processes serve.

``MALL_RUSH_BUYERS=10000`` lets more of them come; ``MALL_RUSH_PER_SECOND=1000`` lets so many come
each second instead of all at once.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.faults.at_once import Ask, Told, at_once, make_room_for
from tests.faults.buyer import Buyer
from tests.faults.checker import Diary, table
from tests.faults.conftest import WEB_PROCESSES
from tests.faults.goods import CONSOLE, SHOP, Goods, ask, key, put_on_shelf, wanted
from tests.faults.settling import broken, held, let_time_to_pay_pass, settled, wait_until
from tests.faults.standing import Standing
from tests.proving.notes import note

UNITS, PAYING = 100, 60  # what is left is cancelled in one round of the worker
BUYERS = int(os.environ.get("MALL_RUSH_BUYERS") or 1_500)
PER_SECOND = float(os.environ.get("MALL_RUSH_PER_SECOND") or 0)


def stock_of(console: httpx.Client, goods: Goods) -> dict[str, Any]:
    found = ask(console, "GET", f"{CONSOLE}/stock", params={"sku_id": goods.sku_id})
    return next(one for one in found if one["location_id"] == goods.location_id)


async def rush(mall: Standing, order: dict[str, Any], buyers: int, name: str) -> list[Told]:
    """Let everybody order, each a stranger with a connection of their own; it is all written."""
    make_room_for(buyers)
    gap = 1 / PER_SECOND if PER_SECOND else 0.0
    asks = [
        Ask("POST", f"{SHOP}/orders", order, key(), after=number * gap) for number in range(buyers)
    ]
    diary = Diary(mall.history, name)
    begun = [
        diary.begin("place", "north.localhost", key=one.headers["Idempotency-Key"]) for one in asks
    ]
    answered = await at_once(mall, "north", asks)
    for entry, told in zip(begun, answered, strict=True):
        diary.end(entry, told.status, told.json if told.status < 400 else None)
    return answered


def figures(answered: list[Told]) -> str:
    seconds = sorted(one.seconds for one in answered)
    took = max(seconds) + (len(answered) / PER_SECOND if PER_SECOND else 0)
    p50, p99 = (seconds[int(len(seconds) * part)] * 1000 for part in (0.5, 0.99))
    return (
        f"{len(answered)} buyers in {took:.2f} s, {len(answered) / took:.0f}/s,"
        f" p50 {p50:.0f} ms, p99 {p99:.0f} ms, slowest {seconds[-1] * 1000:.0f} ms"
    )


def check_that_sold(answered: list[Told], units: int) -> dict[str, Told]:
    """Check that just so many were sold and everybody else was told why not; give the orders."""
    statuses = Counter(one.status for one in answered)
    assert statuses == {201: units, 409: len(answered) - units}
    assert {one.code for one in answered if one.status == 409} == {"inventory.out_of_stock"}
    orders = {str(one.json["number"]): one for one in answered if one.status == 201}
    assert len(orders) == units
    assert len({one.token for one in answered}) == len(answered)  # all are strangers
    return orders


def pay(mall: Standing, number: str, token: str) -> None:
    """Pay an order with the session that placed it, and wait until the mall knows."""
    browser = mall.browser("north", {"Authorization": f"Bearer {token}"})
    buyer = Buyer(browser, Diary(mall.history, f"pays-{number}"), "north.localhost")
    assert buyer.pay(number).status_code == 303
    buyer.wait_until_paid(number, at_most=30)


async def test_a_hundred_units_are_sold_to_a_rush_once_and_what_is_not_paid_is_sold_again(
    wide: Standing,
) -> None:
    console = wide.operator("north")
    assert len(wide.processes("web")) == WEB_PROCESSES
    goods = put_on_shelf(console, "一百件", units=UNITS)
    order = wanted(wide.browser("north"), goods)

    answered = await rush(wide, order, BUYERS, "rush")

    note("T-05", f"{UNITS} units: {figures(answered)}")
    orders = check_that_sold(answered, UNITS)
    stock = stock_of(console, goods)
    assert (stock["on_hand"], stock["held"], stock["available"]) == (UNITS, UNITS, 0)
    shown = ask(wide.browser("north"), "GET", f"{SHOP}/products/{goods.slug}")
    assert [sku["available"] for sku in shown["skus"]] == [0]

    with ThreadPoolExecutor(8) as payers:
        numbers = list(orders)[:PAYING]
        list(payers.map(pay, [wide] * PAYING, numbers, [orders[one].token for one in numbers]))
    let_time_to_pay_pass(wide)
    left = UNITS - PAYING
    wait_until(lambda: stock_of(console, goods)["available"] == left)

    again = await rush(wide, order, left * 3, "rush-again")

    note("T-05", f"again, {left} units: {figures(again)}")
    check_that_sold(again, left)
    stock = stock_of(console, goods)
    promises = stock["on_hand"], stock["allocated"], stock["held"], stock["available"]
    assert promises == (UNITS, PAYING, left, 0)
    verdicts = settled(wide)
    print(table(verdicts))
    assert broken(verdicts) == {}
    assert held(verdicts) >= {"I1", "I2", "I3", "I4", "I9"}
