"""Thousands of requests with everything of another tenant: not a byte is told, no row changes.

``MALL_FUZZ_FOREIGN=50000`` sends that many, ``MALL_FUZZ_SEED`` draws those of an earlier run.
"""

import os
import random
from collections.abc import Callable, Generator
from dataclasses import replace

import pytest
from litestar.handlers import HTTPRouteHandler

from tests.faults.standing import Standing
from tests.proving.notes import note
from tests.strangers import asking
from tests.strangers.asking import Route
from tests.strangers.broken import BROKEN, FOLDER
from tests.strangers.inside import opened_inside
from tests.strangers.judging import text_of
from tests.strangers.marking import UNMARKED
from tests.strangers.stolen import asked_by_owner, furnish_marked, judge_of, strangers_of, take
from tests.strangers.walking import Scene, walk

HOW_MANY = int(os.environ.get("MALL_FUZZ_FOREIGN") or 5_000)
SEED = int(os.environ.get("MALL_FUZZ_SEED") or 0) or random.SystemRandom().randrange(1, 2**31)
FEW = 60
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


@pytest.fixture(scope="module")
def scene(street: Standing) -> Scene:
    """Furnish both tenants; strangers take the same things with the same seed."""
    strangers = strangers_of(street, "nosy")
    marked = furnish_marked(street, "marked", strangers.owned)
    loot = take(marked, street, random.Random(SEED))
    return Scene(street, strangers, marked, loot, judge_of(marked))


@pytest.fixture(scope="module")
def routes(street: Standing) -> list[Route]:
    return list(asking.routes_of(asking.application(street.settings)))


@pytest.fixture
def no_policies(street: Standing) -> Generator[None]:
    """Let the application's role pass by every policy of the database."""
    with street.database() as rows:
        rows.execute("ALTER ROLE mall_app BYPASSRLS")
    yield
    with street.database() as rows:
        rows.execute("ALTER ROLE mall_app NOBYPASSRLS")


def test_every_text_of_the_marked_tenant_bears_a_mark_or_has_a_reason_not_to(
    scene: Scene,
) -> None:
    assert scene.marked.bare - UNMARKED.keys() == set(), "mark these, or say why not"
    assert UNMARKED.keys() - scene.marked.bare == set(), "these are gone or bear a mark"


async def test_the_judge_finds_marks_in_most_of_what_their_owner_reads(
    scene: Scene, routes: list[Route]
) -> None:
    judge, silent = judge_of(scene.marked), set[str]()
    async with opened_inside(scene.mall.settings) as inside:
        for route in (one for one in routes if one.verb == "GET"):
            answer = await inside.ask(asked_by_owner(scene.marked.owned, route))
            if not judge.secrets_in(text_of(answer)):
                silent.add(route.path)
    assert silent == SAYS_NOTHING


async def test_nobody_learns_or_changes_anything_of_another_tenant(
    scene: Scene, routes: list[Route]
) -> None:
    told = await walk(scene, routes, HOW_MANY, random.Random(SEED))
    note("T-14", f"seed {SEED}: {HOW_MANY} requests in {told.seconds:.1f} s, {told.statuses}")
    assert not told.wrong, f"seed {SEED}\n" + "\n".join(told.wrong[:50])
    people = {*scene.strangers.staff, *scene.strangers.shoppers, "one with a stolen token"}
    assert people == {who for who, _ in told.asked}
    assert {one.name for one in routes} == {route for _, route in told.asked}
    assert told.statuses[200] > HOW_MANY / 10, "most were stopped at the door"


async def test_rooms_keep_tenants_apart_even_where_the_database_would_not(
    scene: Scene, routes: list[Route], no_policies: None
) -> None:
    told = await walk(scene, routes, HOW_MANY // 5, random.Random(SEED))
    assert not told.wrong, f"seed {SEED}\n" + "\n".join(told.wrong[:50])


@pytest.mark.parametrize("break_it", BROKEN, ids=lambda one: one.__name__)
async def test_a_handler_that_forgets_the_tenant_is_caught(
    scene: Scene, break_it: Callable[[Standing], HTTPRouteHandler]
) -> None:
    """The same walk and judge; what is done stays done, so these are the last of this file."""
    handler = break_it(scene.mall)
    app = asking.application(scene.mall.settings, [handler])
    routes = [one for one in asking.routes_of(app) if one.path.startswith(FOLDER)]
    fresh = replace(scene, judge=judge_of(scene.marked))  # to whom nobody has said anything yet
    told = await walk(fresh, routes, FEW, random.Random(SEED), [handler])
    assert any(BROKEN[break_it] in one for one in told.wrong), (SEED, told)
