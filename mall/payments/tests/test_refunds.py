"""Refunds and bills on a real PostgreSQL, with a provider whose answers the test writes."""

import asyncio
from datetime import timedelta

import pytest

from mall.kernel.audit import SYSTEM
from mall.kernel.errands import Again
from mall.kernel.ids import OrderId, StaffId, new_uuid
from mall.kernel.money import Money
from mall.kernel.problems import Nothing
from mall.payments import NotFailed, NotThatMuch, discrepancies, is_kept, retry_refund, settle
from mall.payments.errands import DOWNLOAD_BILL, QUERY, QUERY_REFUND, REFUND
from mall.payments.rules import Ok, RefundTrade, Rejected, Unknown
from mall.payments.rules.reconciling import BillLine
from mall.payments.tests.door import Door
from mall.payments.tests.scripted import Scripted


@pytest.fixture
async def paid(door: Door, provider: Scripted) -> Door:
    """Give a mall whose order is paid with 129.00."""
    attempt_id = await door.start()
    await door.work()
    [one] = (await door.book()).attempts
    provider.pay(one.out_no, 12_900, door.now)
    await door.run(QUERY, {"attempt": str(attempt_id)})
    await door.work()
    door.events.clear()
    return door


async def test_the_same_key_refunds_once(paid: Door, provider: Scripted) -> None:
    assert await paid.refund(100, "a") == await paid.refund(100, "a")
    await paid.work()
    assert await paid.refund(100, "a") != await paid.refund(100, "b")
    await paid.work()

    assert [one.state for one in (await paid.book()).refunds] == ["succeeded", "succeeded"]
    assert paid.heard == ["RefundSucceeded", "RefundSucceeded"]
    assert len(provider.refunds) == 2


async def test_refunds_never_exceed_what_was_paid(paid: Door) -> None:
    asked = [paid.refund(1_000, f"k{n}") for n in range(20)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    refused = [one for one in outcomes if isinstance(one, NotThatMuch)]
    assert len(refused) == 8 and {one.left_minor for one in refused} == {900}
    assert sum(one.amount.minor for one in (await paid.book()).refunds) == 12_000


async def test_a_refund_without_an_answer_goes_out_once(paid: Door, provider: Scripted) -> None:
    provider.next["refund"] = [Unknown("timeout"), Unknown("timeout")]
    refund_id = await paid.refund(500)
    about = {"refund": str(refund_id)}

    assert isinstance(await paid.run(REFUND, about), Again)
    assert (await paid.book()).refunds[0].state == "unknown" and paid.heard == []
    assert isinstance(await paid.run(REFUND, about), Again)
    await paid.run(REFUND, about)
    await paid.run(REFUND, about)
    await paid.work()

    assert len(provider.refunds) == 1 and paid.heard == ["RefundSucceeded"]


async def test_a_refund_killed_before_its_answer_is_found_by_the_poller(
    paid: Door, provider: Scripted
) -> None:
    refund_id = await paid.refund(500)
    async with paid.db.write(paid.tenant) as tx:  # prepared, called or not, and killed
        await REFUND.prepare(tx, {"refund": str(refund_id)}, paid.now)
    await paid.sent()
    for _ in range(10):
        paid.now += timedelta(minutes=1)
        await paid.sweep("payments.poll_refunds")

    assert len(provider.refunds) == 1 and paid.heard == ["RefundSucceeded"]


async def test_a_refund_that_takes_time_is_asked_about(paid: Door, provider: Scripted) -> None:
    provider.next["refund"] = [Ok(RefundTrade("asked", "R1"))]
    provider.next["refund_query"] = [Unknown("timeout"), Ok(RefundTrade("asked", "R1"))]
    await paid.refund(500)
    await paid.work()
    assert (await paid.book()).refunds[0].state == "asked"

    [one] = (await paid.book()).refunds
    provider.refunds[one.out_no] = RefundTrade("succeeded", "R1", one.amount, paid.now)
    for _ in range(40):
        paid.now += timedelta(minutes=1)
        await paid.sweep("payments.poll_refunds")

    assert paid.heard == ["RefundSucceeded"] and provider.calls.count("refund_query") == 3


async def test_a_refund_that_is_refused_for_good_is_announced_and_can_be_tried_again(
    paid: Door, provider: Scripted
) -> None:
    provider.next["refund"] = [Rejected("NOT_ENOUGH", "balance")] * 8
    refund_id = await paid.refund(12_900)
    await paid.work()
    for _ in range(7):
        assert paid.heard == []
        await paid.work_later()
    assert paid.heard == ["RefundFailed"]
    assert (await paid.book()).refunds[0].why == "NOT_ENOUGH balance"
    [one] = (await paid.book()).attempts
    async with paid.db.read(paid.tenant) as read:
        assert not await is_kept(read, one.id)

    async with paid.db.write(paid.tenant) as tx:
        await retry_refund(tx, refund_id, actor=SYSTEM, now=paid.now)
    with pytest.raises(NotFailed):
        async with paid.db.write(paid.tenant) as tx:
            await retry_refund(tx, refund_id, actor=SYSTEM, now=paid.now)
    await paid.work()

    assert paid.heard == ["RefundFailed", "RefundSucceeded"]


async def test_a_refund_that_ended_badly_gets_a_new_number(paid: Door, provider: Scripted) -> None:
    provider.next["refund"] = [Ok(RefundTrade("failed", "R1", why="account closed"))]
    refund_id = await paid.refund(500)
    await paid.work()
    before = (await paid.book()).refund(refund_id)
    assert (before.state, before.why) == ("failed", "account closed")

    async with paid.db.write(paid.tenant) as tx:
        await retry_refund(tx, refund_id, actor=SYSTEM, now=paid.now)
    await paid.work()

    after = (await paid.book()).refund(refund_id)
    assert after.state == "succeeded" and after.out_no != before.out_no


async def test_money_that_failed_to_go_back_may_be_asked_for_again(
    paid: Door, provider: Scripted
) -> None:
    provider.next["refund"] = [Ok(RefundTrade("failed", "R1", why="no"))]
    await paid.refund(12_900, "a")
    await paid.work()

    await paid.refund(12_900, "b")
    await paid.work()

    assert [one.state for one in (await paid.book()).refunds] == ["failed", "succeeded"]


async def test_answers_recorded_twice_announce_once(paid: Door) -> None:
    refund_id = await paid.refund(500)
    about = {"refund": str(refund_id)}
    async with paid.db.write(paid.tenant) as tx:
        question = await REFUND.prepare(tx, about, paid.now)
    assert question is not None
    answer = await REFUND.call(paid.outside, question)
    for _ in range(2):
        async with paid.db.write(paid.tenant) as tx:
            await REFUND.record(tx, question, answer, paid.now)
    await paid.run(QUERY_REFUND, about)
    await paid.work()

    assert paid.heard == ["RefundSucceeded"]


async def test_the_bill_finds_every_difference_and_nothing_else(
    door: Door, provider: Scripted
) -> None:
    day = (door.now + timedelta(hours=8)).date()
    orders = [door.order]
    for _ in range(4):
        await door.start()
        await door.work()
        door.order = OrderId(new_uuid())
        orders.append(door.order)
    known: list[str] = []
    for order in orders[:4]:
        door.order = order
        [one] = (await door.book()).attempts
        known.append(one.out_no)
        provider.pay(one.out_no, 12_900, door.now)
        if order != orders[3]:
            await door.run(QUERY, {"attempt": str(one.id)})
    same, less, nowhere, unheard = known
    yuan = Money(12_900, "CNY")
    provider.lines = [
        BillLine("payment", same, "T", yuan, door.now),
        BillLine("payment", less, "T", Money(12_800, "CNY"), door.now),
        BillLine("payment", unheard, "T", yuan, door.now),
        BillLine("payment", "STRANGER", "T", yuan, door.now),
        BillLine("refund", "STRANGER", "R", yuan, door.now),
    ]
    door.now += timedelta(days=1)
    await door.sweep("payments.reconcile")
    calls = provider.calls.count("bill")
    await door.sweep("payments.reconcile")
    assert provider.calls.count("bill") == calls  # read once

    async with door.db.read(door.tenant) as read:
        found = [one for one in await discrepancies(read) if one.day == day]
    assert {(one.difference.kind, one.difference.out_no, one.difference.what) for one in found} == {
        ("payment", less, "amount"),
        ("payment", nowhere, "missing_there"),
        ("payment", unheard, "unsettled_here"),
        ("payment", "STRANGER", "missing_here"),
        ("refund", "STRANGER", "missing_here"),
    }

    await door.sweep("payments.poll_attempts")  # the success that only the bill knew
    async with door.db.read(door.tenant) as read:
        left = {one.difference.what for one in await discrepancies(read) if one.day == day}
    assert left == {"amount", "missing_there", "missing_here"}
    door.order = orders[3]
    assert await door.states() == ["succeeded"]


async def test_a_bill_without_an_answer_is_asked_for_again(paid: Door, provider: Scripted) -> None:
    provider.next["bill"] = [Unknown("timeout")] * 3
    paid.now += timedelta(days=1)
    await paid.sweep("payments.reconcile")
    async with paid.db.read(paid.tenant) as read:
        assert await discrepancies(read) == []

    await paid.sweep("payments.reconcile")

    async with paid.db.read(paid.tenant) as read:
        [one] = await discrepancies(read)
    assert one.difference.what == "missing_there"

    staff = StaffId(new_uuid())
    for expected in (None, Nothing):
        async with paid.db.write(paid.tenant) as tx:
            asked = settle(tx, one.id, by=staff, actor=SYSTEM, note="looked", now=paid.now)
            if expected is None:
                await asked
            else:
                with pytest.raises(expected):
                    await asked
    async with paid.db.read(paid.tenant) as read:
        assert await discrepancies(read) == []


async def test_a_bill_recorded_twice_changes_nothing(paid: Door) -> None:
    about = {"provider": "scripted", "day": "2027-03-01"}
    async with paid.db.write(paid.tenant) as tx:
        question = await DOWNLOAD_BILL.prepare(tx, about, paid.now)
    assert question is not None
    for _ in range(2):
        async with paid.db.write(paid.tenant) as tx:
            await DOWNLOAD_BILL.record(tx, question, Ok(()), paid.now)
    async with paid.db.read(paid.tenant) as read:
        assert len(await discrepancies(read)) == 1
