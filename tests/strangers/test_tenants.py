"""A tenant can never read or change anything of another one, by whatever address."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.faults.standing import Standing
from tests.strangers import asking, bodies
from tests.strangers.asking import Route
from tests.strangers.belongings import (
    CANARY,
    PHONE,
    Belongings,
    People,
    client,
    furnish,
    people_of,
)
from tests.strangers.rows import quiet_rows_of, rows_of

_ENDS_SESSIONS = ("/session", "/sign-out")
_SECRETS = (CANARY, PHONE)


@pytest.fixture(scope="module")
def routes(street: Standing) -> list[Route]:
    """List every route; last come those that change who the asker is and what is the asker's."""

    def place(route: Route) -> tuple[bool, bool]:
        signs = route.free or route.path.endswith(_ENDS_SESSIONS)
        return signs and route.verb != "GET", route.name in asking.ALLOWED

    return sorted(asking.routes_of(asking.application(street.settings)), key=place)


@pytest.fixture(scope="module")
def south(street: Standing) -> Belongings:
    """Furnish the tenant that strangers are curious about."""
    return furnish(street, "south")


@pytest.fixture(scope="module")
def north(street: Standing) -> People:
    """Let the strangers come in at their own door."""
    return people_of(street, "north", "stranger")


def ask(
    visitor: httpx.Client, route: Route, owned: Belongings, *, listing: bool = True
) -> httpx.Response:
    """Ask a route for what a tenant owns."""
    given: dict[str, Any] = {}
    if route.verb != "GET":
        kind, body = bodies.bodies_of(owned)[route.name]
        given[kind] = body
    elif listing and not route.parameters:
        given["params"] = bodies.query_of(owned)
    return visitor.request(
        route.verb, route.address(owned), headers=asking.headers_of(route), **given
    )


def visitors(
    mall: Standing, slug: str, people: People, route: Route
) -> Iterator[tuple[str, httpx.Client]]:
    """Choose who asks a route: for the console the owner, else a member and a guest."""
    if route.console:
        yield "owner", client(mall, slug, people.owner)
    else:
        yield "member", client(mall, slug, people.member)
        yield "guest", client(mall, slug, people.guest)


def is_refused(route: Route, who: str, answer: httpx.Response) -> bool:
    """Tell whether an address that names something of somebody else is refused."""
    if who == "guest" and route.access == "member":
        return must_sign_in(answer)
    if route.name in asking.ALLOWED:
        return answer.status_code == asking.ALLOWED[route.name]
    return answer.status_code == 404


def must_sign_in(answer: httpx.Response) -> bool:
    """Tell whether somebody unknown is sent to where one signs in."""
    leads = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    return answer.status_code == 401 or leads


def secrets_in(answer: httpx.Response) -> list[str]:
    """Name what an answer tells that only its owner may read."""
    told = f"{answer.headers} {answer.text}"
    return [secret for secret in _SECRETS if secret in told]


def test_every_route_and_every_id_in_one_is_known_here(
    street: Standing, routes: list[Route], south: Belongings
) -> None:
    written, known = bodies.bodies_of(south), bodies.query_of(south)
    names = {route.name for route in routes}
    parameters = {
        name
        for route in routes
        if route.path not in asking.OF_EVERYBODY
        for name in route.parameters
    }
    assert parameters <= south.ids.keys(), "say what a tenant has of these"
    assert {one for one in names if not one.startswith("GET ")} == written.keys()
    assert south.also.keys() <= {route.path for route in routes}
    assert asking.ALLOWED.keys() <= names
    queries = asking.queries_of(asking.application(street.settings))
    assert queries <= known.keys() | asking.HARMLESS_QUERIES, "say what these would be asked"


def test_no_route_shows_or_changes_anything_of_another_tenant(
    street: Standing, routes: list[Route], south: Belongings, north: People
) -> None:
    before, wrong = quiet_rows_of(street, south.tenant_id), list[str]()
    for route in routes:
        for who, visitor in visitors(street, "north", north, route):
            if route.path in asking.OF_EVERYBODY:
                continue
            answer = ask(visitor, route, south)
            said = f"{route.name} answers the {who} of north with {answer.status_code}"
            if route.parameters and not is_refused(route, who, answer):
                wrong.append(f"{said}: {answer.text[:200]}")
            if answer.status_code >= 500:
                wrong.append(f"{said}: {answer.text[:200]}")
            wrong += [f"{said} and tells {secret}" for secret in secrets_in(answer)]
    assert not wrong, "\n".join(wrong)
    assert rows_of(street, south.tenant_id) == before


def test_nobody_of_another_tenant_is_known_at_the_door(
    street: Standing, routes: list[Route], south: Belongings, north: People
) -> None:
    before, wrong = quiet_rows_of(street, south.tenant_id), list[str]()
    for route in routes:
        if route.free or route.access == "shopper":
            continue
        for who, visitor in visitors(street, "south", north, route):
            answer = ask(visitor, route, south)
            if not must_sign_in(answer):
                wrong.append(f"{route.name} answers north's {who} with {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert rows_of(street, south.tenant_id) == before


def test_no_route_shows_or_changes_anything_of_another_member(
    street: Standing, routes: list[Route], south: Belongings
) -> None:
    before, wrong = quiet_rows_of(street, south.tenant_id), list[str]()
    neighbour = client(street, "south", south.people.neighbour)
    for route in routes:
        mine = {"number", "address_id"} & set(route.parameters)
        if route.console or not mine:
            continue
        answer = ask(neighbour, route, south)
        if not is_refused(route, "member", answer) or secrets_in(answer):
            wrong.append(f"{route.name}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert rows_of(street, south.tenant_id) == before


def test_the_owner_of_it_all_is_answered_where_strangers_are_not(
    street: Standing, routes: list[Route], south: Belongings
) -> None:
    """The other way round: what strangers were refused exists, and was asked for rightly.

    It changes and removes what the other tests look at, so it is the last one of this file.
    """
    wrong, told = list[str](), 0
    removing = ("DELETE", "archive", "remove", "cancel")
    ordered = sorted(
        routes,
        key=lambda route: (route.verb != "GET", any(word in route.name for word in removing)),
    )
    for route in ordered:
        if not route.parameters or route.path in asking.OF_EVERYBODY:
            continue
        if route.name in asking.ALLOWED:
            continue
        who = south.people.owner if route.console else south.people.member
        answer = ask(client(street, "south", who), route, south)
        told += bool(secrets_in(answer))
        if answer.status_code >= 400 and answer.status_code != 409:
            wrong.append(f"{route.name}: {answer.status_code} {answer.text[:300]}")
    assert not wrong, "\n".join(wrong)
    assert told > 20
