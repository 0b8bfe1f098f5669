"""A transaction runs everything in order, in few round trips, and all of it or nothing."""

import asyncio
import contextlib
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, select, text

from mall.kernel.connections import Lent
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.pool import Pool
from mall.kernel.statements import as_text
from mall.kernel.tests.lending import complaints, idle, lending, rows, until
from mall.kernel.tests.things import THING, WORD
from mall.kernel.tests.trips import Trips

_ADD = b"INSERT INTO kernel_test.word (tenant_id, word, meaning) VALUES ($1, $2, '')"
_WORDS = b"SELECT word FROM kernel_test.word ORDER BY word"


def _adding(tenant: TenantId, word: str) -> list[bytes | None]:
    return [as_text(tenant), as_text(word)]


async def _stored(pool: Pool, tenant: TenantId) -> list[str]:
    async with lending(pool, tenant, b"BEGIN READ ONLY") as lent:
        return [word for (word,) in await rows(lent, _WORDS)]


async def _a_step_later(lent: Lent, text: bytes) -> None:
    await asyncio.sleep(0)
    await lent.ask(text)


async def test_when_nothing_is_asked_the_database_hears_nothing(
    pool: Pool, tenant: TenantId, trips: Trips
) -> None:
    async with lending(pool, tenant):
        pass
    with pytest.raises(LookupError):
        async with lending(pool, tenant) as lent:
            lent.put(_ADD, _adding(tenant, "never"))
            raise LookupError
    assert (trips.said, idle(pool)) == ([], 0)


async def test_statements_run_in_the_order_in_which_they_were_asked_and_put(
    pool: Pool, tenant: TenantId
) -> None:
    async with lending(pool, tenant) as lent:
        await lent.ask(b"CREATE TEMPORARY TABLE line (n serial, what text) ON COMMIT DROP")
        add = b"INSERT INTO line (what) VALUES ($1)"
        lent.put(add, [b"a"])
        await lent.ask(add, [b"b"])
        lent.put(add, [b"c"])
        lent.put(add, [b"d"])
        await asyncio.gather(*(lent.ask(add, [what]) for what in (b"e", b"f", b"g")))
        lent.put(add, [b"h"])
        [(line,)] = await rows(lent, b"SELECT string_agg(what, '' ORDER BY n) FROM line")
    assert line == "abcdefgh"


async def test_what_is_asked_at_once_shares_a_round_trip(
    pool: Pool, tenant: TenantId, trips: Trips
) -> None:
    await _stored(pool, tenant)  # the connection is open
    trips.count = 0
    trips.said.clear()
    async with lending(pool, tenant) as lent:
        lent.put(b"SELECT 0", ())
        found = await asyncio.gather(*(rows(lent, b"SELECT $1::int", b"%d" % n) for n in range(5)))
        assert found == [[(n,)] for n in range(5)]
        assert trips.count == 1, "with the BEGIN and what nobody waited for"
        await lent.ask(b"SELECT 5")
        await asyncio.gather(lent.ask(b"SELECT 6"), _a_step_later(lent, b"SELECT 7"))
        assert trips.count == 3
        lent.put(b"SELECT 8", ())
        lent.put(b"SELECT 9", ())
        assert trips.count == 3
    assert trips.count == 4, "these went with the COMMIT"
    assert trips.said[0] == "BEGIN" and trips.said[-3:] == ["SELECT 8", "SELECT 9", "COMMIT"]


async def test_when_something_that_nobody_waited_for_fails_nothing_is_stored(
    pool: Pool, tenant: TenantId
) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with lending(pool, tenant) as lent:
            await lent.ask(_ADD, _adding(tenant, "first"))
            lent.put(_ADD, _adding(tenant, "second"))
            lent.put(_ADD, _adding(tenant, "first"))
            lent.put(_ADD, _adding(tenant, "third"))
    assert await _stored(pool, tenant) == []
    async with lending(pool, tenant) as lent:
        lent.put(_ADD, _adding(tenant, "alone"))
    assert await _stored(pool, tenant) == ["alone"]


async def test_a_failure_is_told_by_its_own_name_to_whoever_asks_next(
    pool: Pool, tenant: TenantId
) -> None:
    async def twice(lent: Lent) -> None:
        lent.put(_ADD, _adding(tenant, "same"))
        lent.put(_ADD, _adding(tenant, "same"))

    with pytest.raises(psycopg.errors.UniqueViolation):
        async with lending(pool, tenant) as lent:
            await twice(lent)
            await lent.ask(b"SELECT 1")
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with lending(pool, tenant) as lent:
            await twice(lent)
            await lent.call(lambda connection: connection.execute(select(WORD.c.word)))


@pytest.mark.parametrize(
    ("text", "params"),
    [
        (b"SELECT 1 / 0", ()),
        (b"SELECT $1::text", [1]),  # the driver refuses it, PostgreSQL hears nothing
    ],
)
async def test_a_failure_that_somebody_swallows_is_no_commit(
    pool: Pool, tenant: TenantId, text: bytes, params: Any
) -> None:
    """PostgreSQL answers a COMMIT after a failure with ROLLBACK, as if nothing were wrong."""
    with pytest.raises((psycopg.Error, TypeError)):
        async with lending(pool, tenant) as lent:
            lent.put(_ADD, _adding(tenant, "lost"))
            with pytest.raises((psycopg.Error, TypeError)):
                await lent.ask(text, params)
    assert await _stored(pool, tenant) == []


async def test_a_failure_of_somebody_who_has_gone_is_no_commit(
    pool: Pool, tenant: TenantId
) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        async with lending(pool, tenant) as lent:
            lent.put(_ADD, _adding(tenant, "lost"))
            lent.put(b"SELECT 1 / 0", ())
            gone = asyncio.create_task(lent.ask(b"SELECT pg_sleep(0.05)"))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.wait([gone])
    assert await _stored(pool, tenant) == []


async def test_a_connection_that_could_not_be_borrowed_is_no_commit(
    pool: Pool, tenant: TenantId
) -> None:
    nowhere = Pool("postgresql+psycopg://nobody@/mall?host=/nowhere", 1)
    with pytest.raises(Exception, match="nowhere"):
        async with lending(nowhere, tenant) as lent:
            with pytest.raises(Exception, match="nowhere"):
                await lent.ask(_ADD, _adding(tenant, "lost"))


async def test_all_who_asked_at_once_hear_of_the_failure(pool: Pool, tenant: TenantId) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        async with lending(pool, tenant) as lent:
            asked = [lent.ask(text) for text in (b"SELECT 1", b"SELECT 1 / 0", b"SELECT 2")]
            heard = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(one) for one in heard] == [psycopg.errors.DivisionByZero] * 3


async def test_after_the_end_nothing_can_be_asked_or_put(pool: Pool, tenant: TenantId) -> None:
    async with lending(pool, tenant) as used:
        await used.ask(b"SELECT 1")
    async with lending(pool, tenant) as unused:
        pass
    for lent in (used, unused):
        with pytest.raises(RuntimeError, match="over"):
            await lent.ask(b"SELECT 1")
        with pytest.raises(RuntimeError, match="over"):
            await lent.call(lambda connection: connection.execute(select(WORD)))
        with pytest.raises(RuntimeError, match="over"):
            lent.put(b"SELECT 1", ())


async def test_who_still_waits_at_the_end_is_told(
    pool: Pool, tenant: TenantId, trips: Trips
) -> None:
    lent = Lent(pool, b"BEGIN", tenant)
    await lent.ask(b"SELECT 1")
    running = asyncio.create_task(lent.ask(b"SELECT pg_sleep(0.1)"))
    await until(lambda: "pg_sleep" in trips.said[-1])
    late = asyncio.create_task(lent.ask(b"SELECT 2"))
    await asyncio.sleep(0)
    await lent.end()
    await running
    with pytest.raises(RuntimeError, match="over"):
        await late
    lent = Lent(pool, b"BEGIN", tenant)
    early = asyncio.create_task(lent.ask(b"SELECT 3"))
    await asyncio.sleep(0)
    await lent.end()
    with pytest.raises(RuntimeError, match="over"):
        await early


async def test_an_end_while_a_question_is_about_to_go_is_no_failure_of_ours(
    pool: Pool, tenant: TenantId
) -> None:
    async with complaints() as heard:
        for turns in range(4):
            lent = Lent(pool, b"BEGIN", tenant)
            await lent.ask(b"SELECT 1")
            asking = asyncio.create_task(lent.ask(b"SELECT 2"))
            for _ in range(turns):
                await asyncio.sleep(0)
            await lent.end()
            await asyncio.wait([asking])
            assert asking.exception() is None or "over" in str(asking.exception())
    assert heard == []


async def test_a_statement_whose_text_was_to_be_prepared_when_another_failed_still_runs(
    pool: Pool, tenant: TenantId
) -> None:
    """The driver would take it for prepared, and it would fail on this connection for ever."""
    for failing in range(6):  # it prepares what it has seen some times
        for turn in (failing, *range(failing + 3)):
            try:
                async with lending(pool, tenant) as lent:
                    if turn == failing:
                        lent.put(b"SELECT 1 / 0", ())
                    said = b"SELECT 3 + $1::int -- %d" % failing
                    assert await rows(lent, said, b"4") == [(7,)]
            except psycopg.errors.DivisionByZero:
                assert turn == failing


async def test_of_many_texts_those_used_last_stay_prepared(
    pool: Pool, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mall.kernel.wire._PREPARED_AT_MOST", 6)
    listed = text("SELECT name, statement FROM pg_prepared_statements WHERE name LIKE 'w%'")
    often, names = b"SELECT $1::int", set[str]()
    for number in range(20):
        with contextlib.suppress(psycopg.errors.DivisionByZero):
            async with lending(pool, tenant) as lent:
                assert await rows(lent, often, b"4") == [(4,)]
                assert await rows(lent, b"SELECT %d + $1::int" % number, b"4") == [(number + 4,)]
                if number % 3 == 0:
                    lent.put(b"SELECT $1::int / (%d * 0)" % number, [b"1"])
        async with lending(pool, tenant) as lent:
            found = (await lent.call(lambda connection: connection.execute(listed))).all()
            assert len(found) <= 6
            names.update(name for name, statement in found if statement.encode() == often)
    assert len(names) == 1


async def test_what_sqlalchemy_runs_keeps_its_place_among_the_others(
    pool: Pool, tenant: TenantId
) -> None:
    async def by_sqlalchemy(lent: Lent, word: str) -> None:
        row = {"tenant_id": tenant, "word": word}
        await lent.call(lambda connection: connection.execute(insert(WORD).values(row)))

    async with lending(pool, tenant) as lent:
        lent.put(_ADD, _adding(tenant, "a"))
        found = await asyncio.gather(
            rows(lent, _WORDS),
            by_sqlalchemy(lent, "b"),
            rows(lent, _WORDS),
            by_sqlalchemy(lent, "c"),
            rows(lent, _WORDS),
        )
        assert [len(one or ()) for one in found[::2]] == [1, 2, 3]
        lent.put(_ADD, _adding(tenant, "d"))
        result = await lent.call(lambda connection: connection.execute(select(WORD.c.word)))
        assert sorted(result.scalars()) == ["a", "b", "c", "d"]
    assert await _stored(pool, tenant) == ["a", "b", "c", "d"]


async def test_nobody_sees_or_writes_rows_of_another_mall(pool: Pool, tenant: TenantId) -> None:
    other = TenantId(new_uuid())
    for each in (tenant, other):
        async with lending(pool, each) as lent:
            await lent.ask(_ADD, _adding(each, f"of {each}"))
    for each in (tenant, other, tenant):
        assert await _stored(pool, each) == [f"of {each}"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with lending(pool, each) as lent:
                await lent.ask(b"SELECT 1")
                stranger = other if each == tenant else tenant
                await lent.ask(_ADD, _adding(stranger, "smuggled"))
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with lending(pool, each) as lent:
                await lent.ask(b"SELECT 1")
                await lent.ask(b"SELECT 1 / 0")
    assert idle(pool) == 1, "one connection served both, with errors in between"
    one = await pool.borrow()
    assert await (await one.raw.execute(_WORDS)).fetchall() == [], "and nobody outside of a mall"
    await pool.give_back(one)


async def test_who_only_reads_cannot_write(pool: Pool, tenant: TenantId) -> None:
    row = {"tenant_id": tenant, "id": new_uuid()}
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with lending(pool, tenant, b"BEGIN READ ONLY") as lent:
            await lent.ask(_ADD, _adding(tenant, "no"))
    with pytest.raises(Exception, match="read-only"):
        async with lending(pool, tenant, b"BEGIN READ ONLY") as lent:
            await lent.call(lambda connection: connection.execute(insert(THING).values(row)))
    assert await _stored(pool, tenant) == []


async def test_where_nothing_binds_two_reads_each_carries_its_own_end(
    pool: Pool, tenant: TenantId, trips: Trips
) -> None:
    await _stored(pool, tenant)  # the connection is open
    trips.count = 0
    trips.said.clear()
    lent = Lent(pool, b"BEGIN READ ONLY", tenant, apart=True)
    assert await asyncio.gather(rows(lent, b"SELECT 1"), rows(lent, b"SELECT 2")) == [
        [(1,)],
        [(2,)],
    ]
    assert (trips.count, trips.said[-1]) == (1, "COMMIT")
    assert await rows(lent, _WORDS) == []
    found = await lent.call(lambda connection: connection.execute(select(WORD.c.word)))
    assert list(found) == [] and trips.said[-1] != "COMMIT", "a transaction that goes on"
    await lent.commit()
    await lent.end()
    assert idle(pool) == 1
    lent = Lent(pool, b"BEGIN READ ONLY", tenant, apart=True)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await lent.ask(_ADD, _adding(tenant, "no"))
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await lent.commit()
    await lent.end()
    assert idle(pool) == 1, "an error of a statement spoils no connection"
