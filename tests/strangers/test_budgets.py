"""Every page and endpoint asks the database a known number of things, however much it shows."""

from collections.abc import AsyncGenerator, Iterator

import pytest
import pytest_asyncio

from mall.doors.given import MALLS
from mall.doors.house import open_house
from mall.kernel.tests.trips import watched
from tests.faults.goods import key
from tests.faults.standing import Standing
from tests.strangers import asking
from tests.strangers.asking import Route
from tests.strangers.budgets import STATEMENTS
from tests.strangers.counting import Cost, Meter
from tests.strangers.plenty import Change, Plenty, changes_of, furnish_with

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
    """Open the application in this process, too."""
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
    people, slug = plenty.owned.people, plenty.owned.slug
    who = people.owner if change.is_console else people.member
    host = f"{slug}.localhost:{meter.house.settings.port}"
    return await meter.cost(host, change.verb, change.path, who | key(), **change.given)


def test_every_route_declares_how_much_it_asks(routes: list[Route]) -> None:
    paths = {route.path for route in looked_at(routes)}
    assert paths == STATEMENTS.keys(), "say in budgets.py what a route may ask, and no more"


async def test_no_route_asks_more_than_it_declares_or_more_for_more_goods(
    meter: Meter, routes: list[Route], few: Plenty, many: Plenty
) -> None:
    wrong, longer = list[str](), set[str]()
    for route in looked_at(routes):
        little, much = await costs(meter, route, few), await costs(meter, route, many)
        for one, fifty in zip(little, much, strict=True):
            said = f"{route.name} ({one.status}, {fifty.status})"
            if max(one.status, fifty.status) >= 400 or one.status != fifty.status:
                wrong.append(f"{said} does not answer")
            if fifty.statements != one.statements:
                wrong.append(f"{said}: {one.statements} for 1, {fifty.statements} for {MANY}")
            if fifty.statements > STATEMENTS.get(route.path, 0):
                wrong.append(f"{said} asks {fifty.statements} things")
            if len(fifty.body) > 3 * len(one.body):
                longer.add(route.path)
    assert not wrong, "\n".join(wrong)
    assert len(longer) >= 20, "the tenant of many things shows hardly more than the other one"


async def test_no_change_of_many_things_says_one_statement_again_and_again(
    meter: Meter, street: Standing, few: Plenty, many: Plenty
) -> None:
    """Rows are written in a few pieces of different sizes: these are not the same statement."""
    wrong = list[str]()
    pairs = zip(changes_of(street, few), changes_of(street, many), strict=True)
    for little, much in pairs:
        one, fifty = await cost_of(meter, little, few), await cost_of(meter, much, many)
        said = f"{much.verb} {much.path}"
        for cost in (one, fifty):
            if cost.status >= 400:
                wrong.append(f"{said} is refused: {cost.status} {cost.body[:300]}")
        if fifty.same > one.same:
            wrong.append(f"{said} says something {fifty.same} times, for 1 thing {one.same} times")
    assert not wrong, "\n".join(wrong)
