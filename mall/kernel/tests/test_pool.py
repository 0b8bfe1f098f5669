"""Connections are lent one at a time, come back clean, and are never lost."""

import asyncio
from contextlib import suppress

import psycopg
import pytest

from mall.kernel import pool as pools
from mall.kernel.ids import TenantId
from mall.kernel.pool import Open, Pool
from mall.kernel.tests.lending import complaints, idle, kill, lending, rows, seats, turns, until
from mall.kernel.tests.things import Addresses
from mall.kernel.tests.trips import Trips

_PID = b"SELECT pg_backend_pid()"


async def _pid(one: Open) -> int:
    row = await (await one.raw.execute(_PID)).fetchone()
    assert row is not None
    return row[0]


async def test_no_more_are_lent_than_there_are_and_whoever_waits_in_vain_is_told(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "_WAIT_AT_MOST", 0.05)
    first, second = await pool.borrow(), await pool.borrow()
    assert await _pid(first) != await _pid(second)
    with pytest.raises(TimeoutError):
        await pool.borrow()
    await pool.give_back(first)
    third = await pool.borrow()
    assert third is first
    await pool.give_back(second)
    await pool.give_back(third)


async def test_whoever_waits_gets_the_next_that_comes_back_in_the_order_of_waiting(
    pool: Pool,
) -> None:
    lent = [await pool.borrow(), await pool.borrow()]
    served = list[int]()

    async def wait(number: int) -> None:
        one = await pool.borrow()
        served.append(number)
        await turns()
        await pool.give_back(one)

    waiting = [asyncio.create_task(wait(number)) for number in range(4)]
    await turns()
    assert served == []
    await pool.give_back(lent.pop())
    await asyncio.wait(waiting[:1])
    assert served[0] == 0
    await pool.give_back(lent.pop())
    await asyncio.gather(*waiting)
    assert served == [0, 1, 2, 3]


async def test_a_connection_that_the_server_has_ended_goes_with_all_that_are_idle(
    pool: Pool, tenant: TenantId, urls: Addresses
) -> None:
    both = [await pool.borrow(), await pool.borrow()]
    pids = {await _pid(one) for one in both}
    for one in both:
        await pool.give_back(one)
    assert idle(pool) == 2
    for pid in pids:
        kill(urls.app, pid)
    with pytest.raises(psycopg.OperationalError):
        async with lending(pool, tenant) as lent:
            await lent.ask(b"SELECT 1")
    assert idle(pool) == 0, "the other one has gone, too"
    async with lending(pool, tenant) as lent:
        [(pid,)] = await rows(lent, _PID)
    assert pid not in pids


async def test_a_connection_that_dies_within_a_transaction_is_not_lent_again(
    pool: Pool, tenant: TenantId, urls: Addresses
) -> None:
    with pytest.raises(psycopg.OperationalError):
        async with lending(pool, tenant) as lent:
            [(pid,)] = await rows(lent, _PID)
            kill(urls.app, pid)
            await lent.ask(b"SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        async with lending(pool, tenant) as lent:
            [(pid,)] = await rows(lent, _PID)
            kill(urls.app, pid)  # and the commit is the first to notice
    assert (idle(pool), seats(pool)) == (0, 2)


@pytest.mark.parametrize(
    "unclean", [b"BEGIN", b"BEGIN; INSERT INTO kernel_test.word SELECT", b"BEGIN; SELECT 1 / 0"]
)
async def test_what_comes_back_in_a_transaction_is_never_lent_again(
    pool: Pool, unclean: bytes
) -> None:
    one = await pool.borrow()
    pid = await _pid(one)
    with suppress(psycopg.Error):
        await one.raw.execute(unclean)
    assert not one.is_idle
    await pool.give_back(one)
    again = await pool.borrow()
    assert again.is_idle and await _pid(again) != pid
    await pool.give_back(again)


async def test_what_is_spoilt_is_never_lent_again_however_clean_it_looks(pool: Pool) -> None:
    one = await pool.borrow()
    assert one.is_idle
    await pool.give_back(one, spoilt=True)
    assert (idle(pool), seats(pool), one.raw.closed) == (0, 2, True)


async def test_an_open_transaction_is_undone_before_the_next_borrows(
    pool: Pool, tenant: TenantId
) -> None:
    pids, failures = set[int](), [b"SELECT 1 / 0", b"nonsense", b"SELECT $1::int"]
    for failing in failures:
        with pytest.raises(psycopg.Error):
            async with lending(pool, tenant) as lent:
                [(pid,)] = await rows(lent, _PID)
                pids.add(pid)
                await lent.ask(failing)
    with pytest.raises(LookupError):
        async with lending(pool, tenant) as lent:
            await lent.ask(b"CREATE TEMPORARY TABLE left_over ()")
            raise LookupError
    async with lending(pool, tenant) as lent:
        assert await rows(lent, _PID) == [(pids.pop(),)] and not pids, "one connection served all"
        assert await rows(lent, b"SELECT to_regclass('left_over')") == [(None,)]


async def test_a_server_that_is_away_costs_no_seat(tenant: TenantId) -> None:
    nowhere = Pool("postgresql+psycopg://nobody@/mall?host=/nowhere", 1)
    for _ in range(2):
        with pytest.raises(Exception, match="nowhere"):
            async with lending(nowhere, tenant) as lent:
                await lent.ask(b"SELECT 1")
    assert seats(nowhere) == 1


async def _hold(pool: Pool, tenant: TenantId, text: bytes) -> None:
    async with lending(pool, tenant) as lent:
        await lent.ask(b"SELECT 0")
        await lent.ask(text)
        await asyncio.Event().wait()


@pytest.mark.parametrize("times", [1, 2])
async def test_who_is_cancelled_while_waiting_leaves_the_queue_at_once(
    pool: Pool, tenant: TenantId, times: int
) -> None:
    lent = [await pool.borrow(), await pool.borrow()]
    waiting = asyncio.create_task(_hold(pool, tenant, b"SELECT 1"))
    await turns()
    for _ in range(times):
        waiting.cancel()
        await turns()
    assert waiting.cancelled()
    for one in lent:
        await pool.give_back(one)
    assert (seats(pool), idle(pool)) == (2, 2)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("text", [b"SELECT 1", b"SELECT pg_sleep(0.2)"])
async def test_who_is_cancelled_while_holding_one_gives_it_back_clean(
    pool: Pool, tenant: TenantId, trips: Trips, times: int, text: bytes
) -> None:
    holding = asyncio.create_task(_hold(pool, tenant, text))
    await until(lambda: text.decode() in trips.said)
    await turns()
    assert seats(pool) == 1
    for _ in range(times):
        holding.cancel()
        await turns()
    await until(lambda: seats(pool) == 2)  # a statement that runs is waited for
    assert idle(pool) == 1
    await asyncio.wait([holding])
    assert holding.cancelled()


async def test_cancelling_at_any_moment_loses_nothing(pool: Pool, tenant: TenantId) -> None:
    async def ask() -> None:
        async with lending(pool, tenant) as lent:
            lent.put(b"SELECT 1", ())
            await asyncio.gather(lent.ask(b"SELECT 2"), lent.ask(b"SELECT 3"))
            await lent.ask(b"SELECT 4")

    async with complaints() as heard:
        for turns in range(40):
            tasks = [asyncio.create_task(ask()) for _ in range(3)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        async with asyncio.timeout(2):
            await asyncio.gather(ask(), ask(), ask())
    assert seats(pool) == 2 and idle(pool) <= 2
    assert heard == []
