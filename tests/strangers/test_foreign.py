"""Thousands of requests with everything of another tenant: not a byte is told, no row changes.

``MALL_FUZZ_FOREIGN=50000`` sends that many, ``MALL_FUZZ_SEED`` draws those of an earlier run.
"""

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass
from time import monotonic

import pytest

from tests.faults.standing import Standing
from tests.strangers import asking
from tests.strangers.asking import Route
from tests.strangers.drawing import Drawing, Loot, Strangers
from tests.strangers.inside import Answer, Inside, Question, opened_inside
from tests.strangers.judging import Judge, text_of
from tests.strangers.marking import UNMARKED
from tests.strangers.rows import Rows, quiet_rows_of, rows_of
from tests.strangers.stolen import (
    Marked,
    Sessions,
    asked_by_owner,
    furnish_marked,
    look_around,
    strangers_of,
    take,
)

HOW_MANY = int(os.environ.get("MALL_FUZZ_FOREIGN") or 5_000)
SEED = int(os.environ.get("MALL_FUZZ_SEED") or 0) or random.SystemRandom().randrange(1, 2**31)
SIGNS_OUT = ("/session", "/sign-out", "/password", "/profile", "/me")
# What is the same for every tenant, or is not asked rightly here.
SAYS_NOTHING = {
    "/healthz",
    "/api/docs",
    "/api/shop/openapi.json",
    "/api/console/openapi.json",
    "/api/shop/v1/carriers",
    "/api/shop/v1/regions",
    "/api/shop/v1/orders/counts",
    "/api/console/v1/orders/{number:str}/parcels",
    "/api/console/v1/carriers",
    "/api/console/v1/stock",
    "/api/console/v1/stock/movements",
    "/api/console/v1/orders/counts",
    "/api/console/v1/payments/providers",
    "/api/console/v1/prices",
    "/api/console/v1/roles",
    "/favicon.svg",
    "/favicon.ico",
}
OWNERS_READ_EVERY = 25  # requests; so that what is remembered in the process is theirs too


@dataclass(frozen=True)
class Scene:
    """Strangers at the application in this process, and whom they want to rob."""

    mall: Standing
    strangers: Strangers
    marked: Marked
    loot: Loot
    chance: random.Random


@pytest.fixture(scope="module")
def scene(street: Standing) -> Scene:
    chance = random.Random(SEED)
    strangers = strangers_of(street, "nosy")
    marked = furnish_marked(street, "marked", strangers.owned)
    return Scene(street, strangers, marked, take(marked, street, chance), chance)


@pytest.fixture(scope="module")
def routes(street: Standing) -> list[Route]:
    return list(asking.routes_of(asking.application(street.settings)))


class Walk:
    """Asks what is drawn, and notes what is wrong."""

    def __init__(self, scene: Scene, inside: Inside, routes: list[Route]) -> None:
        self.scene, self.inside = scene, inside
        self.routes = routes
        self.judge = Judge(scene.marked.values)
        self.wrong = list[str]()
        self.answers = Counter[str]()
        self._sessions = Sessions(scene.mall, scene.strangers)
        self._reading = [one for one in routes if one.verb == "GET"]

    async def go(self, how_many: int) -> None:
        """Send so many requests."""
        loot = await look_around(self.scene.loot, self.inside, self.routes)
        drawing = Drawing(self.routes, self.scene.strangers, loot, self.scene.chance)
        await self.inside.ask_all(drawing.questions(how_many), self._hear)

    async def _hear(self, question: Question, answer: Answer) -> None:
        self.judge.hear(question)
        self.wrong += self.judge.amiss(question, answer)
        self.answers[f"{answer.status // 100}xx"] += 1
        if question.path.endswith(SIGNS_OUT) and question.verb != "GET":
            await asyncio.to_thread(self._sessions.put_back)
        if self.answers.total() % OWNERS_READ_EVERY == 0:
            route = self.scene.chance.choice(self._reading)
            await self.inside.ask(asked_by_owner(self.scene.marked.owned, route))


def test_every_text_of_the_marked_tenant_bears_a_mark_or_has_a_reason_not_to(
    scene: Scene,
) -> None:
    assert scene.marked.bare - UNMARKED.keys() == set(), "mark these, or say why not"
    assert UNMARKED.keys() - scene.marked.bare == set(), "these are gone or bear a mark"


async def test_the_judge_finds_marks_in_most_of_what_their_owner_reads(
    scene: Scene, routes: list[Route]
) -> None:
    judge, silent = Judge(scene.marked.values), set[str]()
    async with opened_inside(scene.mall.settings) as inside:
        for route in (one for one in routes if one.verb == "GET"):
            answer = await inside.ask(asked_by_owner(scene.marked.owned, route))
            if not judge.secrets_in(text_of(answer)):
                silent.add(route.path)
    assert silent == SAYS_NOTHING


async def test_nobody_learns_or_changes_anything_of_another_tenant(
    scene: Scene, routes: list[Route]
) -> None:
    owned = scene.marked.owned
    before = quiet_rows_of(scene.mall, owned.tenant_id)
    async with opened_inside(scene.mall.settings) as inside:
        walk, began = Walk(scene, inside, routes), monotonic()
        await walk.go(HOW_MANY)
        spent = monotonic() - began
    print(f"seed {SEED}: {HOW_MANY} requests in {spent:.1f} s, {dict(walk.answers)}")
    assert not walk.wrong, f"seed {SEED}\n" + "\n".join(walk.wrong[:50])
    assert changed(before, rows_of(scene.mall, owned.tenant_id)) == [], f"seed {SEED}"


def changed(before: Rows, after: Rows) -> list[str]:
    """Name the tables whose rows are not the same."""
    return [table for table in after if before[table] != after[table]]
