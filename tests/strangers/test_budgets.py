"""Every page and endpoint asks the database a known number of things, however much it shows."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from itertools import chain

import pytest
import pytest_asyncio

from mall.doors.given import MALLS
from mall.doors.house import open_house
from mall.kernel import snapshots
from mall.kernel.tests.trips import watched
from tests.faults.goods import key
from tests.faults.standing import Standing
from tests.strangers import asking
from tests.strangers.asking import Route
from tests.strangers.budgets import READING, WRITING, Budget
from tests.strangers.changes import Change, Stage
from tests.strangers.counting import Cost, Meter, counted
from tests.strangers.operating import operating
from tests.strangers.plenty import Plenty, furnish_with
from tests.strangers.shopping import shopping

MANY = 50


@pytest.fixture(scope="module")
def few(street: Standing) -> Plenty:
    """Furnish a tenant with one of everything."""
    return furnish_with(street, "few", 1)


@pytest.fixture(scope="module")
def many(street: Standing) -> Plenty:
    """Furnish a tenant with fifty of everything."""
    return furnish_with(street, "many", MANY)


@pytest.fixture(scope="module")
def routes(street: Standing) -> list[Route]:
    """List every route."""
    return list(asking.routes_of(asking.application(street.settings)))


@pytest_asyncio.fixture
async def meter(street: Standing, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Meter]:
    """Open the application in this process, too, with the same provider behind it."""
    monkeypatch.setenv("MALL_PAY_PORT", str(street.settings.pay_simulator_port))
    monkeypatch.setattr(snapshots, "CHECKED_EVERY", 60.0)  # a slow machine asks nothing twice
    async with open_house(street.settings) as house:
        yield Meter(asking.application(street.settings), house, watched(monkeypatch))


def looked_at(routes: list[Route]) -> Iterator[Route]:
    """Choose the routes that change nothing."""
    return (route for route in routes if route.verb == "GET")


async def costs(meter: Meter, route: Route, plenty: Plenty) -> list[Cost]:
    """Ask a route for everything that it stands for."""
    people, slug = plenty.owned.people, plenty.owned.slug
    who = people.owner if route.console else people.member
    mall = "localhost" if route.path == MALLS else f"{slug}.localhost"
    host = f"{mall}:{meter.house.settings.port}"
    query = {} if route.parameters else plenty.query
    return [
        await meter.cost(host, "GET", path, who, params=query) for path in plenty.addresses(route)
    ]


async def cost_of(meter: Meter, change: Change, plenty: Plenty) -> Cost:
    """Let somebody make a change."""
    host = f"{plenty.owned.slug}.localhost:{meter.house.settings.port}"
    return await meter.cost(host, change.verb, change.path, {**key(), **change.who}, **change.given)


def changes_of(mall: Standing, plenty: Plenty) -> Iterator[Change]:
    """Change as much at once as a tenant has, by every route there is."""
    stage = Stage(mall, plenty)
    return chain(shopping(stage), operating(stage))


def amiss(said: str, one: Cost, fifty: Cost, budget: Budget) -> Iterator[str]:
    """Say what is wrong with what a route has asked for one thing and for fifty."""
    for cost in (one, fifty):
        if not cost.is_good:
            yield f"{said} does not answer: {cost.status} {cost.leads} {cost.body[:300]}"
    if fifty.statements != one.statements:
        yield f"{said} asks {one.statements} things for 1, {fifty.statements} for {MANY}"
    if fifty.writes != one.writes:
        yield f"{said} writes in {one.writes} transactions for 1, in {fifty.writes} for {MANY}"
    if fifty.statements > budget[0]:
        yield f"{said} asks {fifty.statements} things, not {budget[0]}"
    if fifty.writes > budget[1]:
        yield f"{said} writes in {fifty.writes} transactions, not {budget[1]}"


def note(needed: dict[str, Budget], route: str, cost: Cost) -> None:
    """Remember the most that a route has needed."""
    statements, writes = needed.get(route, (0, 0))
    needed[route] = (max(statements, cost.statements), max(writes, cost.writes))


def unneeded(declared: Mapping[str, Budget], needed: Mapping[str, Budget]) -> Iterator[str]:
    """Say where budgets.py is generous: what a route does not need, it would miss later."""
    for route, budget in declared.items():
        if route not in needed:
            yield f"{route} is never asked: add a change to shopping.py or operating.py"
        elif budget[0] > needed[route][0] or budget[1] > needed[route][1]:
            yield f"{route} needs {needed[route]}, but may ask {budget}: lower it"


def test_pieces_of_one_insert_count_once_and_rows_that_go_one_by_one_each() -> None:
    head, row = "INSERT INTO a.b (tenant_id, c) VALUES ", "($1, $2)"
    pieces = [f"{head}{', '.join([row] * rows)} ON CONFLICT DO NOTHING" for rows in (32, 16, 2)]
    assert counted(pieces) == 1
    assert counted([*pieces, *pieces]) == 2
    assert counted([f"{head}{row}"] * 50) == 50
    assert counted([*pieces, f"{head}{row}", "SELECT 1", "SELECT 1"]) == 4


def test_every_route_declares_how_much_it_asks(routes: list[Route]) -> None:
    reading = {route.path for route in looked_at(routes)}
    writing = {route.name for route in routes} - {route.name for route in looked_at(routes)}
    assert reading == READING.keys(), "say in budgets.py what a route may ask, and no more"
    assert writing == WRITING.keys(), (
        "say in budgets.py what a route may ask, and make a change by it in shopping.py or"
        " operating.py; what is not there any more, leave out"
    )


async def test_no_route_asks_more_than_it_declares_or_more_for_more_goods(
    meter: Meter, routes: list[Route], few: Plenty, many: Plenty
) -> None:
    wrong, longer, needed = list[str](), set[str](), dict[str, Budget]()
    for route in looked_at(routes):
        little, much = await costs(meter, route, few), await costs(meter, route, many)
        for one, fifty in zip(little, much, strict=True):
            wrong += amiss(route.name, one, fifty, (READING.get(route.path, 0), 0))
            note(needed, route.path, fifty)
            if len(fifty.body) > 3 * len(one.body):
                longer.add(route.path)
    wrong += unneeded({path: (most, 0) for path, most in READING.items()}, needed)
    assert not wrong, "\n".join(wrong)
    assert len(longer) >= 20, "the tenant of many things shows hardly more than the other one"


async def test_no_change_of_many_things_asks_more_than_a_change_of_one(
    meter: Meter, street: Standing, few: Plenty, many: Plenty
) -> None:
    wrong, needed = list[str](), dict[str, Budget]()
    pairs = zip(changes_of(street, few), changes_of(street, many), strict=True)
    for little, much in pairs:
        one, fifty = await cost_of(meter, little, few), await cost_of(meter, much, many)
        wrong += amiss(much.route, one, fifty, WRITING.get(much.route, (0, 0)))
        note(needed, much.route, fifty)
    wrong += unneeded(WRITING, needed)
    assert not wrong, "\n".join(wrong)
