"""Attempts on a real PostgreSQL, with a provider whose answers the test writes."""

import asyncio
from datetime import timedelta

import pytest

from mall.kernel.errands import Again, Done
from mall.kernel.money import Money
from mall.payments import AlreadyPaid, NotOffered, PaymentSucceeded, TooLate, start_attempt
from mall.payments.errands import CLOSE, PREPAY, QUERY
from mall.payments.rules import Ok, Rejected, Trade, Unknown
from mall.payments.tests.door import Door
from mall.payments.tests.scripted import Scripted


async def test_paying_begins_with_an_address_and_ends_with_one_announcement(
    door: Door, provider: Scripted
) -> None:
    attempt_id = await door.start()
    first = await door.run(PREPAY, {"attempt": str(attempt_id)})
    [one] = (await door.book()).attempts
    assert first == Done(f"https://pay.example/{one.out_no}")
    assert one.state == "prepaid" and len(one.out_no) == 32

    provider.pay(one.out_no, 12_900, door.now)
    for _ in range(2):
        await door.run(QUERY, {"attempt": str(attempt_id)})
    await door.work()

    assert door.events == [PaymentSucceeded(door.order, Money(12_900, "CNY"), door.now, attempt_id)]


async def test_a_living_attempt_is_used_again_and_another_amount_closes_it(
    door: Door, provider: Scripted
) -> None:
    first = await door.start()
    assert await door.start() == first
    await door.work()
    assert await door.start() == first

    url = (await door.book()).attempt(first).pay_url
    assert url and await door.run(PREPAY, {"attempt": first}) == Done(url)
    assert provider.calls == ["prepay"]

    second = await door.start(9_900)
    await door.work()

    assert second != first
    assert await door.states() == ["closed", "prepaid"]
    assert door.heard == []  # the order did not ask for this end


async def test_an_attempt_that_the_provider_never_heard_of_ends_at_once(door: Door) -> None:
    await door.start()

    assert await door.close()

    await door.work()
    assert await door.states() == ["closed"] and door.heard == []


async def test_closing_is_announced_when_the_provider_says_so(
    door: Door, provider: Scripted
) -> None:
    await door.start()
    await door.work()
    provider.next["close"] = [Unknown("timeout"), Rejected("BUSY", "later")]
    provider.does_it_anyway = False

    assert not await door.close()
    assert not await door.close()
    await door.work()
    assert await door.states() == ["closing"] and door.heard == []
    await door.work_later(20)
    assert door.heard == []
    await door.work_later(20)

    assert await door.states() == ["closed"] and door.heard == ["PaymentClosed"]
    assert await door.close()


async def test_closing_finds_out_that_it_was_paid(door: Door, provider: Scripted) -> None:
    await door.start()
    await door.work()
    [one] = (await door.book()).attempts
    provider.pay(one.out_no, 12_900, door.now)

    assert not await door.close()
    await door.work()

    assert await door.states() == ["succeeded"] and door.heard == ["PaymentSucceeded"]


async def test_a_prepay_without_an_answer_is_asked_again_under_the_same_number(
    door: Door, provider: Scripted
) -> None:
    attempt_id = await door.start()
    provider.next["prepay"] = [Unknown("timeout")]

    outcome = await door.run(PREPAY, {"attempt": str(attempt_id)})
    assert isinstance(outcome, Again) and await door.states() == ["created"]
    await door.run(PREPAY, {"attempt": str(attempt_id)})

    assert await door.states() == ["prepaid"] and len(provider.trades) == 1


async def test_a_refusal_after_silence_is_not_believed(door: Door, provider: Scripted) -> None:
    attempt_id = await door.start()
    provider.next["prepay"] = [Unknown("timeout"), Rejected("NO", "no")]
    for _ in range(2):
        await door.run(PREPAY, {"attempt": str(attempt_id)})
    assert await door.states() == ["closing"]

    [one] = (await door.book()).attempts
    provider.pay(one.out_no, 12_900, door.now)  # the silent call had opened it
    await door.work()

    assert await door.states() == ["succeeded"] and door.heard == ["PaymentSucceeded"]


async def test_a_refused_attempt_ends_and_another_may_begin(door: Door, provider: Scripted) -> None:
    first = await door.start()
    provider.next["prepay"] = [Rejected("NO", "no")]
    assert await door.run(PREPAY, {"attempt": str(first)}) == Done()

    assert await door.start() != first
    assert await door.states() == ["refused", "created"]


async def test_a_prepay_answer_that_comes_after_the_end_is_closed_again(
    door: Door, provider: Scripted
) -> None:
    attempt_id = await door.start()
    provider.next["prepay"] = [Unknown("timeout")]
    provider.does_it_anyway = False
    await door.run(PREPAY, {"attempt": str(attempt_id)})
    await door.close()
    await door.work()
    assert await door.states() == ["closed"]
    [one] = (await door.book()).attempts

    provider.trades[one.out_no] = Trade("open", "T", "https://pay.example/late")
    await door.run(QUERY, {"attempt": str(attempt_id)})
    await door.work()

    assert provider.trades[one.out_no].state == "closed"
    assert await door.states() == ["closed"]


async def test_a_late_success_of_a_closed_attempt_is_announced(
    door: Door, provider: Scripted
) -> None:
    await door.start()
    await door.work()
    await door.close()
    await door.work()
    [one] = (await door.book()).attempts

    provider.pay(one.out_no, 12_900, door.now)
    await door.run(QUERY, {"attempt": str(one.id)})
    await door.work()

    assert door.heard == ["PaymentClosed", "PaymentSucceeded"]


async def test_two_payments_of_one_order_are_both_told(door: Door, provider: Scripted) -> None:
    await door.start(12_900)
    await door.work()
    await door.start(9_900)
    await door.work()
    old, new = (await door.book()).attempts
    provider.pay(old.out_no, 12_900, door.now)
    provider.pay(new.out_no, 9_900, door.now)

    await asyncio.gather(*(door.run(QUERY, {"attempt": str(one.id)}) for one in (old, new)))
    await door.work()

    told = {one.attempt_id: one.paid for one in door.events if isinstance(one, PaymentSucceeded)}
    assert told == {old.id: old.amount, new.id: new.amount} and not (await door.book()).refunds


async def test_a_success_after_a_wrong_amount_is_the_orders_own(
    door: Door, provider: Scripted
) -> None:
    await door.start()
    await door.work()
    [one] = (await door.book()).attempts
    provider.pay(one.out_no, 12_899, door.now)
    await door.run(QUERY, {"attempt": str(one.id)})
    await door.work()
    assert door.events == [PaymentSucceeded(door.order, Money(12_899, "CNY"), door.now, one.id)]

    second = await door.start()
    await door.work()
    provider.pay((await door.book()).attempt(second).out_no, 12_900, door.now)
    await door.run(QUERY, {"attempt": str(second)})
    await door.refund(12_899, "wrong_amount/1")
    await door.work()

    [back] = (await door.book()).refunds
    assert back.attempt_id == one.id
    assert door.heard == ["PaymentSucceeded", "PaymentSucceeded", "RefundSucceeded"]


async def test_an_order_that_waits_for_its_end_hears_it_when_the_wrong_money_goes_back(
    door: Door, provider: Scripted
) -> None:
    await door.start()
    await door.work()
    [one] = (await door.book()).attempts
    provider.pay(one.out_no, 1, door.now)
    assert not await door.close()
    await door.work()
    assert door.heard == ["PaymentSucceeded"]

    await door.refund(1, "wrong_amount/1")
    await door.work()

    assert door.heard == ["PaymentSucceeded", "PaymentClosed", "RefundSucceeded"]


async def test_one_success_closes_the_other_attempts(door: Door, provider: Scripted) -> None:
    await door.start(12_900)
    await door.work()
    provider.next["close"] = [Rejected("BUSY", "later")] * 9
    await door.start(9_900)
    await door.work()
    old, new = (await door.book()).attempts
    provider.pay(old.out_no, 12_900, door.now)
    await door.run(QUERY, {"attempt": str(old.id)})
    provider.next.clear()
    await door.work()

    assert await door.states() == ["succeeded", "closed"]
    assert provider.trades[new.out_no].state == "closed"
    assert door.heard == ["PaymentSucceeded"]


async def test_paid_orders_and_late_ones_and_strange_providers_start_nothing(
    door: Door, provider: Scripted
) -> None:
    await door.start()
    await door.work()
    [one] = (await door.book()).attempts
    provider.pay(one.out_no, 12_900, door.now)
    await door.run(QUERY, {"attempt": str(one.id)})

    with pytest.raises(AlreadyPaid):
        await door.start()
    with pytest.raises(TooLate):
        await door.start(minutes=0)
    door.provider = "bank of nowhere"
    with pytest.raises(NotOffered):
        await door.start()


async def test_the_poller_finds_a_payment_whose_notification_never_came(
    door: Door, provider: Scripted
) -> None:
    await door.start()
    await door.work()
    [one] = (await door.book()).attempts
    await door.sweep("payments.poll_attempts")
    assert "query" not in provider.calls  # too early

    provider.pay(one.out_no, 12_900, door.now)
    door.now += timedelta(seconds=11)
    await door.sweep("payments.poll_attempts")
    assert door.heard == ["PaymentSucceeded"]

    door.now += timedelta(days=1)
    provider.calls.clear()
    await door.sweep("payments.poll_attempts")
    assert provider.calls == []


async def test_the_poller_asks_less_often_and_closes_what_ran_out_of_time(
    door: Door, provider: Scripted
) -> None:
    await door.start(minutes=30)
    await door.work()
    for _ in range(29 * 12):  # 29 minutes
        door.now += timedelta(seconds=5)
        await door.sweep("payments.poll_attempts")
    assert 6 <= provider.calls.count("query") <= 12
    assert await door.states() == ["prepaid"]

    for _ in range(40):
        door.now += timedelta(minutes=1)
        await door.sweep("payments.poll_attempts")

    assert await door.states() == ["closed"]
    assert provider.calls.count("close") == 1


async def test_a_lost_job_is_found_by_the_poller(door: Door, provider: Scripted) -> None:
    await door.start()
    await door.sent()  # and nobody runs it
    door.now += timedelta(seconds=11)
    await door.sweep("payments.poll_attempts")
    assert await door.states() == ["prepaid"]

    await door.close()
    await door.sent()
    for _ in range(10):
        door.now += timedelta(minutes=1)
        await door.sweep("payments.poll_attempts")

    assert await door.states() == ["closed"] and door.heard == ["PaymentClosed"]


async def test_closing_and_paying_at_once_end_in_one_of_two_ways(
    door: Door, provider: Scripted
) -> None:
    await door.start()
    await door.work()
    [one] = (await door.book()).attempts
    await door.close()
    about = {"attempt": str(one.id)}
    provider.pay(one.out_no, 12_900, door.now)

    await asyncio.gather(*(door.run(errand, about) for errand in (CLOSE, QUERY) for _ in range(5)))
    await door.work()

    assert await door.states() == ["succeeded"] and door.heard == ["PaymentSucceeded"]


async def test_a_rollback_leaves_no_attempt_and_no_errand(door: Door) -> None:
    with pytest.raises(RuntimeError):
        async with door.db.write(door.tenant) as tx:
            await start_attempt(
                tx,
                order_id=door.order,
                amount=Money(1, "CNY"),
                provider="scripted",
                subject="x",
                expires_at=door.now + timedelta(minutes=1),
                return_url="http://demo.localhost/",
                now=door.now,
            )
            raise RuntimeError

    assert await door.states() == [] and await door.sent() == []


async def test_an_order_cannot_end_while_its_money_is_here(door: Door, provider: Scripted) -> None:
    await door.start()
    await door.work()
    [one] = (await door.book()).attempts
    provider.pay(one.out_no, 12_900, door.now)
    await door.run(QUERY, {"attempt": str(one.id)})

    assert not await door.close()  # the announcement is on its way
    await door.refund(12_900)

    assert await door.close()


async def test_a_provider_that_leaves_it_open_has_not_closed_it(
    door: Door, provider: Scripted
) -> None:
    attempt_id = await door.start()
    await door.work()
    provider.next["close"] = [Ok(Trade("open", "T", "https://pay.example/x"))]
    await door.close()
    await door.sent()

    assert isinstance(await door.run(CLOSE, {"attempt": str(attempt_id)}), Again)
    assert await door.states() == ["closing"]
