"""Lets strangers ask all that is drawn, and says everything that went wrong by it."""

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from litestar.handlers import HTTPRouteHandler

from tests.faults.goods import CONSOLE, SHOP
from tests.faults.standing import Standing
from tests.strangers.asking import Route
from tests.strangers.drawing import Drawing, Loot, Strangers
from tests.strangers.inside import Answer, Inside, Question, opened_inside
from tests.strangers.judging import Judge, unheard
from tests.strangers.rows import rows_of, words_of
from tests.strangers.stolen import Marked, Sessions, asked_by_owner, look_around

SIGNS_OUT = ("/session", "/sign-out", "/password")
OWNERS_READ_EVERY = 25  # requests; so that what this process remembers is theirs too
_FORGETS_WITHIN = 3  # seconds; a process remembers for one that somebody was signed out
_NEWEST_JOB = """
SELECT max(id)::text FROM procrastinate.procrastinate_jobs WHERE args ->> 'tenant' = %s
"""
_JOBS = """
SELECT string_agg(args::text, chr(10)) FROM procrastinate.procrastinate_jobs
 WHERE args ->> 'tenant' = %s
"""

type State = Mapping[str, str | None]


@dataclass(frozen=True)
class Scene:
    """Strangers at a mall, and whom they want to rob."""

    mall: Standing
    strangers: Strangers
    marked: Marked
    loot: Loot
    judge: Judge  # remembers what strangers have written; they keep it from walk to walk


@dataclass(frozen=True)
class Told:
    """What became of a walk."""

    wrong: Sequence[str]
    statuses: Mapping[int, int]
    asked: Mapping[tuple[str, str], int]  # by who and route
    seconds: float


async def walk(
    scene: Scene,
    routes: Sequence[Route],
    how_many: int,
    chance: random.Random,
    also: Sequence[HTTPRouteHandler] = (),
) -> Told:
    """Send so many requests to an application with some more handlers, and judge it all."""
    robbed = scene.marked.owned.tenant_id
    before = _state_of(scene.mall, robbed)
    async with opened_inside(scene.mall.settings, also) as inside:
        walking, began = _Walk(scene, inside, routes, chance), monotonic()
        await walking.go(how_many)
        seconds = monotonic() - began
        wrong = [*walking.wrong, *[one async for one in walking.unknown()]]
    after = _state_of(scene.mall, robbed)
    wrong += [
        f"{what} of the other tenant changed" for what in after if before[what] != after[what]
    ]
    wrong += _kept(scene, walking.judge)
    return Told(wrong, walking.statuses, walking.asked, seconds)


class _Walk:
    """Asks what is drawn, and notes what is wrong."""

    def __init__(
        self, scene: Scene, inside: Inside, routes: Sequence[Route], chance: random.Random
    ) -> None:
        self.judge = scene.judge
        self.wrong = list[str]()
        self.statuses, self.asked = Counter[int](), Counter[tuple[str, str]]()
        self._scene, self._inside, self._routes, self._chance = scene, inside, routes, chance
        self._sessions = Sessions(scene.mall, scene.strangers)
        self._reading = [one for one in routes if one.verb == "GET"]

    async def go(self, how_many: int) -> None:
        """Send so many requests."""
        loot = await look_around(self._scene.loot, self._inside, self._routes)
        drawing = Drawing(self._routes, self._scene.strangers, loot, self._chance)
        await self._inside.ask_all(self._drawn(drawing, how_many), self._hear)

    async def unknown(self) -> AsyncIterator[str]:
        """Name those who are not known any more: the rest of the walk was nobody's."""
        await asyncio.to_thread(self._sessions.put_back)
        people, slug = self._scene.strangers, self._scene.strangers.owned.slug
        known = [(f"{CONSOLE}/me", who, one) for who, one in people.staff.items()]
        known.append((f"{SHOP}/me", "member", people.shoppers["member"]))
        deadline = monotonic() + _FORGETS_WITHIN
        for path, who, headers in known:
            question = Question(who, f"{slug}.localhost", "GET", path, "", headers)
            while (await self._inside.ask(question)).status != 200:
                if monotonic() > deadline:
                    yield f"{who} is not known any more"
                    break
                await asyncio.sleep(0.1)

    def _drawn(self, drawing: Drawing, how_many: int) -> Iterator[Question]:
        for question in drawing.questions(how_many):
            self.judge.hear(question)
            yield question

    async def _hear(self, question: Question, answer: Answer) -> None:
        self.wrong += self.judge.amiss(question, answer)
        self.statuses[answer.status] += 1
        self.asked[question.who, question.route] += 1
        if question.path.endswith(SIGNS_OUT) and question.verb in {"POST", "DELETE"}:
            await asyncio.to_thread(self._sessions.put_back)
        if self._reading and self.statuses.total() % OWNERS_READ_EVERY == 0:
            route = self._reading[self.statuses.total() // OWNERS_READ_EVERY % len(self._reading)]
            await self._inside.ask(asked_by_owner(self._scene.marked.owned, route))


def _state_of(mall: Standing, tenant_id: UUID) -> State:
    """Sum up everything of a tenant: rows, files, and what the worker is told to do for it."""
    files = hashlib.md5()
    for file in sorted((mall.data / "files" / tenant_id.hex).rglob("*")):
        files.update(f"{file}\n".encode() + (file.read_bytes() if file.is_file() else b""))
    with mall.database() as rows:
        (newest,) = rows.execute(_NEWEST_JOB, [str(tenant_id)]).fetchone() or (None,)
    return {**rows_of(mall, tenant_id), "files": files.hexdigest(), "jobs": newest}


def _kept(scene: Scene, judge: Judge) -> list[str]:
    """Name what strangers keep of another tenant: in rows, messages, and jobs."""
    mine = scene.strangers.owned.tenant_id
    with scene.mall.database() as rows:
        (jobs,) = rows.execute(_JOBS, [str(mine)]).fetchone() or (None,)
    kept = {**words_of(scene.mall, mine), "jobs": jobs}
    return [
        f"{where} of the strangers holds {secret}"
        for where, words in kept.items()
        for secret in sorted(unheard(judge.secrets_in(words or ""), judge.brought))
    ]
