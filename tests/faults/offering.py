"""Offers requests at a fixed rate, whether they are answered or not: an open model.

A crowd does not come slower because the first of it are still waiting. Who asks only when the last
answer has come (a closed loop) takes the load off just when it begins to hurt.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

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

    @property
    def share(self) -> float:
        """Give the share of the good ones."""
        return len(self.good) / max(self.asked, 1)


type Heard = Mapping[str, Told]  # by the name of the kind


class Visitor(Client):
    """One connection, with the session that its first answer began."""

    says_when = False  # the answer says when to come back

    def data_received(self, data: bytes) -> None:
        """Look for the one header that matters here."""
        if data.startswith(b"HTTP/1.1 503") or data.startswith(b"HTTP/1.1 429"):
            self.says_when = b"\r\nretry-after: " in data
        super().data_received(data)

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

    async def take_turns(self, visitors: int, seconds: float) -> tuple[Heard, float]:
        """Let so many ask one thing after the other; what they heard, and in how many seconds."""
        heard = defaultdict[str, Told](Told)
        began = time.perf_counter()

        async def run() -> None:
            visitor = self._visitor()
            while time.perf_counter() < began + seconds:
                kind = self._any()
                await visitor.do(kind.write(), heard[kind.name])
            self._idle.append(visitor)

        await asyncio.gather(*(run() for _ in range(visitors)))
        return heard, time.perf_counter() - began

    async def come(self, per_second: float, seconds: float) -> tuple[Heard, float]:
        """Let them come at this rate; what they heard, and the seconds until all had come."""
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
        took = time.perf_counter() - began
        await asyncio.gather(*out)
        return heard, took

    def go_home(self) -> None:
        """Hang up."""
        for visitor in self._all:
            visitor.close()

    def _any(self) -> Kind:
        return random.choices(self._kinds, self._shares)[0]

    def _visitor(self) -> Visitor:
        if self._idle:
            return self._idle.pop()
        self._all.append(made := self._make())
        return made
