"""Running one interleaving, making a failing one short, and keeping it for ever."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import msgspec

from mall import orders, payments
from mall.kernel.audit import SYSTEM
from mall.kernel.problems import Problem
from tests.simulation import steps as happenings
from tests.simulation.checks import Watcher
from tests.simulation.drawing import BOUGHT, drawn
from tests.simulation.steps import HAPPENINGS, Step
from tests.simulation.world import Broken, Setup, World, new_world, setup_of

REGRESSIONS = Path(__file__).parent / "regressions"
STEPS = 30
BILLS_AFTER = timedelta(hours=48)  # a day, the hours until its bill is out, and some rounds
ROUNDS_AT_MOST = 60
WORK_AT_MOST = 400


class Trace(msgspec.Struct, frozen=True):
    """A way through a world; ``why`` says what was broken when it was found.

    Everything stands in it: kept traces must not change when the drawing of seeds does. They do
    lean on what a step makes of its numbers: widen that, do not turn it round.
    """

    seed: int
    setup: Setup
    steps: list[Step]
    why: str = ""


@dataclass
class Ended:
    """What came of one run."""

    why: str | None = None  # None: everything held
    seen: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    steps: list[Step] = field(default_factory=list[Step])
    told: list[str] = field(default_factory=list[str])


def run_seed(seed: int) -> Ended:
    """Run the interleaving of a seed; it is drawn while it runs."""
    world, random = new_world(setup_of(seed)), Random(seed)
    return _run(world, _drawn(world, random, seed % 3 == 0), tell=False)


def _drawn(world: World, random: Random, bought: bool) -> Iterator[Step]:
    if bought:  # begin with a paid order, so that what comes after paying is met often enough
        yield "place", *_three(random)
        yield from BOUGHT
    for _ in range(STEPS):
        yield drawn(random, world)


def _three(random: Random) -> tuple[int, int, int]:
    a, b, c = random.randbytes(3)
    return a, b, c | 1


def run(trace: Trace, *, tell: bool = False) -> Ended:
    """Run an interleaving that is written down; ``tell``: say what every step did."""
    return _run(new_world(trace.setup), iter(trace.steps), tell=tell)


def _run(world: World, steps: Iterator[Step], *, tell: bool) -> Ended:
    """Take the steps, let everything come to rest, and check all the way."""
    watcher = Watcher(world)
    ended = Ended(seen=world.seen)
    try:
        for step in steps:
            name, a, b, c = step
            ended.steps.append(step)
            said = HAPPENINGS[name](world, a, b, c)
            if tell and said:
                ended.told.append(f"{name} {a} {b} {c}: {said}")
            watcher.look()
        _rest(world, watcher)
        watcher.look_at_rest()
    except (AssertionError, Problem, LookupError, TypeError) as broken:
        ended.why = f"{type(broken).__name__}: {broken}"
    return ended


def _rest(world: World, watcher: Watcher) -> None:
    """Let every job, notification and round have its turn, without faults."""
    told = world.initial % 2 == 0  # else no notification comes any more: polls and bills do it
    for number in range(len(world.bank.notices) if told else 0):
        happenings.deliver(world, number)
        watcher.look()
    bills_are_out = world.now if told else world.now + BILLS_AFTER
    for _ in range(ROUNDS_AT_MOST):
        if world.now > bills_are_out and _is_at_rest(world):
            return
        _tidy(world)
        watcher.look()
        _work_off(world, watcher)
        for run_round in happenings.SWEEPS:
            world.transact(lambda tx, do=run_round: do(tx, world.now))
        _work_off(world, watcher)
        world.now += timedelta(minutes=35) if told else timedelta(hours=7)
    raise Broken("it does not come to rest")


def _is_at_rest(world: World) -> bool:
    books = world.memory.books.values()
    return (
        not world.jobs
        and not any(one.is_open for book in books for one in book.attempts)
        and all(one.state == "succeeded" for book in books for one in book.refunds)
        and all(one.state != "unpaid" for one in world.memory.orders.values())
    )


def _tidy(world: World) -> None:
    for row in list(world.bank.refunds.values()):
        if row.state == "asked":
            world.bank.end(row, "succeeded", world.now)
    for asked in list(world.memory.refunds.values()):
        if asked.state == "requested":
            world.transact(
                lambda tx, key=asked.id: orders.decide_return(
                    tx, key, grant=False, note="", actor=SYSTEM, now=world.now
                )
            )
    for book in list(world.memory.books.values()):
        for one in book.refunds:
            if one.state == "failed":
                world.transact(
                    lambda tx, key=one.id: payments.retry_refund(
                        tx, key, actor=SYSTEM, now=world.now
                    )
                )


def _work_off(world: World, watcher: Watcher) -> None:
    for _ in range(WORK_AT_MOST):
        due = world.due_jobs()
        if not due:
            return
        world.work(due[0])
        watcher.look()
    raise Broken("jobs make jobs for ever")


def trace_of(seed: int) -> Trace:
    """Give the interleaving of a seed, up to where it ended."""
    return Trace(seed, setup_of(seed), run_seed(seed).steps)


def shrunk(trace: Trace) -> Trace:
    """Leave out steps, then pairs of them, as long as it still fails in the same way."""
    why = run(trace).why
    assert why is not None, "only what fails can be made short"
    kind, steps = why[:24], list(trace.steps)

    def fails(fewer: list[Step]) -> bool:
        return (run(Trace(trace.seed, trace.setup, fewer)).why or "").startswith(kind)

    size = max(len(steps) // 2, 1)
    while size:
        steps, size = _without_runs(steps, size, fails), size // 2
    before = len(steps) + 1
    while len(steps) < before:
        before = len(steps)
        steps = _without_pairs(_plainer(steps, fails), fails)
        steps = _without_runs(steps, 1, fails)
    return Trace(
        trace.seed, trace.setup, steps, run(Trace(trace.seed, trace.setup, steps)).why or ""
    )


def _without_runs(steps: list[Step], size: int, fails: Callable[[list[Step]], bool]) -> list[Step]:
    at = 0
    while at < len(steps):
        fewer = steps[:at] + steps[at + size :]
        if fails(fewer):
            steps = fewer
        else:
            at += size
    return steps


def _without_pairs(steps: list[Step], fails: Callable[[list[Step]], bool]) -> list[Step]:
    for first in range(len(steps)):
        for second in range(first + 1, len(steps)):
            fewer = [one for n, one in enumerate(steps) if n not in (first, second)]
            if fails(fewer):
                return fewer
    return steps


def _plainer(steps: list[Step], fails: Callable[[list[Step]], bool]) -> list[Step]:
    """Try the numbers that mean no fault and the first of what there is."""
    for at, (name, a, b, c) in enumerate(steps):
        for plain in ((name, 0, 1, 2), (name, 0, b, c), (name, a, 1, c), (name, a, b, 2)):
            fewer = [*steps[:at], plain, *steps[at + 1 :]]
            if fails(fewer):
                steps = fewer
                break
    return steps


def keep(trace: Trace) -> Path:
    """Write a trace down as a regression file."""
    REGRESSIONS.mkdir(exist_ok=True)
    path = REGRESSIONS / f"seed_{trace.seed}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(trace), indent=1) + b"\n")
    return path


def kept() -> Sequence[Path]:
    """List the regression files."""
    return sorted(REGRESSIONS.glob("*.json"))


def loaded(path: Path) -> Trace:
    """Read a regression file."""
    return msgspec.json.decode(path.read_bytes(), type=Trace)
