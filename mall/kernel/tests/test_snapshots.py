"""What a process remembers is true, or half a second old at most, and of one mall only."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Text, bindparam, delete, insert, select, update

from mall.kernel import snapshots
from mall.kernel.db import Database, Read, Tx
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.lanes import BatchFailed
from mall.kernel.snapshots import Snapshots
from mall.kernel.statements import Prepared
from mall.kernel.tables import VersionRow
from mall.kernel.tests.conftest import Trips
from mall.kernel.tests.things import WORD, Addresses, Thing, Word, meanings, thing

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
            if not changed.rowcount:  # pyright: ignore[reportAttributeAccessIssue]
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
    await asyncio.sleep(often)
    assert await _heard(elsewhere, tenant, "tea", "new") == {"tea": "drink", "new": "here"}


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


@dataclass
class Shelf:
    """Answers that a test decides, in place of the database."""

    version: int = 1
    asked: list[list[Any]] = field(default_factory=list[list[Any]])
    fails: bool = False
    memory: Snapshots = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Snapshots(self.ask, self.ask_version)

    async def ask(self, tenant: TenantId, load: Any, keys: Sequence[Any]) -> Mapping[Any, Any]:
        self.asked.append(list(keys))
        await asyncio.sleep(0.01)
        if self.fails:
            raise LookupError("the shelf has fallen down")
        return {key: f"{load} {key} {self.version}" for key in keys if key >= 0}

    async def ask_version(self, tenant: TenantId) -> int:
        await asyncio.sleep(0)
        return self.version

    @property
    def remembered(self) -> int:
        mine = self.memory._mine.values()  # pyright: ignore[reportPrivateUsage]
        return sum(len(answers) for one in mine for answers in one.answers.values())


async def test_who_comes_while_a_question_is_answered_shares_the_next(tenant: TenantId) -> None:
    shelf = Shelf()
    ask = shelf.memory.together
    first = asyncio.create_task(ask(tenant, "load", [1]))
    await asyncio.sleep(0.005)
    rest = await asyncio.gather(*(ask(tenant, "load", [n, n + 1, -n]) for n in range(2, 6)))
    assert await first == {1: "load 1 1"}
    assert rest == [{n: f"load {n} 1", n + 1: f"load {n + 1} 1"} for n in range(2, 6)]
    assert shelf.asked == [[1], [2, 3, -2, 4, -3, 5, -4, 6, -5]]


async def test_one_who_leaves_disturbs_nobody_who_asked_with_him(tenant: TenantId) -> None:
    shelf = Shelf()
    tasks = [asyncio.create_task(shelf.memory.together(tenant, "load", [n])) for n in range(3)]
    await asyncio.sleep(0.005)
    tasks[0].cancel()
    assert await asyncio.gather(*tasks[1:]) == [{1: "load 1 1"}, {2: "load 2 1"}]
    gone = asyncio.create_task(shelf.memory.together(tenant, "load", [7]))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0.02)
    assert [] not in shelf.asked, "a question of nobody is not asked"


async def test_a_failure_reaches_all_who_asked_and_is_forgotten(tenant: TenantId) -> None:
    shelf = Shelf(fails=True)
    recalls = [shelf.memory.recall(tenant, "load", [n]) for n in range(3)]
    heard = await asyncio.gather(*recalls, return_exceptions=True)
    assert [type(one) for one in heard] == [BatchFailed] * 3
    assert all(isinstance(one, BaseException) and one.__cause__ for one in heard)
    shelf.fails = False
    assert await shelf.memory.recall(tenant, "load", [1]) == {1: "load 1 1"}


async def test_loads_do_not_share_answers(tenant: TenantId) -> None:
    shelf = Shelf()
    assert await shelf.memory.recall(tenant, "prices", [1]) == {1: "prices 1 1"}
    assert await shelf.memory.recall(tenant, "titles", [1]) == {1: "titles 1 1"}


async def test_what_was_asked_before_a_change_is_not_remembered_after_it(tenant: TenantId) -> None:
    shelf = Shelf()
    slow = asyncio.create_task(shelf.memory.recall(tenant, "load", [1]))
    await asyncio.sleep(0.005)  # the old answer is on its way
    shelf.version = 2
    shelf.memory.forget(tenant)
    await slow
    assert await shelf.memory.recall(tenant, "load", [1]) == {1: "load 1 2"}


async def test_many_who_find_the_memory_old_ask_for_the_version_once(tenant: TenantId) -> None:
    shelf = Shelf()
    asked = list[int]()

    async def ask_version(_: TenantId) -> int:
        asked.append(1)
        await asyncio.sleep(0.01)
        return 1

    memory = Snapshots(shelf.ask, ask_version)
    found = await asyncio.gather(*(memory.recall(tenant, "load", [1]) for _ in range(9)))
    assert found == [{1: "load 1 1"}] * 9 and len(asked) == 1
    assert sum(keys.count(1) for keys in shelf.asked) == 1


async def test_the_memory_is_bounded(tenant: TenantId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "_ANSWERS_AT_MOST", 20)
    shelf = Shelf()
    sizes = list[int]()
    for start in range(0, 90, 3):
        mall = tenant if start % 2 else TenantId(new_uuid())
        keys = [start, start + 1, -start - 1]
        found = await shelf.memory.recall(mall, "load", keys)
        assert found == {key: f"load {key} 1" for key in keys[:2]}
        sizes.append(shelf.remembered)
    assert 9 < max(sizes) <= 20
    await shelf.memory.recall(tenant, "load", list(range(1000, 1100)))
    assert shelf.remembered <= 20
