"""Every endpoint of the console lets in exactly the roles whose permissions hold its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from mall.staff import ANYONE, ROLES, SIGNED_IN
from tests.faults.goods import CONSOLE, SHOP, ask, key
from tests.faults.standing import Standing
from tests.strangers import asking
from tests.strangers.asking import Route
from tests.strangers.belongings import PASSWORD

SLUG, OTHER = "roles", "north"
ENDS_SESSION = "DELETE /api/console/v1/session"


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks; ``role`` None: is not of this mall's staff."""

    name: str
    http: httpx.Client
    role: str | None = None

    def refusal(self, route: Route) -> tuple[int, str] | None:
        """Tell how a route has to refuse; None: it has to let in."""
        if route.permission == ANYONE:
            return None
        if self.role is None:
            return 401, "staff.sign_in_first"
        allowed = ROLES[self.role].permissions | {SIGNED_IN}
        return None if route.permission in allowed else (403, "staff.forbidden")


@pytest.fixture(scope="module")
def visitors(street: Standing) -> list[Visitor]:
    """Let one of each role come in, and those who have no business in this console."""
    owner, abroad, shopper = street.operator(SLUG), street.operator(OTHER), street.browser(SLUG)
    ask(shopper, "POST", f"{SHOP}/cart/selection", json={"selected": True})
    found = [
        Visitor("nobody", street.browser(SLUG)),
        Visitor("a shopper", street.browser(SLUG, _bearer(shopper.cookies["mall_shopper"]))),
        Visitor(
            "another mall's owner", street.browser(SLUG, _bearer(abroad.cookies["mall_staff"]))
        ),
    ]
    for role in ROLES:
        given = {"email": f"{role}@here.localhost", "password": PASSWORD}
        ask(owner, "POST", f"{CONSOLE}/staff", json=given | {"name": role, "role": role})
        token = ask(street.browser(SLUG), "POST", f"{CONSOLE}/session", json=given)["token"]
        found.append(Visitor(role, street.browser(SLUG, _bearer(token)), role))
    return found


@pytest.fixture(scope="module")
def routes(street: Standing) -> list[Route]:
    """List the routes of the console; the one that ends sessions comes last."""
    found = asking.routes_of(asking.application(street.settings))
    return sorted((one for one in found if one.console), key=lambda one: one.name == ENDS_SESSION)


def cells(routes: list[Route], visitors: list[Visitor]) -> Iterator[tuple[Route, Visitor]]:
    """Give every pair."""
    return ((route, visitor) for route in routes for visitor in visitors)


def test_each_role_is_let_in_where_its_permissions_say_so_and_nowhere_else(
    routes: list[Route], visitors: list[Visitor]
) -> None:
    wrong, let_in = list[str](), 0
    for route, visitor in cells(routes, visitors):
        answer = visitor.http.request(
            route.verb, _of_nothing(route), json=None if route.verb == "GET" else {}, headers=key()
        )
        due = visitor.refusal(route)
        refused = answer.status_code in {401, 403}
        met = (answer.status_code, answer.json()["code"]) if refused else None
        let_in += met is None
        if met != due:
            wrong.append(f"{route.name} answers {visitor.name} with {met}, not {due}")
        elif due and due[0] == 403 and f'"{route.permission}"' not in answer.text:
            wrong.append(f"{route.name} tells {visitor.name} something else: {answer.text[:200]}")
        if answer.status_code >= 500:
            wrong.append(f"{route.name} breaks for {visitor.name}: {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert let_in > len(routes)


def _of_nothing(route: Route) -> str:
    """Fill the path with ids that nothing has, so that nothing is changed."""
    path = route.path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        value = str(uuid4()) if path[start:end].endswith(":uuid") else "nothing-at-all"
        path = path[:start] + value + path[end + 1 :]
    return path


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
