"""Whatever a process is about when it is killed, it comes to the same end as if nobody had.

Every step at which a process can end is a point (``crashes``). Every flow happens undisturbed, and
its points are seen; then it is repeated, processes ending at its points, until none is left. Points
that several flows have in common are shared out among them by chance (``MALL_FAULTS_SEED``). With
``MALL_FAULTS_ROUNDS`` above 1 every flow is then killed at all of its points, one an order.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.checker import table
from tests.faults.crashes.flows import FLOWS, Flow
from tests.faults.crashes.points import Watch
from tests.faults.crashes.trial import News, Trial
from tests.faults.settling import broken, held, settled
from tests.faults.standing import Standing, standing_mall
from tests.faults.test_kills import LOOKED_AT
from tests.proving.notes import note

AT_MOST = 60  # times that a flow is repeated
IN_VAIN = 12  # of them, for a point that is only passed when the one or other comes first
NEWS: Sequence[News] = ("either", "asked", "told")


class Crashing(Standing):
    """A mall whose web and worker end at their points."""

    program = ("tests.faults.crashes", "up")


@pytest.fixture(scope="module")
def crashing() -> Generator[Standing]:
    """Open it, with a tenant for every flow."""
    told: Any = {
        "MALL_PAY_REFUND_SECONDS": "0.2",
        "MALL_PAY_NOTIFY_DELAYS": "0,1,1,1,2,2,4,8,15,30,60",
    }
    with standing_mall(*map(slug_of, FLOWS), kind=Crashing, **told) as mall:
        yield mall


def slug_of(flow: Flow) -> str:
    return flow.__name__.replace("_", "-")


def effect_of(flow: Flow, trial: Trial) -> Counter[str]:
    """Carry out a flow; give what it has changed in the counts, once nothing is left to do."""
    trial.begin()
    before = trial.counted()
    flow(trial)
    trial.wait_until_quiet()
    after = trial.counted()
    after.subtract(before)
    return Counter({name: change for name, change in after.items() if change})


def suffer(flow: Flow, trial: Trial, wanted: Counter[str], points: Collection[str]) -> int:
    """Carry out a flow until it comes to its end without a kill; give how often that was.

    ``points``: at which it should be killed before; ``told`` fails if it never was.
    """
    in_vain = 0
    for times in range(1, AT_MOST):
        before = trial.watch.passed(trial.tenant)
        # a point may be on the one way only by which news of money come
        trial = replace(trial, news=NEWS[in_vain % len(NEWS)])
        assert effect_of(flow, trial) == wanted, f"{trial.slug}, after {before}"
        after = trial.watch.passed(trial.tenant)
        in_vain += after == before
        if after == before and (set(points) <= set(after) or in_vain > IN_VAIN):
            return times
    raise AssertionError(f"{trial.slug} passes ever new points")


def shared_out(seen: Sequence[Collection[str]], chance: random.Random) -> list[set[str]]:
    """Leave each point to one of the flows that pass it, to each flow as many as to others."""
    share = [set[str]() for _ in seen]
    names = sorted(set[str]().union(*seen))
    for name in chance.sample(names, len(names)):
        passing = [mine for mine, flow in zip(share, seen, strict=True) if name in flow]
        min(passing, key=len).add(name)
    return share


def told(trials: Sequence[Trial], watch: Watch, wanted: Sequence[Collection[str]]) -> str:
    """Say how many processes have ended where they should; each of them was seen to end."""
    ended = [watch.passed(trial.tenant) for trial in trials]
    for trial, points, want in zip(trials, ended, wanted, strict=True):
        assert points, f"no process was killed in {trial.slug}"
        assert set(want) <= set(points), (trial.slug, set(want) - set(points))
        assert set(points.values()) <= watch.ended()
    kills = Counter(name.split(":")[0] for points in ended for name in points)
    names = {name for points in ended for name in points}
    of = {part: sum(name.startswith(part) for name in names) for part in kills}
    return f"{len(names)} points {of}, {kills.total()} kills at them {dict(kills)}"


def test_a_flow_ends_the_same_wherever_processes_are_killed(crashing: Standing) -> None:
    seed = int(os.environ.get("MALL_FAULTS_SEED") or random.randrange(10**9))
    print("MALL_FAULTS_SEED", seed)
    watch = Watch(crashing.data / "crashes")
    trials = [Trial.of(crashing, slug_of(flow), watch) for flow in FLOWS]
    with ThreadPoolExecutor(len(FLOWS)) as people:
        calm = list(people.map(effect_of, FLOWS, trials))
        seen = [set(watch.passed(trial.tenant)) for trial in trials]
        for trial, names in zip(trials, seen, strict=True):
            print(f"{trial.slug}: {len(names)} points")
            assert names
        share = shared_out(seen, random.Random(seed))
        for trial, names, mine in zip(trials, seen, share, strict=True):
            watch.begin_anew(trial.tenant, but=names - mine)
        began = time.monotonic()
        each = [replace(trial, how="every") for trial in trials]
        list(people.map(suffer, FLOWS, each, calm, share))
        every = sum(map(len, seen))
        took = time.monotonic() - began
        note("T-03", f"seed {seed}: each once, {took:.0f} s: {told(trials, watch, share)}")
        note("T-08", f"the flows pass {every} points in all")
        if int(os.environ.get("MALL_FAULTS_ROUNDS") or 1) > 1:
            for trial in trials:
                watch.begin_anew(trial.tenant)
            began = time.monotonic()
            each = [replace(trial, how="one") for trial in trials]
            list(people.map(suffer, FLOWS, each, calm, share))
            took = time.monotonic() - began
            note("T-08", f"one an order, {took:.0f} s: {told(trials, watch, share)}")
    verdicts = settled(crashing)
    print(table(verdicts))
    assert broken(verdicts) == {}
    assert held(verdicts) >= LOOKED_AT
