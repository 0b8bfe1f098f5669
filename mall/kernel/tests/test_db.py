"""Reading and writing transactions, as doors open them."""

import asyncio

import pytest
from sqlalchemy import insert, select

from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.tests.locks import waits_for_a_lock
from mall.kernel.tests.things import THING, THINGS, WORD, Addresses, Thing, Word, meanings, thing


async def _count(db: Database, tenant: TenantId) -> int:
    async with db.read(tenant) as read:
        return len(await read.rows(THINGS))


async def test_a_write_is_stored_as_a_whole_or_not_at_all(db: Database, tenant: TenantId) -> None:
    with pytest.raises(LookupError):
        async with db.write(tenant) as tx:
            await tx.insert(Thing, [thing(new_uuid())])
            tx.add(Thing, [thing(new_uuid())])
            raise LookupError
    assert await _count(db, tenant) == 0
    async with db.write(tenant) as tx:
        await tx.insert(Thing, [thing(new_uuid())])
        tx.add(Thing, [thing(new_uuid())])
        assert await _count(db, tenant) == 0, "nobody sees it before the commit"
    assert await _count(db, tenant) == 2


async def test_who_reads_cannot_write(db: Database, tenant: TenantId) -> None:
    for one_moment in (False, True):
        with pytest.raises(Exception, match="read-only"):
            async with db.read(tenant, one_moment=one_moment) as read:
                await read.run(insert(THING).values(tenant_id=tenant, id=new_uuid()))


async def test_a_reader_of_one_moment_sees_no_later_one(db: Database, tenant: TenantId) -> None:
    async with db.read(tenant, one_moment=True) as still, db.read(tenant) as moving:
        assert await still.rows(THINGS) == await moving.rows(THINGS) == []
        async with db.write(tenant) as tx:
            await tx.insert(Thing, [thing(new_uuid())])
        assert await still.rows(THINGS) == []
        assert len(await moving.rows(THINGS)) == 1


async def test_who_locks_the_same_thing_of_the_same_mall_waits(
    db: Database, tenant: TenantId
) -> None:
    key = new_uuid()

    async def locking(what: str, mall: TenantId) -> None:
        async with db.write(mall) as tx:
            await tx.lock(what, key)

    async with db.write(tenant) as tx:
        await tx.lock("shelf", new_uuid(), key)
        same = asyncio.create_task(locking("shelf", tenant))
        await asyncio.gather(locking("box", tenant), locking("shelf", TenantId(new_uuid())))
        assert await waits_for_a_lock(db, tenant, same)
    async with asyncio.timeout(5):
        await same


async def test_requests_that_hold_every_connection_never_wait_for_each_other(
    urls: Addresses, tenant: TenantId
) -> None:
    db = Database(urls.app, connections=2)

    async def request(number: int) -> None:
        async with db.read(tenant) as read:
            await read.rows(THINGS)
            await read.recall(meanings, [f"word {number}"])
            await read.together(meanings, ["tea"])
        async with db.write(tenant) as tx:
            await tx.insert(Word, [{"word": f"word {number}", "meaning": ""}])
            await tx.recall(meanings, [f"word {number}"])

    async with asyncio.timeout(8):
        await asyncio.gather(*(request(number) for number in range(12)))
    async with db.read(tenant) as read:
        assert len((await read.run(select(WORD))).all()) == 12
    await db.close()
