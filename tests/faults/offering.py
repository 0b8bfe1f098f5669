"""Offers requests at a fixed rate, whether they are answered or not: an open model.

A crowd does not come slower because the first of it are still waiting. Who asks only when the last
answer has come (a closed loop) takes the load off just when it begins to hurt.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.clients import Client

_TICK = 0.002  # seconds between looks at who is due
_PATIENCE = 40.0  # seconds, for the last answers

type Ask = tuple[str, str, bytes, str]  # method, path, body, further headers


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that is asked all the time. ``share``: of all requests, as a weight."""

    name: str
    share: float
    write: Callable[[], Ask]


@dataclass(slots=True)
class Told:
    """What became of the requests of one kind."""

    good: list[float] = field(default_factory=list[float])  # seconds that answers took
    refused: list[float] = field(default_factory=list[float])
    unexplained: int = 0  # refused without saying when to come back
    wrong: list[str] = field(default_factory=list[str])  # what no answer may be

    @property
    def asked(self) -> int:
        """Count all."""
        return len(self.good) + len(self.refused) + len(self.wrong)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a crowd was told."""

    told: Mapping[str, Told]  # by the name of the kind
    good: Mapping[str, int]  # good answers until the last had come; later ones are none of it
    seconds: float  # until then
    rest: float  # seconds until the last answer

    @property
    def per_second(self) -> float:
        """Give the rate of good answers."""
        return sum(self.good.values()) / self.seconds

    def refused_within(self, part: float) -> float:
        """Give the seconds within which this part of the refusals came."""
        return part_of([one for told in self.told.values() for one in told.refused], part)

    def share(self, *names: str) -> float:
        """Give the share of good answers among what was asked of some kinds."""
        some = [self.told[name] for name in names]
        return sum(len(one.good) for one in some) / sum(one.asked for one in some)

    def __str__(self) -> str:
        """Write one line for each kind."""
        return "\n".join(
            f"  {name:7} {one.asked / self.seconds:7.0f}/s asked"
            f" {len(one.good) / max(one.asked, 1):7.1%} good, within"
            f" {part_of(one.good, 0.5):.3f} {part_of(one.good, 0.95):.3f} s;"
            f" refused within {part_of(one.refused, 0.5):.3f} {part_of(one.refused, 0.95):.3f}"
            f" {part_of(one.refused, 0.99):.3f} s (p50 p95 p99)"
            for name, one in self.told.items()
        )


def part_of(seconds: Sequence[float], part: float) -> float:
    """Give the time that this part of them is not above; 0: there are none."""
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0


class Visitor(Client):
    """One connection, with the session that its first answer began."""

    says_when = False  # the answer says when to come back
    has_gone = False  # the mall hangs up on who says nothing for a while

    def data_received(self, data: bytes) -> None:
        """Look for the one header that matters here."""
        if data.startswith(b"HTTP/1.1 503") or data.startswith(b"HTTP/1.1 429"):
            self.says_when = b"\r\nretry-after: " in data
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ask no more."""
        self.has_gone = True
        super().connection_lost(exc)

    async def do(self, ask: Ask, told: Told) -> None:
        """Ask once and note what is said."""
        method, path, body, headers = ask
        began = time.perf_counter()
        try:
            async with asyncio.timeout(_PATIENCE):
                status, said = await self.ask(method, path, body, headers)
        except (OSError, TimeoutError) as failure:
            told.wrong.append(repr(failure))
            return
        seconds = time.perf_counter() - began
        if status < 400:
            told.good.append(seconds)
        elif status in {429, 503}:
            told.refused.append(seconds)
            told.unexplained += not self.says_when
        else:
            told.wrong.append(f"{status} {said[:200]!r}")


class Crowd:
    """Visitors of one mall."""

    def __init__(self, port: int, host: str, kinds: Sequence[Kind]) -> None:
        """Nobody has come yet."""
        self._make = lambda: Visitor(port, host)
        self._kinds = kinds
        self._shares = [kind.share for kind in kinds]
        self._idle = list[Visitor]()
        self._all = list[Visitor]()

    async def take_turns(self, visitors: int, seconds: float) -> Heard:
        """Let so many ask one thing after the other."""
        heard = defaultdict[str, Told](Told)
        began = time.perf_counter()

        async def run() -> None:
            visitor = self._visitor()
            while time.perf_counter() < began + seconds:
                kind = self._any()
                await visitor.do(kind.write(), heard[kind.name])
            self._idle.append(visitor)

        await asyncio.gather(*(run() for _ in range(visitors)))
        return _heard(heard, began)

    async def come(self, per_second: float, seconds: float) -> Heard:
        """Let them come at this rate, and wait for the last answer."""
        heard = defaultdict[str, Told](Told)
        out = set[asyncio.Task[None]]()
        began, sent = time.perf_counter(), 0

        async def run(kind: Kind) -> None:
            visitor = self._visitor()
            await visitor.do(kind.write(), heard[kind.name])
            self._idle.append(visitor)

        while (passed := time.perf_counter() - began) < seconds:
            for _ in range(int(passed * per_second) - sent):
                task = asyncio.create_task(run(self._any()))
                out.add(task)
                task.add_done_callback(out.discard)
                sent += 1
            await asyncio.sleep(_TICK)
        until_then = _heard(heard, began)
        await asyncio.gather(*out)
        rest = time.perf_counter() - began - until_then.seconds
        return replace(until_then, rest=rest)

    def go_home(self) -> None:
        """Hang up."""
        for visitor in self._all:
            visitor.close()

    def _any(self) -> Kind:
        return random.choices(self._kinds, self._shares)[0]

    def _visitor(self) -> Visitor:
        while self._idle:
            if not (one := self._idle.pop()).has_gone:
                return one
        self._all.append(made := self._make())
        return made


def _heard(told: Mapping[str, Told], began: float) -> Heard:
    good = {name: len(one.good) for name, one in told.items()}
    return Heard(told, good, time.perf_counter() - began, 0)
