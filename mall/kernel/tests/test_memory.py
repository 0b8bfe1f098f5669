"""What a process remembers: asked together, forgotten in time, and never too much."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from mall.kernel import snapshots
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.lanes import BatchFailed
from mall.kernel.snapshots import Snapshots
from mall.kernel.tests.lending import turns, until


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
        version = self.version
        await turns()
        if self.fails:
            raise LookupError("the shelf has fallen down")
        return {key: f"{load} {key} {version}" for key in keys if key >= 0}

    async def ask_version(self, tenant: TenantId) -> int:
        await asyncio.sleep(0)
        return self.version

    @property
    def is_asking(self) -> bool:
        return bool(self.memory._renewals)  # pyright: ignore[reportPrivateUsage]

    @property
    def remembered(self) -> int:
        mine = self.memory._mine.values()  # pyright: ignore[reportPrivateUsage]
        return sum(len(answers) for one in mine for answers in one.answers.values())


async def test_who_comes_while_a_question_is_answered_shares_the_next(tenant: TenantId) -> None:
    shelf = Shelf()
    ask = shelf.memory.together
    first = asyncio.create_task(ask(tenant, "load", [1]))
    await until(lambda: shelf.asked == [[1]])
    rest = await asyncio.gather(*(ask(tenant, "load", [n, n + 1, -n]) for n in range(2, 6)))
    assert await first == {1: "load 1 1"}
    assert rest == [{n: f"load {n} 1", n + 1: f"load {n + 1} 1"} for n in range(2, 6)]
    assert shelf.asked == [[1], [2, 3, -2, 4, -3, 5, -4, 6, -5]]


async def test_one_who_leaves_disturbs_nobody_who_asked_with_him(tenant: TenantId) -> None:
    shelf = Shelf()
    tasks = [asyncio.create_task(shelf.memory.together(tenant, "load", [n])) for n in range(3)]
    await until(lambda: shelf.asked == [[0, 1, 2]])
    tasks[0].cancel()
    assert await asyncio.gather(*tasks[1:]) == [{1: "load 1 1"}, {2: "load 2 1"}]
    gone = asyncio.create_task(shelf.memory.together(tenant, "load", [7]))
    await asyncio.sleep(0)
    gone.cancel()
    await turns()
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
    await until(lambda: shelf.asked == [[1]])  # the old answer is on its way
    shelf.version = 2
    shelf.memory.forget(tenant)
    assert (await shelf.memory.current(tenant)).version == 2
    assert await slow == {1: "load 1 1"}
    assert await shelf.memory.recall(tenant, "load", [1]) == {1: "load 1 2"}


async def test_many_who_find_the_memory_old_ask_for_the_version_once(tenant: TenantId) -> None:
    shelf = Shelf()
    asked = list[int]()

    async def ask_version(_: TenantId) -> int:
        asked.append(1)
        await turns()
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


async def test_what_was_wanted_lately_is_asked_again_all_together_and_nobody_waits_for_it(
    tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(snapshots, "monotonic", lambda: clock.now)
    shelf = Shelf()
    ask = shelf.memory.lately
    for n in (1, 2, -3):
        await ask(tenant, "load", [n])
    assert await ask(tenant, "load", [1, 2, -3]) == {1: "load 1 1", 2: "load 2 1"}
    assert shelf.asked == [[1], [2], [-3]], "absent keys are known as absent"
    shelf.version, clock.now = 2, 100.45
    assert await ask(tenant, "load", [1]) == {1: "load 1 1"}, "young enough, but asked again"
    await until(lambda: not shelf.is_asking)
    assert shelf.asked[3:] == [[1, 2, -3]]
    assert await ask(tenant, "load", [1, 2, -3]) == {1: "load 1 2", 2: "load 2 2"}
    shelf.version, clock.now = 3, 101.0
    assert await ask(tenant, "load", [2]) == {2: "load 2 3"}, "too old is never told"
    clock.now = 104.0
    assert await ask(tenant, "load", [2]) == {2: "load 2 3"}
    clock.now = 106.5
    await ask(tenant, "load", [2])
    assert shelf.asked[-1] == [2], "what nobody has wanted for a while is not asked again"


async def test_what_was_seen_lately_in_many_malls_does_not_grow_for_ever(
    tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "_SEEN_AT_MOST", 30)
    shelf = Shelf()
    for mall in [tenant, *(TenantId(new_uuid()) for _ in range(20))]:
        assert len(await shelf.memory.lately(mall, "load", range(10))) == 10
        memory: Any = shelf.memory
        seen = sum(len(one.seen) for some in memory._lately.values() for one in some.values())
        assert seen == memory._seen <= 50
        shelf.memory.outdate(mall, "load", range(5))


async def test_what_was_found_lately_is_asked_anew_after_a_change(tenant: TenantId) -> None:
    shelf = Shelf()
    assert await shelf.memory.lately(tenant, "load", [1]) == {1: "load 1 1"}
    shelf.version = 2
    assert await shelf.memory.lately(tenant, "load", [1]) == {1: "load 1 1"}
    shelf.memory.forget(tenant)
    assert await shelf.memory.lately(tenant, "load", [1]) == {1: "load 1 2"}
    other = TenantId(new_uuid())
    assert await shelf.memory.lately(other, "load", [1]) == {1: "load 1 2"}
    shelf.fails = True
    shelf.memory.forget(tenant)
    with pytest.raises(BatchFailed):
        await shelf.memory.lately(tenant, "load", [1])
    shelf.fails = False
    assert await shelf.memory.lately(tenant, "load", [1]) == {1: "load 1 2"}
