"""Two hundred want one of fifty, at the same moment."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from tests.faults.checker import Diary, table
from tests.faults.goods import CONSOLE, SHOP, Goods, ask, key, put_on_shelf, wanted
from tests.faults.settling import broken, held, settled
from tests.faults.standing import Standing

UNITS, BUYERS = 50, 200


def stock_of(console: httpx.Client, goods: Goods) -> dict[str, Any]:
    found = ask(console, "GET", f"{CONSOLE}/stock", params={"sku_id": goods.sku_id})
    return next(one for one in found if one["location_id"] == goods.location_id)


async def rush(mall: Standing, order: dict[str, Any]) -> list[httpx.Response]:
    """Let everybody order at once, each a stranger with a connection of their own."""
    limits = httpx.Limits(max_connections=BUYERS)
    host = {"Host": f"north.localhost:{mall.port}"}
    address = f"http://127.0.0.1:{mall.port}"
    async with httpx.AsyncClient(
        base_url=address, headers=host, limits=limits, timeout=60
    ) as client:
        gate, diary = asyncio.Event(), Diary(mall.history, "rush")

        async def buy() -> httpx.Response:
            await gate.wait()
            header = key()
            entry = diary.begin("place", "north.localhost", key=header["Idempotency-Key"])
            answer = await client.post(f"{SHOP}/orders", json=order, headers=header)
            diary.end(entry, answer.status_code, answer.json() if answer.is_success else None)
            return answer

        buyers = [asyncio.create_task(buy()) for _ in range(BUYERS)]
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*buyers)


async def test_two_hundred_buyers_of_fifty_units_make_fifty_orders_and_all_are_answered(
    standing: Standing,
) -> None:
    console = standing.operator("north")
    goods = put_on_shelf(console, "五十件", units=UNITS)
    assert stock_of(console, goods)["available"] == UNITS

    order = wanted(standing.browser("north"), goods)
    answered = await rush(standing, order)

    assert Counter(one.status_code for one in answered) == {201: UNITS, 409: BUYERS - UNITS}
    assert {one.json()["code"] for one in answered if one.status_code == 409} == {
        "inventory.out_of_stock"
    }
    assert len({one.cookies["mall_shopper"] for one in answered}) == BUYERS  # all are strangers
    numbers = {one.json()["number"] for one in answered if one.status_code == 201}
    assert len(numbers) == UNITS

    stock = stock_of(console, goods)
    assert (stock["on_hand"], stock["held"], stock["available"]) == (UNITS, UNITS, 0)
    shown = ask(standing.browser("north"), "GET", f"{SHOP}/products/{goods.slug}")
    assert [sku["available"] for sku in shown["skus"]] == [0]
    with standing.database() as rows:
        found = rows.execute(
            'SELECT o.number, l.quantity FROM orders."order" o JOIN orders.line l'
            " ON (l.tenant_id, l.order_id) = (o.tenant_id, o.id) WHERE l.sku_id = %s",
            [goods.sku_id],
        ).fetchall()
    assert {number for number, _ in found} == numbers
    assert sum(quantity for _, quantity in found) == UNITS
    verdicts = settled(standing)
    print(table(verdicts))
    assert broken(verdicts) == {}
    assert held(verdicts) >= {"I1", "I2", "I4", "I9"}
