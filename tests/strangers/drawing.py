"""Draws what people of one tenant might ask with everything they could have got of another one."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlencode
from uuid import UUID

from tests.strangers import asking, bodies
from tests.strangers.asking import Route
from tests.strangers.belongings import Belongings
from tests.strangers.inside import Question
from tests.strangers.rubbish import NASTY, spoilt

RARE = 0.1  # of what ends sessions, and of what hashes a password and is soon refused for a while
_RARE = (
    "/openapi.json",
    "/docs",
    "/session",
    "/sign-out",
    "/password",
    "/members",
    "/register",
    "/staff",
    "/verify",
)
_SHARES = (0.0, 0.15, 0.5, 1.0)  # of what is theirs in a body: the less, the further it gets
_SORTS = ("new", "price", "-price", "price_asc", "tenant_id", "title", "id; --", "1")
_PATHS = ("%00", "%ff%fe", "..%2F..%2Fx", "a" * 300, "%27%20OR%20true--", "*", "-1")


@dataclass(frozen=True)
class Loot:
    """What strangers have got of a tenant."""

    owned: Belongings
    ids: Sequence[str]
    words: Sequence[str]  # numbers, names in addresses, keys
    files: Sequence[str]
    tokens: Sequence[str]
    cursors: Sequence[str]
    tags: Sequence[str]  # entity tags


@dataclass(frozen=True)
class Strangers:
    """Who asks: people of a tenant by the headers that make them known, and what is their own."""

    owned: Belongings
    staff: Mapping[str, dict[str, str]]  # by role
    shoppers: Mapping[str, dict[str, str]]


class Drawing:
    """Draws requests; the same numbers draw the same ones."""

    def __init__(
        self, routes: Sequence[Route], strangers: Strangers, loot: Loot, chance: random.Random
    ) -> None:
        self._routes, self._strangers, self._loot, self._chance = routes, strangers, loot, chance
        self._weights = [RARE if one.path.endswith(_RARE) else 1.0 for one in routes]
        self._guarded = [one for one in routes if one.path.startswith("/api/") and _is_shut(one)]
        self._theirs, self._ours = bodies.bodies_of(loot.owned), bodies.bodies_of(strangers.owned)
        self._queries = bodies.query_of(loot.owned)
        self._names = sorted(self._queries.keys() | asking.HARMLESS_QUERIES)

    def questions(self, how_many: int) -> Iterator[Question]:
        """Draw so many, over every route."""
        for n in range(how_many):
            at_first = self._routes[n] if n < len(self._routes) else None
            yield self._question(at_first)

    def _question(self, route: Route | None) -> Question:
        chance = self._chance
        if route is None and self._guarded and chance.random() < 0.04:  # our people at their door
            return self._ask(chance.choice(self._guarded), self._loot.owned.slug)
        if route is None:
            (route,) = chance.choices(self._routes, self._weights)
        return self._ask(route, self._strangers.owned.slug)

    def _ask(self, route: Route, slug: str) -> Question:
        chance, verb = self._chance, route.verb
        who, headers = self._visitor(route, stolen=slug == self._strangers.owned.slug)
        if verb == "GET" and chance.random() < 0.05:
            verb = chance.choice(("HEAD", "OPTIONS"))
        headers |= self._headers(slug)
        body = b""
        if verb not in {"GET", "HEAD", "OPTIONS"}:
            headers["Idempotency-Key"] = self._key()
            kind, body = self._body(route)
            if kind:
                headers["Content-Type"] = kind
        return Question(
            who,
            f"{slug}.localhost",
            verb,
            self._path(route),
            self._query(),
            headers,
            body,
            route.name,
        )

    def _visitor(self, route: Route, *, stolen: bool) -> tuple[str, dict[str, str]]:
        chance = self._chance
        if stolen and chance.random() < 0.08:
            token = chance.choice(self._loot.tokens)
            cookie = f"mall_staff={token}; mall_shopper={token}"
            cookies, bearer = {"Cookie": cookie}, {"Authorization": f"Bearer {token}"}
            return "one with a stolen token", chance.choice((cookies, bearer))
        usual, other = self._strangers.staff, self._strangers.shoppers
        if not route.console:
            usual, other = other, usual
        people = usual if chance.random() < 0.9 else other
        who = chance.choice(sorted(people))
        return who, dict(people[who])

    def _headers(self, slug: str) -> dict[str, str]:
        chance, theirs = self._chance, f"{self._loot.owned.slug}.localhost"
        made = dict[str, str]()
        if chance.random() < 0.5:
            made["Accept-Encoding"] = "gzip"
        if chance.random() < 0.3:
            made["Accept"] = "text/html"
        if chance.random() < 0.1:
            made["HX-Request"] = "true"
        if chance.random() < 0.2 and self._loot.tags:
            made["If-None-Match"] = chance.choice((*self._loot.tags, "*"))
        if chance.random() < 0.15 and slug != self._loot.owned.slug:
            name = chance.choice(("X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded"))
            made[name] = f"host={theirs}" if name == "Forwarded" else theirs
        if chance.random() < 0.05:
            made["X-Tenant"] = made["mall.tenant"] = str(self._loot.owned.tenant_id)
        return made

    def _key(self) -> str:
        if self._chance.random() < 0.3:
            return self._chance.choice(self._loot.words)
        return UUID(int=self._chance.getrandbits(128)).hex

    def _path(self, route: Route) -> str:
        path, chance = route.path, self._chance
        for name in route.parameters:
            start = path.index("{" + name)
            end = path.index("}", start) + 1
            path = path[:start] + self._parameter(route, name, path[start:end]) + path[end:]
        return path if chance.random() < 0.98 else path + "/"

    def _parameter(self, route: Route, name: str, written: str) -> str:
        chance, drawn = self._chance, self._chance.random()
        owners = self._loot.owned if drawn < 0.7 else self._strangers.owned
        if drawn < 0.8 and name in owners.ids:
            return quote(str(owners.also.get(route.path, owners.ids[name])), safe="")
        if drawn < 0.95:
            many = self._loot.ids if written.endswith(":uuid}") else self._loot.words
            many = self._loot.files if name == "name" else many
            return quote(chance.choice(many), safe="")
        return chance.choice(_PATHS)

    def _query(self) -> str:
        chance = self._chance
        some = chance.sample(self._names, chance.choice((0, 0, 1, 1, 2, 3)))
        return urlencode([(name, self._asked(name)) for name in some])

    def _asked(self, name: str) -> str:
        chance = self._chance
        if chance.random() < 0.15:
            return self._any()
        if name == "cursor" and self._loot.cursors:
            return chance.choice(self._loot.cursors)
        if name == "sort":
            return chance.choice(_SORTS)
        if name == "limit":
            return chance.choice(("1", "50", "100", "0", "-1"))
        return str(self._queries[name]) if name in self._queries else self._any()

    def _any(self) -> str:
        """Draw anything of theirs, and rubbish now and then."""
        chance, loot = self._chance, self._loot
        many = chance.choice((loot.ids, loot.ids, loot.words, loot.files, loot.cursors or ("",)))
        if chance.random() < 0.9:
            return chance.choice(many)
        return str(chance.choice(NASTY)).encode("utf-8", "replace").decode()

    def _body(self, route: Route) -> tuple[str, bytes]:
        kind, theirs = self._theirs.get(route.name, ("json", None))
        ours = self._ours.get(route.name, (kind, None))[1]
        if kind == "files":
            return "multipart/form-data; boundary=x", _MULTIPART
        mixed = self._mixed(theirs, ours, self._chance.choice(_SHARES))
        if self._chance.random() < 0.1:
            mixed = spoilt(mixed, self._chance)
        if kind == "json":
            return "application/json", b"" if mixed is None else json.dumps(mixed).encode()
        fields = cast("dict[str, Any]", mixed if isinstance(mixed, dict) else {})
        written = {name: str(value).encode("utf-8", "replace") for name, value in fields.items()}
        return "application/x-www-form-urlencoded", urlencode(written).encode()

    def _mixed(self, theirs: Any, ours: Any, share: float) -> Any:
        """Mix two bodies of one shape, and what else was got where an id stands."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            mine, both = cast("dict[str, Any]", ours), cast("dict[str, Any]", theirs)
            return {name: self._mixed(one, mine.get(name), share) for name, one in both.items()}
        if isinstance(theirs, list) and isinstance(ours, list):
            pairs = zip(cast("list[Any]", theirs), cast("list[Any]", ours), strict=False)
            return [self._mixed(one, other, share) for one, other in pairs]
        return self._leaf(theirs, ours, share)

    def _leaf(self, theirs: Any, ours: Any, share: float) -> Any:
        if theirs == ours or self._chance.random() < share:
            return theirs
        return self._any() if self._chance.random() < share / 4 else ours


def _is_shut(route: Route) -> bool:
    return not route.free and route.access != "shopper"


_MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n'
    b"Content-Type: image/png\r\n\r\nno picture\r\n--x--\r\n"
)
