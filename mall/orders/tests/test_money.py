"""Money that comes in time, late, twice, wrong or never: what becomes of the order (rules 4.14)."""

from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from mall.kernel.db import Database
from mall.kernel.ids import RefundId, TenantId, new_uuid
from mall.kernel.time import Instant
from mall.orders import adjust_price, cancel, refund, store
from mall.orders.rules import WrongState
from mall.orders.sweeps import time_out
from mall.orders.tests.shop import CLERK, Shop, open_shop
from mall.payments import RefundFailed, ask_close, load_providers
from mall.payments.tests.door import Door
from mall.payments.tests.scripted import Scripted


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    scripted = Scripted()
    monkeypatch.setitem(load_providers(), "scripted", scripted.provider())
    return scripted


@pytest_asyncio.fixture
async def shop(db: Database, tenant: TenantId, now: Instant, provider: Scripted) -> Shop:
    """A shelf of five units, two of them promised to the unpaid order."""
    made = await open_shop(Door(db, tenant, now, provider="scripted"), 5)
    await made.place_order(2)
    return made


async def pay(shop: Shop, provider: Scripted, minor: int, *, asked: int = 2000) -> None:
    """Pay at the provider; nobody here has heard of it yet."""
    door = shop.door
    attempt_id = await door.start(asked)
    await door.prepay(attempt_id)
    provider.pay((await door.book()).attempt(attempt_id).out_no, minor, door.now)


async def ask(shop: Shop) -> None:
    """Ask the provider what has become of every attempt."""
    for one in (await shop.door.book()).attempts:
        await shop.door.query(one.id)


async def cancel_now(shop: Shop) -> None:
    async with shop.door.db.write(shop.door.tenant) as tx:
        await cancel(tx, shop.door.order, "operator", actor=CLERK, now=shop.door.now)


async def refunds(shop: Shop) -> list[int]:
    return [one.amount.minor for one in (await shop.door.book()).refunds]


async def test_money_in_time_pays_the_order_however_often_it_is_heard(
    shop: Shop, provider: Scripted
) -> None:
    await pay(shop, provider, 2000)
    await ask(shop)
    await shop.hear(times=3)
    order, shelf = await shop.order(), await shop.stock()
    assert (order.state, order.paid_minor) == ("paid", 2000)
    assert (shelf.on_hand, shelf.held, shelf.allocated) == (5, 0, 2)
    assert await refunds(shop) == [] and (await shop.story()).count("pay") == 1


async def test_an_order_that_nobody_pays_ends_and_gives_its_goods_back(shop: Shop) -> None:
    await shop.door.start(2000)
    await shop.door.work()
    async with shop.door.db.write(shop.door.tenant) as tx:
        await time_out(tx, shop.door.now + timedelta(minutes=29, seconds=59))
    assert (await shop.order()).closing is None
    async with shop.door.db.write(shop.door.tenant) as tx:
        await time_out(tx, shop.door.now + timedelta(minutes=30, seconds=1))
    assert (await shop.order()).state == "unpaid"  # until the provider has closed it
    await shop.hear(times=2)
    order, shelf = await shop.order(), await shop.stock()
    assert (order.state, order.cancel_reason) == ("cancelled", "timeout")
    assert (shelf.on_hand, shelf.held, shelf.allocated) == (5, 0, 0)


async def test_money_that_arrives_while_the_order_is_being_cancelled_keeps_it(
    shop: Shop, provider: Scripted
) -> None:
    await pay(shop, provider, 2000)
    await cancel_now(shop)
    await shop.hear()
    order = await shop.order()
    assert (order.state, order.paid_minor, order.closing) == ("paid", 2000, None)
    assert (await shop.stock()).allocated == 2


async def test_late_money_revives_the_order_while_the_goods_are_there(
    shop: Shop, provider: Scripted
) -> None:
    await pay_after_the_end(shop, provider)
    await shop.hear(times=2)
    order = await shop.order()
    assert (order.state, order.paid_minor, order.cancel_reason) == ("paid", 2000, None)
    assert (await shop.stock()).allocated == 2 and await refunds(shop) == []


async def test_late_money_goes_back_once_when_the_goods_are_gone(
    shop: Shop, provider: Scripted
) -> None:
    await shop.receive_units(-3)
    await pay_after_the_end(shop, provider, but_first_sell=2)
    await shop.hear()
    assert (await shop.order()).state == "cancelled" and await refunds(shop) == [2000]

    await shop.receive_units(10)  # what is heard again later must not revive what was refunded
    shop.door.events = [one for one in shop.door.events if type(one).__name__ == "PaymentSucceeded"]
    await shop.hear(times=2)
    order, shelf = await shop.order(), await shop.stock()
    assert (order.state, order.paid_minor) == ("cancelled", 0)
    assert (shelf.held, shelf.allocated) == (0, 0) and await refunds(shop) == [2000]


async def test_wrong_amounts_go_back_each_once_and_the_order_waits_on(
    shop: Shop, provider: Scripted
) -> None:
    for minor in (1999, 1998):
        await pay(shop, provider, minor)
        await ask(shop)
        await shop.hear(times=2)
    assert (await shop.order()).state == "unpaid" and await refunds(shop) == [1999, 1998]

    await pay(shop, provider, 2000)
    await ask(shop)
    await shop.hear()
    assert (await shop.order()).state == "paid" and await refunds(shop) == [1999, 1998]


async def test_a_second_payment_goes_back_and_changes_nothing(
    shop: Shop, provider: Scripted
) -> None:
    await pay(shop, provider, 2000)
    provider.silence("query")
    await ask(shop)
    await close_attempts(shop)  # the buyer tries again, the first try is not known to be paid
    await pay(shop, provider, 2000)
    await ask(shop)
    await shop.hear(times=2)
    assert await shop.door.states() == ["succeeded", "succeeded"]
    order = await shop.order()
    assert (order.state, order.paid_minor) == ("paid", 2000) and await refunds(shop) == [2000]
    assert (await shop.story()).count("refunded") == 1


@pytest.mark.parametrize("old_first", [True, False])
async def test_of_payments_at_two_prices_the_one_that_is_right_is_kept(
    shop: Shop, provider: Scripted, old_first: bool
) -> None:
    await pay(shop, provider, 2000)
    async with shop.door.db.write(shop.door.tenant) as tx:
        await adjust_price(tx, shop.door.order, 1500, actor=CLERK, now=shop.door.now)
    await pay(shop, provider, 1500, asked=1500)
    tries = sorted((await shop.door.book()).attempts, key=lambda one: one.amount.minor)
    for one in reversed(tries) if old_first else tries:
        await shop.door.query(one.id)
    await shop.hear(times=2)
    order = await shop.order()
    assert (order.state, order.paid_minor) == ("paid", 1500) and await refunds(shop) == [2000]
    await give_back(shop, "one unit")
    await shop.hear(times=2)
    taken = {one.attempt_id for one in (await shop.door.book()).refunds if one.amount.minor != 2000}
    assert taken == {order.paid_by}


async def close_attempts(shop: Shop) -> None:
    async with shop.door.db.write(shop.door.tenant) as tx:
        await ask_close(tx, order_id=shop.door.order, now=shop.door.now)


async def test_a_new_price_closes_the_payment_of_the_old_one(
    shop: Shop, provider: Scripted
) -> None:
    await shop.door.start(2000)
    await shop.door.work()
    async with shop.door.db.write(shop.door.tenant) as tx:
        await adjust_price(tx, shop.door.order, 1500, actor=CLERK, now=shop.door.now)
    await shop.hear()
    assert await shop.door.states() == ["closed"] and (await shop.order()).state == "unpaid"
    await pay(shop, provider, 1500, asked=1500)
    await ask(shop)
    await shop.hear()
    assert (await shop.order()).paid_minor == 1500


async def test_cancelling_a_paid_order_again_changes_nothing_and_is_no_mistake(
    shop: Shop, provider: Scripted
) -> None:
    await pay(shop, provider, 2000)
    await ask(shop)
    await shop.hear()
    await cancel_now(shop)
    await cancel_now(shop)  # whoever was not told what came of it says it again
    order, shelf = await shop.order(), await shop.stock()
    assert (order.state, order.refunded_minor) == ("closed", 2000)
    assert await refunds(shop) == [2000] and (await shop.story()).count("close") == 1
    assert (shelf.on_hand, shelf.held, shelf.allocated) == (5, 0, 0)


async def test_units_go_back_one_by_one_to_exactly_what_was_paid(
    shop: Shop, provider: Scripted
) -> None:
    await pay(shop, provider, 2000)
    await ask(shop)
    await shop.hear()
    for key in ("first", "first", "second"):
        await give_back(shop, key)
        await shop.hear(times=2)
    order, shelf = await shop.order(), await shop.stock()
    assert sum(await refunds(shop)) == order.refunded_minor == 2000 and order.state == "closed"
    assert (shelf.on_hand, shelf.held, shelf.allocated) == (5, 0, 0)
    with pytest.raises(WrongState):
        await give_back(shop, "third")


async def test_a_failure_that_is_heard_again_after_the_money_went_back_changes_nothing(
    shop: Shop, provider: Scripted
) -> None:
    await pay(shop, provider, 2000)
    await ask(shop)
    await shop.hear()
    await give_back(shop, "one unit")
    await shop.hear()
    [one] = (await shop.door.book()).refunds
    shop.door.events = [RefundFailed(shop.door.order, one.id, shop.door.now)]
    await shop.hear()
    async with shop.door.db.read(shop.door.tenant) as read:
        [back] = await store.refunds(read, refund_id=one.id)
    assert back.state == "succeeded" and "refund_failed" not in await shop.story()


async def test_each_failure_is_told_once_however_often_it_is_heard(
    shop: Shop, provider: Scripted
) -> None:
    await pay(shop, provider, 2000)
    await ask(shop)
    await shop.hear()
    failed = RefundFailed(shop.door.order, RefundId(new_uuid()), shop.door.now)
    once_more = replace(failed, failed_at=shop.door.now + timedelta(minutes=1))
    for event, times in ((failed, 1), (once_more, 2), (failed, 2)):
        shop.door.events = [event]
        await shop.hear(times=3)
        assert (await shop.story()).count("refund_failed") == times


async def give_back(shop: Shop, key: str) -> None:
    async with shop.door.db.write(shop.door.tenant) as tx:
        await refund(
            tx,
            shop.door.order,
            {1: 1},
            reason="",
            key=key,
            seller_at_fault=False,
            actor=CLERK,
            now=shop.door.now,
        )


async def pay_after_the_end(shop: Shop, provider: Scripted, *, but_first_sell: int = 0) -> None:
    """Cancel the order, then let money arrive on the attempt that was closed."""
    attempt_id = await shop.door.start(2000)
    await shop.door.work()
    await cancel_now(shop)
    await shop.hear()
    assert (await shop.order()).state == "cancelled"
    if but_first_sell:
        await shop.receive_units(-but_first_sell)
    provider.pay((await shop.door.book()).attempt(attempt_id).out_no, 2000, shop.door.now)
    shop.door.events.clear()
    await shop.door.query(attempt_id)
