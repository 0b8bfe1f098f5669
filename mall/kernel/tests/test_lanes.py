"""Concurrent wants are served in batches, in order, and everyone gets an answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from mall.kernel.lanes import BatchFailed, Lane
from mall.kernel.tests.lending import turns, until


@dataclass
class Counter:
    """Doubles numbers, slowly, and remembers the batches."""

    batches: list[list[int]] = field(default_factory=list[list[int]])
    fails_at: int | None = None
    forgets: int = 0

    async def serve(self, wants: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(wants))
        await turns()
        if self.fails_at in wants:
            raise LookupError(f"{self.fails_at} cannot be doubled")
        return [2 * want for want in wants][self.forgets :]


async def test_a_want_alone_is_served_alone() -> None:
    counter = Counter()
    lane = Lane(counter.serve)
    assert await lane.submit(1) == 2
    assert await lane.submit(2) == 4
    assert counter.batches == [[1], [2]]


async def test_who_comes_while_a_batch_is_served_forms_the_next_in_order_of_arrival() -> None:
    counter = Counter()
    lane = Lane(counter.serve, at_most=4)
    first = asyncio.create_task(lane.submit(0))
    await until(lambda: counter.batches == [[0]])
    assert await asyncio.gather(*(lane.submit(n) for n in range(1, 7))) == [2, 4, 6, 8, 10, 12]
    assert await first == 0
    assert counter.batches == [[0], [1, 2, 3, 4], [5, 6]]


async def test_a_batch_that_fails_is_told_to_all_of_it_and_to_nobody_else() -> None:
    counter = Counter(fails_at=2)
    lane = Lane(counter.serve, at_most=2)
    asked = [lane.submit(n) for n in range(1, 6)]
    heard = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in heard] == [BatchFailed, BatchFailed, int, int, int]
    assert isinstance(heard[0], BatchFailed) and isinstance(heard[0].__cause__, LookupError)
    assert heard[0] is not heard[1], "each may be raised by another task"


async def test_one_who_leaves_is_left_out_and_the_others_get_their_own() -> None:
    counter = Counter()
    lane = Lane(counter.serve)
    tasks = [asyncio.create_task(lane.submit(n)) for n in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    assert await asyncio.gather(tasks[0], tasks[2]) == [0, 4]
    assert counter.batches == [[0, 2]]
    tasks = [asyncio.create_task(lane.submit(n)) for n in range(3)]
    await until(lambda: counter.batches[1:] == [[0, 1, 2]])
    tasks[1].cancel()
    assert await asyncio.gather(tasks[0], tasks[2]) == [0, 4], "also when they are served already"


async def test_a_batch_that_everybody_left_is_not_served() -> None:
    counter = Counter()
    lane = Lane(counter.serve)
    task = asyncio.create_task(lane.submit(1))
    await asyncio.sleep(0)
    task.cancel()
    await turns()
    assert counter.batches == []
    assert await lane.submit(2) == 4


async def test_when_outcomes_are_missing_nobody_waits_for_ever_or_gets_another_ones() -> None:
    counter = Counter(forgets=1)
    lane = Lane(counter.serve)
    async with asyncio.timeout(1):
        asked = [lane.submit(n) for n in range(3)]
        heard = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in heard] == [BatchFailed] * 3
    counter.forgets = 0
    async with asyncio.timeout(1):
        assert await lane.submit(5) == 10


async def test_a_process_that_stops_leaves_nobody_of_the_batch_without_an_answer() -> None:
    started = asyncio.Event()

    async def serve(wants: Sequence[int]) -> Sequence[int]:
        started.set()
        raise asyncio.CancelledError

    lane = Lane(serve)
    with pytest.raises(BatchFailed):
        async with asyncio.timeout(1):
            await lane.submit(1)
    assert started.is_set()


async def test_who_comes_when_a_batch_has_just_ended_is_served() -> None:
    counter = Counter()
    lane = Lane(counter.serve, at_once=2, worth=3)
    for n in range(5):
        assert await asyncio.wait_for(lane.submit(n), 5) == 2 * n
    assert counter.batches == [[0], [1], [2], [3], [4]]


async def test_a_further_batch_begins_beside_another_when_it_is_worth_it() -> None:
    counter, gate = Counter(), asyncio.Event()

    async def serve(wants: Sequence[int]) -> Sequence[int]:
        counter.batches.append(list(wants))
        await gate.wait()
        return wants

    lane = Lane(serve, at_once=2, worth=3)
    asked = [asyncio.create_task(lane.submit(0))]
    await until(lambda: counter.batches == [[0]])
    asked += [asyncio.create_task(lane.submit(n)) for n in (1, 2)]
    await turns()
    assert counter.batches == [[0]], "two are not worth it"
    asked += [asyncio.create_task(lane.submit(3))]
    await until(lambda: counter.batches == [[0], [1, 2, 3]])
    asked += [asyncio.create_task(lane.submit(n)) for n in (4, 5, 6)]
    await turns()
    assert len(counter.batches) == 2, "two are under way"
    gate.set()
    assert await asyncio.gather(*asked) == [0, 1, 2, 3, 4, 5, 6]
    assert counter.batches == [[0], [1, 2, 3], [4, 5, 6]]


async def test_a_batch_waits_while_each_turn_brings_somebody_until_it_is_worth_something() -> None:
    counter = Counter()
    lane = Lane(counter.serve, worth=4)
    asked = list[asyncio.Task[int]]()
    for n in range(6):
        asked.append(asyncio.create_task(lane.submit(n)))
        await asyncio.sleep(0)
    assert await asyncio.gather(*asked) == [0, 2, 4, 6, 8, 10]
    assert counter.batches[0] == [0, 1, 2, 3]


async def test_a_small_batch_waits_a_moment_for_company_if_the_last_one_had_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mall.kernel.lanes._MOMENT", 0.2)
    counter = Counter()
    lane = Lane(counter.serve, worth=8)

    async def a_little_later(n: int) -> int:
        await turns()
        return await lane.submit(n)

    await asyncio.gather(lane.submit(0), a_little_later(1))
    assert counter.batches == [[0], [1]], "who is alone does not wait"
    await asyncio.gather(lane.submit(2), lane.submit(3))
    await asyncio.gather(lane.submit(4), a_little_later(5))
    assert counter.batches[2:] == [[2, 3], [4, 5]]


async def test_a_batch_that_is_worth_it_leaves_before_the_loop_comes_to_anybody_else() -> None:
    counter = Counter()
    lane = Lane(counter.serve, worth=3)
    loop, asked = asyncio.get_running_loop(), list[asyncio.Task[int]]()

    def ask(n: int) -> None:
        asked.append(asyncio.Task(lane.submit(n), loop=loop, eager_start=True))

    for n in range(3):  # all in one turn
        ask(n)
    assert counter.batches == []
    await asyncio.gather(*asked)
    asked.clear()
    lane = Lane(counter.serve, at_once=2, worth=3)
    ask(3)
    await asyncio.sleep(0)
    assert counter.batches == [[0, 1, 2]]
    for n in (4, 5, 6, 7):
        ask(n)
    assert counter.batches == [[0, 1, 2], [3, 4, 5]]
    assert await asyncio.gather(*asked) == [6, 8, 10, 12, 14]


async def test_the_next_batch_begins_before_the_last_one_is_told() -> None:
    counter, order = Counter(), list[str]()

    async def serve(wants: Sequence[int]) -> Sequence[int]:
        order.append(f"begin {wants}")
        return await counter.serve(wants)

    async def ask(n: int) -> None:
        await lane.submit(n)
        order.append(f"told {n}")

    lane = Lane(serve)
    first = asyncio.create_task(ask(0))
    await until(lambda: order == ["begin [0]"])
    await asyncio.gather(first, ask(1))
    assert order == ["begin [0]", "begin [1]", "told 0", "told 1"]
