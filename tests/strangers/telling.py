"""Tells whether two ways of being answered can be told apart by how long they take."""

import math
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, median

SURE = 0.01  # T-21: a chance below this tells the two apart
NOTICED = 0.005  # seconds between the medians; T-21 again
# Once in a hundred measurements, two ways that are alike differ by chance, and on a machine where
# others work, a single burst can fall on one side. So a difference counts only when fresh
# measurements find it again and again, and in the same direction: by chance that happens in
# 0.01 x 0.005 x 0.005 of all runs, one in four millions, while a real leak is there every time.
AGREEING = 3

type Answer = Callable[[], Awaitable[float]]  # asks once; gives the seconds


@dataclass(frozen=True)
class Told:
    """What one measurement found."""

    chance: float  # that two ways which are alike differ so much
    later: float  # seconds between the medians: how much longer the second way takes

    @property
    def differs(self) -> bool:
        """Tell whether the two ways can be told apart."""
        return self.chance <= SURE or abs(self.later) >= NOTICED


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """Give the two-sided p of Mann and Whitney's U, by the normal approximation.

    Ties share their ranks and lessen the variance; the half is the correction for continuity.
    Good from about eight values a side. Source: Mann & Whitney 1947; Lehmann, Nonparametrics, 1.3.
    """
    everything = sorted([*one, *other])
    counts, ranks, before = Counter(everything), dict[float, float](), 0
    for value in sorted(counts):
        ranks[value] = before + (counts[value] + 1) / 2
        before += counts[value]
    n, m = len(one), len(other)
    total = n + m
    u = sum(ranks[value] for value in one) - n * (n + 1) / 2
    ties = sum(count**3 - count for count in counts.values()) / (total * (total - 1))
    spread = math.sqrt(n * m / 12 * (total + 1 - ties))
    if spread == 0:
        return 1.0
    away = max(0.0, abs(u - n * m / 2) - 0.5) / spread
    return 2 * (1 - NormalDist().cdf(away))


async def measured(one: Answer, other: Answer, samples: int, chance: random.Random) -> Told:
    """Ask both ways ``samples`` times, in pairs whose order is random.

    What the machine does meanwhile falls on both sides of a pair alike.
    """
    took = list[float](), list[float]()
    for _ in range(samples):
        for side in chance.sample((0, 1), 2):
            took[side].append(await (one, other)[side]())
    return Told(mann_whitney(*took), median(took[1]) - median(took[0]))


async def told_apart(
    one: Answer, other: Answer, samples: int, chance: random.Random
) -> list[Told] | None:
    """Give the measurements that agree that the two ways differ; None as soon as one does not."""
    found = list[Told]()
    while len(found) < AGREEING:
        told = await measured(one, other, samples, chance)
        if not told.differs or (found and (told.later > 0) != (found[0].later > 0)):
            return None
        found.append(told)
    return found
