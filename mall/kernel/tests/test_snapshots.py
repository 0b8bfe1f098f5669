"""What a process remembers is true, or half a second old at most, and of one mall only."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from time import monotonic
from typing import Any, cast

import pytest
import pytest_asyncio
from sqlalchemy import CursorResult, Text, bindparam, delete, insert, select, update

from mall.kernel import snapshots
from mall.kernel.db import Database, Read, Tx
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.statements import Prepared
from mall.kernel.tables import VersionRow
from mall.kernel.tests.things import WORD, Addresses, Thing, Word, meanings, thing
from mall.kernel.tests.trips import Trips

_MEAN = update(WORD).where(WORD.c.word == bindparam("key", type_=Text()))
_MEANT = Prepared(_MEAN.values(meaning=bindparam("meant", type_=Text())))
_CREATED = Prepared(
    insert(WORD).values(
        tenant_id=bindparam("tenant"), word=bindparam("word"), meaning=bindparam("meant")
    )
)


@pytest_asyncio.fixture
async def elsewhere(urls: Addresses) -> AsyncGenerator[Database]:
    """Give the database as another process sees it."""
    other = Database(urls.app, connections=3)
    yield other
    await other.close()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(snapshots, "CHECKED_EVERY", 0.1)
    return 0.1


async def _say(db: Database, tenant: TenantId, **words: str) -> None:
    async with db.write(tenant) as tx:
        for word, meaning in words.items():
            changed = await tx.run(update(WORD).where(WORD.c.word == word).values(meaning=meaning))
            if not cast("CursorResult[Any]", changed).rowcount:
                await tx.insert(Word, [{"word": word, "meaning": meaning}])


async def _heard(db: Database, tenant: TenantId, *words: str) -> dict[str, str]:
    async with db.read(tenant) as read:
        return await read.recall(meanings, words)


async def _version(db: Database, tenant: TenantId) -> int:
    async with db.read(tenant) as read:
        return (await read.run(select(VersionRow.version))).scalar() or 0


async def test_a_change_is_seen_at_once_by_the_process_that_made_it(
    db: Database, tenant: TenantId
) -> None:
    await _say(db, tenant, tea="leaf", cup="clay")
    assert await _heard(db, tenant, "tea", "cup") == {"tea": "leaf", "cup": "clay"}
    await _say(db, tenant, tea="drink")
    assert await _heard(db, tenant, "tea", "cup") == {"tea": "drink", "cup": "clay"}


async def test_a_change_is_seen_by_other_processes_when_they_look_at_the_version_again(
    db: Database, elsewhere: Database, tenant: TenantId, often: float
) -> None:
    await _say(db, tenant, tea="leaf")
    assert await _heard(elsewhere, tenant, "tea", "new") == {"tea": "leaf"}
    await _say(db, tenant, tea="drink", new="here")
    changed_at, heard = monotonic(), dict[str, str]()
    while "new" not in heard and monotonic() < changed_at + often + 2:  # on a busy machine
        await asyncio.sleep(often / 10)
        heard = await _heard(elsewhere, tenant, "tea", "new")
    assert heard == {"tea": "drink", "new": "here"}


async def test_what_is_remembered_is_not_asked_again_nor_what_is_absent(
    db: Database, tenant: TenantId, trips: Trips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CHECKED_EVERY", 60)
    await _say(db, tenant, tea="leaf")
    assert await _heard(db, tenant, "tea", "none") == {"tea": "leaf"}
    trips.said.clear()
    assert await _heard(db, tenant, "none", "tea") == {"tea": "leaf"}
    assert trips.said == []
    await _say(db, tenant, none="some")
    assert await _heard(db, tenant, "none", "tea") == {"tea": "leaf", "none": "some"}
    async with db.write(tenant) as tx:
        await tx.run(delete(WORD).where(WORD.c.word == "tea"))
    assert await _heard(db, tenant, "none", "tea") == {"none": "some"}


async def test_who_writes_sees_what_others_committed_however_fresh_the_memory_is(
    db: Database, elsewhere: Database, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CHECKED_EVERY", 60)
    await _say(db, tenant, tea="leaf")
    assert await _heard(elsewhere, tenant, "tea", "new") == {"tea": "leaf"}
    await _say(db, tenant, tea="drink", new="here")
    assert await _heard(elsewhere, tenant, "tea") == {"tea": "leaf"}, "this is the memory"
    async with elsewhere.write(tenant) as tx:
        assert await tx.recall(meanings, ["tea", "new"]) == {"tea": "drink", "new": "here"}
    assert await _heard(elsewhere, tenant, "tea") == {"tea": "drink"}, "and now it is corrected"


async def test_who_writes_uses_the_memory_while_nothing_has_changed(
    db: Database, tenant: TenantId, trips: Trips
) -> None:
    await _say(db, tenant, tea="leaf")
    await _heard(db, tenant, "tea", "none")
    trips.said.clear()
    async with db.write(tenant) as tx:
        assert await tx.recall(meanings, ["tea", "none"]) == {"tea": "leaf"}
        assert await tx.recall(meanings, ["tea"]) == {"tea": "leaf"}
    asked = [text for text in trips.said if text not in {"BEGIN", "COMMIT"}]
    assert len(asked) == 2 and "kernel.version" in asked[1], asked


async def _change_by_run(tx: Tx) -> None:
    await tx.run(update(WORD).where(WORD.c.word == "tea").values(meaning="mine"))


async def _change_by_change(tx: Tx) -> None:
    assert await tx.change(_MEANT, key="tea", meant="mine") == 1


async def _change_by_put(tx: Tx) -> None:
    tx.put(_MEANT, key="tea", meant="mine")


_WAYS = [_change_by_run, _change_by_change, _change_by_put]


@pytest.mark.parametrize("change", _WAYS)
async def test_who_writes_sees_its_own_changes_and_nobody_else_before_the_commit(
    db: Database, tenant: TenantId, change: Any
) -> None:
    await _say(db, tenant, tea="leaf")
    async with db.write(tenant) as tx:
        assert await tx.recall(meanings, ["tea"]) == {"tea": "leaf"}
        await change(tx)
        assert await tx.recall(meanings, ["tea"]) == {"tea": "mine"}
        assert await _heard(db, tenant, "tea") == {"tea": "leaf"}
    assert await _heard(db, tenant, "tea") == {"tea": "mine"}
    assert await _version(db, tenant) == 2


@pytest.mark.parametrize("change", _WAYS)
async def test_a_change_that_is_rolled_back_was_never_there(
    db: Database, elsewhere: Database, tenant: TenantId, change: Any
) -> None:
    await _say(db, tenant, tea="leaf")
    await _heard(db, tenant, "tea")
    with pytest.raises(LookupError):
        async with db.write(tenant) as tx:
            await change(tx)
            assert await tx.recall(meanings, ["tea", "new"]) == {"tea": "mine"}
            raise LookupError
    for each in (db, elsewhere):
        assert await _heard(each, tenant, "tea", "new") == {"tea": "leaf"}
        async with each.write(tenant) as tx:
            assert await tx.recall(meanings, ["tea", "new"]) == {"tea": "leaf"}
    assert await _version(db, tenant) == 1


async def test_a_change_beside_the_question_is_not_remembered_either(
    db: Database, tenant: TenantId
) -> None:
    await _say(db, tenant, tea="leaf")

    async def slowly(read: Read, words: Sequence[str]) -> Mapping[str, str]:
        await read.run(select(1))  # between the version and the question the change is made
        return await meanings(read, words)

    with pytest.raises(LookupError):
        async with db.write(tenant) as tx:
            found, _ = await asyncio.gather(tx.recall(slowly, ["tea"]), _change_later(tx))
            assert found == {"tea": "mine"}
            raise LookupError
    async with db.read(tenant) as read:
        assert await read.recall(slowly, ["tea"]) == {"tea": "leaf"}


async def _change_later(tx: Tx) -> None:
    await tx.rows(Prepared(select(1)))
    await _change_by_run(tx)


async def test_only_changes_of_remembered_tables_move_the_version_once_a_commit(
    db: Database, tenant: TenantId
) -> None:
    async with db.write(tenant) as tx:
        await tx.insert(Thing, [thing(new_uuid())])
        await tx.recall(meanings, ["tea"])
    assert await _version(db, tenant) == 0
    async with db.write(tenant) as tx:
        await tx.insert(Word, [{"word": "a", "meaning": ""}])
        tx.add(Word, [{"word": "b", "meaning": ""}])
        tx.put(_CREATED, word="c", meant="")
    assert await _version(db, tenant) == 1
    await asyncio.gather(*(_say(db, tenant, **{f"word {n}": ""}) for n in range(5)))
    assert await _version(db, tenant) == 6


async def test_malls_never_share_an_answer(db: Database, tenant: TenantId) -> None:
    other = TenantId(new_uuid())
    await _say(db, tenant, tea="mine")
    await _say(db, other, tea="theirs", only="theirs")
    for _ in range(2):
        both = await asyncio.gather(
            _heard(db, tenant, "tea", "only"), _heard(db, other, "tea", "only")
        )
        assert both == [{"tea": "mine"}, {"tea": "theirs", "only": "theirs"}]
    async with db.read(tenant) as mine, db.read(other) as theirs:
        both = await asyncio.gather(
            mine.together(meanings, ["tea"]), theirs.together(meanings, ["tea"])
        )
    assert both == [{"tea": "mine"}, {"tea": "theirs"}]


async def test_a_question_asked_together_sees_this_moment_and_in_a_write_its_own(
    db: Database, elsewhere: Database, tenant: TenantId
) -> None:
    await _say(db, tenant, tea="leaf")
    async with elsewhere.read(tenant) as read:
        assert await read.together(meanings, ["tea"]) == {"tea": "leaf"}
        await _say(db, tenant, tea="drink")
        assert await read.together(meanings, ["tea"]) == {"tea": "drink"}
    async with elsewhere.write(tenant) as tx:
        await _change_by_put(tx)
        assert await tx.together(meanings, ["tea"]) == {"tea": "mine"}


async def test_loads_that_recall_what_other_loads_find_do_not_wait_for_each_other(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CHECKED_EVERY", 60)
    malls = [TenantId(new_uuid()) for _ in range(6)]

    async def longer(read: Read, words: Sequence[str]) -> dict[str, str]:
        await meanings(read, words)  # now it holds a connection
        found = await read.recall(meanings, words)
        return {**found, **await read.together(meanings, words), "whose": str(read.tenant_id)}

    async def ask(mall: TenantId) -> dict[str, str]:
        async with db.read(mall) as read:
            return await read.recall(longer, ["tea", "whose"])

    for mall in malls:
        await _say(db, mall, tea=f"of {mall}")
    async with asyncio.timeout(5):
        found = await asyncio.gather(*(ask(mall) for mall in malls))
    assert found == [{"tea": f"of {mall}", "whose": str(mall)} for mall in malls]
