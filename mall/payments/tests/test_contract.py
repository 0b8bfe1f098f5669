"""What every provider does, tried against its simulator as a process of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from mall.kernel.errands import Again, Done, Errand
from mall.kernel.ids import AttemptId
from mall.kernel.money import Money
from mall.kernel.time import utc_now
from mall.payments import load_providers
from mall.payments.errands import CLOSE, PREPAY, QUERY, QUERY_REFUND, REFUND
from mall.payments.port import BillAsk, PrepayAsk, TradeAsk
from mall.payments.rules import Ok, Rejected, Trade, Unknown
from mall.payments.tests.door import Door, outside_of
from mall.payments.tests.stage import Stage, until


async def prepaid(door: Door, minor: int = 12_900) -> AttemptId:
    """Begin to pay, up to the address."""
    attempt_id = await door.start(minor)
    outcome = await door.run(PREPAY, {"attempt": str(attempt_id)})
    assert isinstance(outcome, Done) and str(outcome.value).startswith("http")
    await door.work()
    return attempt_id


def in_state(door: Door, *states: str) -> Callable[[], Awaitable[bool]]:
    """Ask whether the attempts are in these states, and take what was announced."""

    async def ask() -> bool:
        is_so = await door.states() == list(states)
        await door.work()
        return is_so

    return ask


def test_every_provider_is_called_something_in_both_languages() -> None:
    for provider in load_providers().values():
        assert provider.titles["zh-CN"] and provider.titles["en"] and provider.currencies


async def test_a_payment_is_told_by_notification(live: Door, stage: Stage) -> None:
    attempt_id = await prepaid(live)
    await stage.pay(live, attempt_id)

    await until(in_state(live, "succeeded"))

    assert live.heard == ["PaymentSucceeded"]
    one = (await live.book()).attempt(attempt_id)
    assert one.paid == one.amount and one.reference and one.pay_url is None


@pytest.mark.parametrize("fault", ["duplicate", "out_of_order", "late"])
async def test_strange_notifications_change_nothing_more(
    live: Door, stage: Stage, fault: str
) -> None:
    attempt_id = await prepaid(live)
    await stage.pay(live, attempt_id, fault)

    await until(in_state(live, "succeeded"))

    async def all_carried() -> bool:
        return all(row["next_at"] is None for row in await stage.ledger(live, "notice"))

    await until(all_carried)
    await live.work()
    assert live.heard == ["PaymentSucceeded"] and await live.states() == ["succeeded"]


async def test_a_lost_notification_is_replaced_by_the_poller(live: Door, stage: Stage) -> None:
    attempt_id = await prepaid(live)
    await stage.pay(live, attempt_id, "lost")
    assert await stage.ledger(live, "notice") == []

    live.now = utc_now() + timedelta(seconds=11)
    await live.sweep("payments.poll_attempts")

    assert live.heard == ["PaymentSucceeded"]


async def test_a_forged_notification_changes_nothing(live: Door, stage: Stage) -> None:
    attempt_id = await prepaid(live)
    await stage.pay(live, attempt_id, "forged")

    async def was_refused() -> bool:
        return any(row["last"] == "401" for row in await stage.ledger(live, "notice"))

    await until(was_refused)
    assert await live.states() == ["prepaid"] and live.heard == []


async def test_a_wrong_amount_is_announced_as_it_arrived(live: Door, stage: Stage) -> None:
    attempt_id = await prepaid(live)
    await stage.pay(live, attempt_id, "wrong_amount")

    await until(in_state(live, "succeeded"))

    assert (await live.book()).attempt(attempt_id).paid != (await live.book()).attempts[0].amount
    await live.refund(12_899, "wrong_amount/1")

    async def is_back() -> bool:
        await live.work()
        return live.heard == ["PaymentSucceeded", "RefundSucceeded"]

    await until(is_back)


async def test_a_second_payment_of_an_order_is_told(live: Door, stage: Stage) -> None:
    await prepaid(live, 12_900)
    second = await prepaid(live, 9_900)
    await live.work()
    assert await live.states() == ["closed", "prepaid"]

    await stage.pay(live, second, "double")
    await until(in_state(live, "succeeded", "succeeded"))
    await live.work()
    assert live.heard == ["PaymentSucceeded", "PaymentSucceeded"]


@pytest.mark.parametrize("kind", ["unknown", "away", "unsigned"])
async def test_calls_without_a_trustworthy_answer_are_unknown_and_end_well(
    live: Door, stage: Stage, kind: str
) -> None:
    attempt_id = await live.start()
    await live.sent()
    about = {"attempt": str(attempt_id)}
    await stage.fault(live, kind)
    assert isinstance(await live.run(PREPAY, about), Again)
    assert isinstance(await live.run(PREPAY, about), Done)
    await stage.pay(live, attempt_id, "lost")

    await stage.fault(live, kind)
    await live.run(QUERY, about)
    assert await live.states() == ["prepaid"]
    await live.run(QUERY, about)
    assert await live.states() == ["succeeded"]

    refund = {"refund": str(await live.refund(500))}
    await live.sent()
    await stage.fault(live, kind)
    assert isinstance(await live.run(REFUND, refund), Again)
    await live.run(REFUND, refund)

    async def is_back() -> bool:
        await live.run(QUERY_REFUND, refund)
        return (await live.book()).refunds[0].state == "succeeded"

    await until(is_back)
    assert len(await stage.ledger(live, "refund")) == 1
    assert len(await stage.ledger(live, "trade")) == 1


async def test_closing_without_an_answer_waits_for_one(live: Door, stage: Stage) -> None:
    attempt_id = await prepaid(live)
    await live.close()
    await stage.fault(live, "unknown")
    about = {"attempt": str(attempt_id)}
    assert isinstance(await live.run(CLOSE, about), Again)
    assert await live.states() == ["closing"]

    await live.run(CLOSE, about)

    await live.work()
    assert await live.states() == ["closed"] and live.heard == ["PaymentClosed"]
    assert (await stage.pay(live, attempt_id))["state"] == "closed"


async def test_a_provider_that_is_away_is_unknown(live: Door, stage: Stage) -> None:
    live.outside = outside_of({"MALL_PAY_URL": "http://127.0.0.1:9"})  # nobody listens
    provider, ask = load_providers()[stage.provider], TradeAsk("m", "N", live.now, live.now)

    assert isinstance(await provider.query(live.outside, ask), Unknown)
    assert isinstance(await provider.close(live.outside, ask), Unknown)


async def test_a_number_that_was_closed_before_it_was_opened_never_opens(
    live: Door, stage: Stage
) -> None:
    provider = load_providers()[stage.provider]
    merchant = str(live.tenant)
    ask = TradeAsk(merchant, "N" * 32, live.now, live.now)
    assert await provider.query(live.outside, ask) == Ok(Trade("missing"))
    closed = await provider.close(live.outside, ask)
    assert isinstance(closed, Ok) and closed.value.state == "closed"

    late = await provider.prepay(
        live.outside,
        PrepayAsk(
            merchant=merchant,
            shop="集市",
            out_no="N" * 32,
            amount=Money(1, "CNY"),
            subject="x",
            return_url=f"http://{live.host}/",
            expires_at=live.now + timedelta(minutes=5),
            asked_at=live.now,
            now=live.now,
        ),
    )

    assert isinstance(late, Ok) and late.value.state == "closed"


@pytest.mark.parametrize("seed", range(8))
async def test_close_and_payment_cross_and_end_in_one_of_two_ways(
    live: Door, stage: Stage, seed: int
) -> None:
    attempt_id = await prepaid(live)
    await live.close()
    steps: list[Callable[[], Awaitable[Any]]] = [
        lambda: stage.pay(live, attempt_id, "lost"),
        lambda: live.run(CLOSE, {"attempt": str(attempt_id)}),
        lambda: live.run(QUERY, {"attempt": str(attempt_id)}),
    ]
    order = steps[seed % 3 :] + steps[: seed % 3]
    await asyncio.gather(*(step() for step in (order if seed < 4 else reversed(order))))
    await live.run(CLOSE, {"attempt": str(attempt_id)})
    await live.work()

    [theirs] = await stage.ledger(live, "trade")
    ours = await live.states()
    expected = {"succeeded": ["PaymentSucceeded"], "closed": ["PaymentClosed"]}
    assert ours == [theirs["state"]] and live.heard == expected[theirs["state"]]


@pytest.mark.parametrize("fault", ["refund_failed", "refund_refused"])
async def test_refunds_can_fail(live: Door, stage: Stage, fault: str) -> None:
    attempt_id = await prepaid(live)
    await stage.pay(live, attempt_id)
    await until(in_state(live, "succeeded"))
    await stage.fault(live, fault)
    refund = {"refund": str(await live.refund(500))}
    await live.sent()

    outcome = await live.run(REFUND, refund)

    if fault == "refund_refused":
        assert isinstance(outcome, Again) and await stage.ledger(live, "refund") == []
        return

    async def is_told() -> bool:
        await live.work()
        return "RefundFailed" in live.heard

    await until(is_told)


async def test_every_errand_runs_twice_without_harm(live: Door, stage: Stage) -> None:
    attempt_id = await live.start()
    await live.sent()
    attempt = {"attempt": str(attempt_id)}

    async def twice(errand: Errand[Any, Any], args: dict[str, str]) -> None:
        async with live.db.write(live.tenant) as tx:
            question = await errand.prepare(tx, args, live.now)
        if question is None:
            return
        for _ in range(2):  # called twice, each answer recorded twice
            answer = await errand.call(live.outside, question)
            for _ in range(2):
                async with live.db.write(live.tenant) as tx:
                    await errand.record(tx, question, answer, live.now)

    await twice(PREPAY, attempt)
    await stage.pay(live, attempt_id, "lost")
    await twice(QUERY, attempt)
    refund = {"refund": str(await live.refund(500))}
    await twice(REFUND, refund)
    await twice(REFUND, refund)

    async def is_back() -> bool:
        await twice(QUERY_REFUND, refund)
        return (await live.book()).refunds[0].state == "succeeded"

    await until(is_back)
    await live.work()
    assert sorted(live.heard) == ["PaymentSucceeded", "RefundSucceeded"]
    assert len(await stage.ledger(live, "refund")) == 1


async def test_every_errand_survives_a_kill_after_each_step(live: Door, stage: Stage) -> None:
    attempt_id = await live.start()
    await live.sent()
    attempt = {"attempt": str(attempt_id)}

    async def killed_twice(errand: Errand[Any, Any], args: dict[str, str]) -> None:
        for step in ("prepared", "called"):
            async with live.db.write(live.tenant) as tx:
                question = await errand.prepare(tx, args, live.now)
            if question is not None and step == "called":
                await errand.call(live.outside, question)
        await live.run(errand, args)

    await killed_twice(PREPAY, attempt)
    assert await live.states() == ["prepaid"]
    await live.close()
    await live.sent()
    await killed_twice(CLOSE, attempt)
    assert await live.states() == ["closed"]

    attempt_id = await live.start()
    await live.sent()
    attempt = {"attempt": str(attempt_id)}
    await killed_twice(PREPAY, attempt)
    await stage.pay(live, attempt_id, "lost")
    await killed_twice(QUERY, attempt)
    refund = {"refund": str(await live.refund(500))}
    await live.sent()
    await killed_twice(REFUND, refund)
    await killed_twice(QUERY_REFUND, refund)

    assert len(await stage.ledger(live, "trade")) == 2
    assert len(await stage.ledger(live, "refund")) == 1


async def test_the_bill_of_a_day_lists_what_moved(live: Door, stage: Stage) -> None:
    attempt_id = await prepaid(live)
    await stage.pay(live, attempt_id)
    await until(in_state(live, "succeeded"))
    provider = load_providers()[stage.provider]
    today = (utc_now() + timedelta(hours=8)).date()
    asked = BillAsk(str(live.tenant), today, utc_now())
    early = await provider.bill(live.outside, asked)
    assert isinstance(early, Rejected)

    ahead = utc_now() + timedelta(days=1)
    await stage.control("POST", "clock", {"now": ahead.isoformat()})
    try:
        answer = await provider.bill(live.outside, BillAsk(str(live.tenant), today, ahead))
    finally:
        await stage.control("POST", "clock", {"now": utc_now().isoformat()})

    assert isinstance(answer, Ok)
    one = (await live.book()).attempt(attempt_id)
    assert [(line.out_no, line.amount) for line in answer.value] == [(one.out_no, one.amount)]
    other = await provider.bill(live.outside, BillAsk("nobody", today - timedelta(1), utc_now()))
    assert other == Ok(())
