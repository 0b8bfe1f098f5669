"""No text that is sent is ever obeyed by what stands behind the mall (T-19).

Each text of each route is replaced by some of the spells; with ``MALL_FUZZ_EXAMPLES`` by all.
"""

import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest

from tests.faults.goods import CONSOLE, SHOP
from tests.faults.standing import Standing
from tests.strangers import asking, bodies
from tests.strangers.asking import Route
from tests.strangers.belongings import Belongings, client, furnish
from tests.strangers.spells import PAIRS, SPELLS, Pair, amiss, obeyed

DEEP = bool(os.environ.get("MALL_FUZZ_EXAMPLES"))
SOME = 4  # spells for each text
ENDS = ("/session", "/sign-out", "/me/password")
ASKED_OF_PAGES = (
    *(
        "q",
        "category",
        "brand",
        "tag",
        "sort",
        "price",
        "from",
        "to",
        "in",
        "stock",
        "page",
        "item",
    ),
    *("address", "next", "back", "state", "after", "at", "done", "edit", "gone", "why", "o-colour"),
)
SEARCHES = {
    f"{SHOP}/products": ("q", "category", "brand", "tag", "attr", "cursor"),
    f"{CONSOLE}/products": ("text", "state", "category_id", "cursor"),
    f"{CONSOLE}/orders": ("text", "state", "order", "cursor"),
    f"{CONSOLE}/payments/refunds": ("order", "state"),
    f"{CONSOLE}/stock": ("text", "sku_id"),
}
UNWRITABLE = re.compile(r"[\x00-\x20\x7f]+")  # what no header can hold

type Place = tuple[str, ...]


@pytest.fixture(scope="module")
def owned(street: Standing) -> Belongings:
    return furnish(street, "injected")


@pytest.fixture(scope="module")
def routes(street: Standing) -> list[Route]:
    return list(asking.routes_of(asking.application(street.settings)))


class Casting:
    """Sends spells to a tenant and notes what obeys."""

    def __init__(self, mall: Standing, owned: Belongings) -> None:
        self.mall, self.owned = mall, owned
        self.wrong, self.sent = list[str](), 0
        self._turn = count()
        self._visitors = {
            True: client(mall, owned.slug, owned.people.owner),
            False: client(mall, owned.slug, owned.people.member),
        }

    def told(self) -> str:
        """Say what was noticed since this was asked last."""
        wrong, self.wrong = self.wrong, []
        return "\n".join(wrong)

    def spells(self) -> Iterator[str]:
        """Choose the spells for one text."""
        if DEEP:
            return iter(SPELLS)
        at, step = next(self._turn), len(SPELLS) // SOME
        return (SPELLS[(at + n * step) % len(SPELLS)] for n in range(SOME))

    def forget_attempts(self) -> None:
        """Let those who sign in try as often as they like."""
        with self.mall.database() as rows:
            rows.execute("DELETE FROM kernel.attempt WHERE tenant_id = %s", [self.owned.tenant_id])

    def send(
        self,
        route: Route,
        path: str,
        spell: str,
        what: str,
        *,
        headers: Mapping[str, str | bytes] | None = None,
        **given: Any,
    ) -> None:
        """Send one; an answer that took long is asked for again, since others work here too."""
        visitor, said = self._visitors[route.console], ""
        for _ in range(2):
            begun = time.monotonic()
            try:
                heads: Any = {**asking.headers_of(route), **(headers or {})}
                answer = visitor.request(route.verb, path, headers=heads, **given)
            except (httpx.InvalidURL, UnicodeError):
                return  # not to be written down in HTTP
            self.sent += 1
            visitor.cookies.clear()
            said = amiss(spell, answer, time.monotonic() - begun)
            if not said.startswith("takes"):
                break
        if said:
            self.wrong.append(f"{route.name} {what}={spell[:60]!r} {said}")

    def into_path(self, route: Route) -> None:
        """Put spells where ids and names stand in the path."""
        for name in route.parameters:
            for spell in self.spells():
                written = quote(spell.encode(errors="surrogatepass")[:3_000], safe="")
                path = self.address(route, {name: written})
                self.send(route, path, spell, name, **self._sent(route, self._body(route)))

    def into_query(self, route: Route, names: Iterable[str]) -> None:
        """Put spells into the query."""
        for name in names:
            for spell in self.spells():
                written = quote(spell.encode(errors="surrogatepass")[:5_000], safe="")
                self.send(route, f"{self.address(route)}?{name}={written}", spell, name)

    def into_body(self, route: Route) -> None:
        """Put spells where texts stand in the body."""
        body = self._body(route)
        for place in places_of(body):
            self.forget_attempts()
            for spell in self.spells():
                given = self._sent(route, put(body, place, spell))
                self.send(route, self.address(route), spell, ".".join(place), **given)

    def address(self, route: Route, given: Mapping[str, str] | None = None) -> str:
        """Write the address of a route, with something else in one place of it."""
        ids = {**self.owned.ids, "tag": "en", **(given or {})}
        also = {} if given else self.owned.also
        return route.address(replace(self.owned, ids=ids, also=also))

    def _body(self, route: Route) -> Any:
        if route.verb == "GET":
            return None
        _, body = bodies.bodies_of(self.owned)[route.name]
        also = bodies.ALSO.get(route.name)
        return {**cast("dict[str, Any]", body), **also} if also else body

    def _sent(self, route: Route, body: Any) -> dict[str, Any]:
        if body is None:
            return {}
        kind, _ = bodies.bodies_of(self.owned)[route.name]
        if kind != "json":
            return {kind: body}
        content = json.dumps(body).encode()  # half a surrogate can be written like this only
        return {"content": content, "headers": {"Content-Type": "application/json"}}


def places_of(body: Any, *way: str) -> Iterator[Place]:
    """List where texts stand."""
    if isinstance(body, str):
        yield way
    elif isinstance(body, dict):
        for name, value in cast("dict[str, Any]", body).items():
            yield from places_of(value, *way, name)
    elif isinstance(body, list):
        for at, value in enumerate(cast("list[Any]", body)):
            yield from places_of(value, *way, str(at))


def put(body: Any, place: Place, spell: str) -> Any:
    """Give a body with something else in one place."""
    if not place:
        return spell
    first, *rest = place
    if isinstance(body, list):
        items = cast("list[Any]", body)
        return [put(v, tuple(rest), spell) if str(n) == first else v for n, v in enumerate(items)]
    return {k: put(v, tuple(rest), spell) if k == first else v for k, v in body.items()}


@pytest.fixture(scope="module")
def casting(street: Standing, owned: Belongings) -> Casting:
    return Casting(street, owned)


def test_no_text_of_a_path_or_a_query_is_obeyed(casting: Casting, routes: list[Route]) -> None:
    queries = asking.queries_of(asking.application(casting.mall.settings))
    for route in routes:
        if not route.path.endswith(ENDS):
            casting.into_path(route)
            if route.verb == "GET" and not route.parameters:
                known = queries if route.path.startswith("/api/") else ASKED_OF_PAGES
                mine = known if DEEP or route.path in SEARCHES else sorted(known)[::5]
                casting.into_query(route, mine)
    assert casting.told() == ""
    assert casting.sent > 400


def test_no_text_of_a_body_is_obeyed(casting: Casting, routes: list[Route]) -> None:
    before = casting.sent
    for route in routes:
        if route.verb != "GET" and not (route.path.endswith(ENDS) and route.verb != "POST"):
            casting.into_body(route)
    assert casting.told() == ""
    assert casting.sent - before > 400


def test_no_header_is_obeyed(casting: Casting, routes: list[Route]) -> None:
    names = ("Accept-Language", "Cookie", "Referer", "Origin", "User-Agent", "X-Forwarded-For")
    more = ("If-None-Match", "Accept", "Idempotency-Key", "X-Forwarded-Host", "Authorization")
    page = next(one for one in routes if one.name == "GET /search")
    order = next(one for one in routes if one.name == f"POST {SHOP}/cart/selection")
    for name in (*names, *more):
        for spell in casting.spells():
            bare = UNWRITABLE.sub(" ", spell.encode(errors="ignore").decode("latin-1"))
            text = bare.strip()[:2_000]
            value = f"mall_language={text}; mall_shopper={text}" if name == "Cookie" else text
            for route in (page, order):
                casting.send(route, route.path, text, name, headers={name: value.encode("latin-1")})
    assert casting.told() == ""


@pytest.mark.parametrize("path", SEARCHES)
def test_what_is_always_true_finds_no_more_than_what_never_is(
    street: Standing, owned: Belongings, path: str
) -> None:
    console = path.startswith(CONSOLE)
    who = owned.people.owner if console else owned.people.member
    visitor = client(street, owned.slug, who)
    wrong = list[str]()
    for name in SEARCHES[path]:

        def found(text: str, name: str = name) -> int:
            answer = visitor.get(path, params={name: text})
            told = answer.json()
            return len(told["items"]) if answer.is_success else -answer.status_code

        wrong += [f"{name}: {said}" for pair in PAIRS if (said := obeyed(pair, found))]
    assert wrong == []


def test_the_judge_sees_whoever_obeys() -> None:
    def said(
        text: str = "", heads: dict[str, str] | None = None, status: int = 200
    ) -> httpx.Response:
        return httpx.Response(status, text=text, headers=heads)

    assert amiss("{{1337*1409}}", said(f"hello {1337 * 1409}"), 0.1).startswith("reckons")
    assert amiss("{{1337*1409}}", said("hello {{1337*1409}}"), 0.1) == ""
    assert amiss("x", said("root:x:0:0:root"), 0.1).startswith("reads files")
    assert amiss("x", said("Traceback (most recent"), 0.1).startswith("speaks of")
    assert amiss("x", said(status=500), 0.1).startswith("breaks")
    assert amiss("x", said("", {"X-Obeyed": "1"}), 0.1).startswith("writes headers")
    assert amiss("x", said("", {"Set-Cookie": "obeyed=1"}), 0.1).startswith("writes headers")
    assert amiss("x", said("{}", {"content-type": "application/json"}, 422), 0.1)
    assert amiss("pg_sleep(3)", said(), 3.1).startswith("takes")
    rows = {"' or 'qzx'='qzx": 7}
    assert obeyed(PAIRS[0], lambda text: rows.get(text, 0))
    assert obeyed(Pair("a", "b"), lambda text: 1) == ""
