"""T-16: a genuine notification counts once, however often, how late and amid what it comes.

The notifications are those of the payment simulator, caught on their way to the mall.
"""

import asyncio
import json
from collections.abc import Generator
from itertools import chain

import httpx
import pytest

from tests.faults.at_once import Ask, at_once
from tests.faults.buyer import Buyer
from tests.faults.catching import Catcher, Caught
from tests.faults.checker import table
from tests.faults.goods import CONSOLE, SHOP, Goods, key, put_on_shelf
from tests.faults.notified import (
    Payment,
    ask_now,
    ask_refunds_later,
    begun,
    bring,
    delivery,
    effects,
    goods_of,
    paid_unheard,
    refund_all,
    worker_asleep,
)
from tests.faults.pauses import pauses
from tests.faults.settling import broken, let_time_to_pay_pass, settled, wait_until
from tests.faults.standing import Standing

AT_ONCE, IN_TURN, UNITS = 50, 10, 60
TAKEN = (200, b"success")
_25_HOURS = 25 * 3600


@pytest.fixture(scope="module")
def goods(wide: Standing) -> Goods:
    return put_on_shelf(wide.operator("north"), "重放", units=UNITS)


@pytest.fixture(scope="module")
def buyer(wide: Standing) -> Buyer:
    return Buyer.of(wide, "north", "replays")


@pytest.fixture(scope="module")
def provider(wide: Standing) -> Generator[httpx.Client]:
    """Give what drills control the simulator with."""
    with httpx.Client(base_url=f"http://127.0.0.1:{wide.port + 1}/control") as control:
        yield control


async def bring_often(mall: Standing, caught: Caught) -> None:
    """Bring a notification fifty times at once while everybody hesitates, then ten in turn."""
    with pauses(mall):
        answered = await bring(mall, caught, AT_ONCE)
    for _ in range(IN_TURN):
        answered += await bring(mall, caught, 1)
    assert {(one.status, one.body) for one in answered} == {TAKEN}


async def test_the_same_payment_told_sixty_times_is_one_payment(
    wide: Standing, catcher: Catcher, buyer: Buyer, goods: Goods
) -> None:
    payment, paid = paid_unheard(wide, catcher, buyer, buyer.wish(goods))

    with worker_asleep(wide):
        await bring_often(wide, paid)
        found = effects(wide, payment)
        assert (found["payments"], found["waiting"]) == (1, {"orders.take_payment": 1})
    wait_until(lambda: effects(wide, payment)["messages"] == {"paid": 1})
    await bring_often(wide, paid)

    found = effects(wide, payment)
    assert (found["state"], found["payments"], found["allocated"]) == ("paid", 1, 1)
    assert (found["timeline"], found["messages"]) == ({"pay": 1}, {"paid": 1})
    assert found["waiting"] == {} and found["paid_minor"] > 0


async def test_the_same_refund_told_sixty_times_is_one_refund(
    wide: Standing, catcher: Catcher, buyer: Buyer, goods: Goods
) -> None:
    before = goods_of(wide, goods)
    payment, paid = paid_unheard(wide, catcher, buyer, buyer.wish(goods))
    await bring(wide, paid, 1)
    wait_until(lambda: effects(wide, payment)["messages"] == {"paid": 1})
    with catcher.keeping():
        refund_all(wide.operator("north"), payment)
        back = catcher.wait_for("refund.succeeded", payment.out_no)
        ask_refunds_later(wide)

    with worker_asleep(wide):
        await bring_often(wide, back)
        assert effects(wide, payment)["waiting"] == {"orders.note_refund": 1}
    wait_until(lambda: effects(wide, payment)["messages"] == {"paid": 1, "refunded": 1})
    await bring_often(wide, back)
    await bring_often(wide, paid)  # and the payment does not come to life again

    found = effects(wide, payment)
    assert found["refunded_minor"] == found["paid_minor"] > 0
    assert (found["payments"], found["refunds"], found["allocated"]) == (1, 1, 0)
    assert found["timeline"] == {"pay": 1, "refunded": 1, "close": 1}
    assert found["messages"] == {"paid": 1, "refunded": 1}
    assert goods_of(wide, goods) == before


async def test_after_25_hours_a_copy_proves_nothing_and_the_providers_own_repetition_counts_once(
    wide: Standing, catcher: Catcher, buyer: Buyer, goods: Goods, provider: httpx.Client
) -> None:
    payment, paid = paid_unheard(wide, catcher, buyer, buyer.wish(goods))

    def said_again(hours_ago: float) -> Caught:
        """Have it said again at another time of the provider's clock."""
        seen = len(catcher.caught)
        provider.post("/clock", json={"advance_seconds": -hours_ago}).raise_for_status()
        try:
            told = {"id": json.loads(paid.body)["id"]}
            assert provider.post("/notices/resend", json=told).json() == {"notices": 1}
            return catcher.wait_for("trade.succeeded", payment.out_no, after=seen)
        finally:
            provider.post("/clock", json={"advance_seconds": hours_ago}).raise_for_status()

    with catcher.keeping():
        of_yesterday, of_now = said_again(_25_HOURS), said_again(0)
    assert of_yesterday.body == of_now.body == paid.body  # only when it is said differs

    before = effects(wide, payment)
    refused = await bring(wide, of_yesterday, AT_ONCE)
    assert {(one.status, one.code) for one in refused} == {(401, "payments.forged_notification")}
    assert effects(wide, payment) == before and before["payments"] == 0

    for told in (of_now, paid):
        await bring_often(wide, told)
    wait_until(lambda: effects(wide, payment)["messages"] == {"paid": 1})
    refused = await bring(wide, of_yesterday, IN_TURN)
    assert {one.status for one in refused} == {401}
    found = effects(wide, payment)
    assert (found["payments"], found["allocated"], found["timeline"]) == (1, 1, {"pay": 1})


async def test_amid_queries_cancelling_and_refunds_the_money_counts_once_and_goes_back_once(
    wide: Standing, catcher: Catcher, buyer: Buyer, goods: Goods
) -> None:
    before, order = goods_of(wide, goods), buyer.wish(goods)
    token = str(buyer.browser.cookies["mall_shopper"])
    console = wide.operator("north")
    staff = {"Cookie": f"mall_staff={console.cookies['mall_staff']}"}
    lines = {"lines": [{"line_no": 1, "quantity": 1}]}
    payments = list[tuple[Payment, Caught]]()
    for _ in range(3):
        payment, paid = paid_unheard(wide, catcher, buyer, order)
        payments.append((payment, paid))
        path = f"{SHOP}/orders/{payment.number}/cancel"
        back = f"{CONSOLE}/orders/{payment.number}/refunds"
        once = key() | staff
        asks = [
            *([delivery(paid)] * 12),
            *(Ask("POST", path, token=token, after=0.01 * n) for n in range(4)),
            *(Ask("POST", back, lines, once, after=0.02 * n) for n in range(6)),
            *([delivery(paid)] * 12),
        ]
        ask_now(wide, payment)
        with pauses(wide):
            answered = await at_once(wide, "north", asks)
        assert {one.status for one in answered} <= {200, 201, 409}, answered
    for payment, paid in payments:
        wait_until(lambda at=payment: effects(wide, at)["state"] != "unpaid")
        again = console.post(
            f"{CONSOLE}/orders/{payment.number}/refunds", json=lines, headers=key()
        )
        assert again.status_code in {201, 409}  # 201: whoever wanted it back before came too early
        wait_until(lambda at=payment: effects(wide, at)["refunds"] == 1)
        about = [one for one in catcher.caught if payment.out_no.encode() in one.body]
        assert len(about) >= 2  # the payment and its refund
        await asyncio.gather(*(bring(wide, one, 5) for one in chain(about, [paid])))

    let_time_to_pay_pass(wide)
    verdicts = settled(wide)
    print(table(verdicts))
    assert broken(verdicts) == {}
    for payment, _ in payments:
        found = effects(wide, payment)
        assert (found["payments"], found["refunds"], found["allocated"]) == (1, 1, 0)
        assert found["timeline"].get("pay", 0) + found["timeline"].get("revive", 0) <= 1
    assert goods_of(wide, goods) == before


def pay_at(cashier: str) -> int:
    return httpx.post(cashier, data={"method": "wechat"}).status_code


async def test_paying_again_after_a_told_payment_changes_nothing(
    wide: Standing, catcher: Catcher, buyer: Buyer, goods: Goods
) -> None:
    payment, cashier = begun(wide, buyer, buyer.wish(goods))
    seen = len(catcher.caught)
    for _ in range(2):
        assert pay_at(cashier) == 303
    paid = catcher.wait_for("trade.succeeded", payment.out_no, after=seen)
    wait_until(lambda: effects(wide, payment)["messages"] == {"paid": 1})
    await bring_often(wide, paid)
    assert effects(wide, payment)["timeline"] == {"pay": 1}
    assert [one for one in catcher.caught[seen:] if payment.out_no.encode() in one.body] == [paid]
