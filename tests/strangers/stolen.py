"""Furnishes the tenant that strangers try to rob, and takes from it what they bring along."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from mall.kernel.crypto import hash_token
from mall.staff import ROLES
from tests.faults.goods import CONSOLE, ask
from tests.faults.standing import Standing
from tests.strangers import judging
from tests.strangers.asking import Route
from tests.strangers.belongings import PASSWORD, Belongings, client, furnish
from tests.strangers.drawing import Loot, Strangers
from tests.strangers.inside import Inside, Question
from tests.strangers.marking import OWN, UNMARKED, mark
from tests.strangers.plenty import furnish_with
from tests.strangers.rows import quiet_rows_of, words_of
from tests.waiting import eventually

_LENDS = 0.5  # of the ids; the others are never sent, so that nobody can have them from a stranger
_NAMES = re.compile(r"canary-b-[a-z-]+-\d+(?:@marked\.localhost)?")
_SESSIONS = "SELECT to_jsonb(t) FROM {} t WHERE token_hash = ANY(%s)"
_UNSETTLED = """
SELECT (SELECT count(*) FROM payments.refund WHERE tenant_id = %s AND ended_at IS NULL),
       (SELECT count(*) FROM orders.refund WHERE tenant_id = %s AND state = 'running')
"""
_PUT_BACK = (
    "INSERT INTO {0} SELECT * FROM jsonb_populate_record(NULL::{0}, %s) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True)
class Marked:
    """A tenant that bears marks."""

    owned: Belongings
    bare: set[str]  # its text columns without one
    ids: frozenset[str]  # that nobody else has
    own: tuple[str, ...]  # what else nobody has: numbers, hosts, tokens


def furnish_marked(mall: Standing, slug: str, neighbour: Belongings) -> Marked:
    """Give a tenant plenty of everything, and mark all of it."""
    owned = furnish_with(mall, slug, 2).owned
    eventually(lambda: _is_settled(mall, owned.tenant_id), 60)
    quiet_rows_of(mall, owned.tenant_id)
    bare = mark(mall, owned.tenant_id)
    own = _own(mall, owned.tenant_id)
    theirs, ours = (words_of(mall, one.tenant_id) for one in (owned, neighbour))
    ids, known = (
        {one for rows in found.values() for one in judging.ID.findall(rows or "")}
        for found in (theirs, ours)
    )
    return Marked(_renamed(mall, owned), bare, frozenset(ids - known), own)


def _is_settled(mall: Standing, tenant_id: UUID) -> bool:
    """Tell whether the provider has nothing more to say: every refund has ended."""
    with mall.database() as rows:
        found = rows.execute(_UNSETTLED, [tenant_id, tenant_id]).fetchone()
    return found == (0, 0)


def take(marked: Marked, mall: Standing, chance: random.Random) -> Loot:
    """Take what strangers bring along, but for what only their answers can tell."""
    owned = marked.owned
    lent = chance.sample(sorted(marked.ids), int(len(marked.ids) * _LENDS))
    named = {str(one) for one in owned.ids.values() if judging.ID.fullmatch(str(one))}
    rows = words_of(mall, owned.tenant_id).values()
    names = {one for words in rows for one in _NAMES.findall(words or "")}
    words = sorted({*names, *marked.own})
    files = [f"{asset}-{width}.webp" for asset in lent for width in (320,)]
    tokens = tokens_of(owned)
    files.append(str(owned.ids["name"]))
    return Loot(owned, sorted({*lent, *named}), words, files, tokens, (), ())


def judge_of(marked: Marked) -> judging.Judge:
    """Tell a judge what to look for."""
    own = {one.lower() for one in (*marked.own, *tokens_of(marked.owned))}
    return judging.Judge(marked.ids, sorted(own))


def tokens_of(owned: Belongings) -> list[str]:
    """List the tokens of a tenant's people."""
    return [headers["Authorization"][7:] for headers in vars(owned.people).values()]


async def look_around(loot: Loot, inside: Inside, routes: Sequence[Route]) -> Loot:
    """Let the owner and a member read their lists, to have their cursors and entity tags."""
    cursors, tags = set[str](), set[str]()
    for route in routes:
        if route.verb == "GET":
            answer = await inside.ask(asked_by_owner(loot.owned, route, "limit=1"))
            told = judging.text_of(answer)
            cursors |= set(re.findall(r'"next_cursor":"([\w-]+)"', told))
            tags |= {answer.headers["etag"]} if "etag" in answer.headers else set()
    return replace(loot, cursors=sorted(cursors), tags=sorted(tags))


def asked_by_owner(owned: Belongings, route: Route, query: str = "") -> Question:
    """Write what those who own it all would ask a route."""
    who = owned.people.owner if route.console else owned.people.member
    path = route.path if "{tag" in route.path else route.address(owned)
    return Question("the owner", f"{owned.slug}.localhost", route.verb, path, query, who)


def strangers_of(mall: Standing, slug: str) -> Strangers:
    """Furnish a tenant, and let one of each role and of each kind of shopper come in."""
    owned, spare = furnish(mall, slug), {"host": f"spare.{slug}.localhost"}  # to be taken away
    owned = replace(owned, ids=owned.ids | spare)
    owner, people = client(mall, slug, owned.people.owner), owned.people
    staff = dict[str, dict[str, str]]()
    for role in ROLES:
        given = {"email": f"{role}@{slug}.localhost", "password": PASSWORD}
        if role != "owner":
            ask(owner, "POST", f"{CONSOLE}/staff", json=given | {"name": role, "role": role})
            token = ask(client(mall, slug), "POST", f"{CONSOLE}/session", json=given)["token"]
            staff[role] = {"Authorization": f"Bearer {token}"}
    ask(owner, "POST", f"{CONSOLE}/mall/hosts", json=spare)
    shoppers = {"nobody": dict[str, str](), "guest": people.guest, "member": people.member}
    return Strangers(owned, staff | {"owner": people.owner}, shoppers)


class Sessions:
    """Remembers who is signed in, to sign in again those whom a request has signed out."""

    def __init__(self, mall: Standing, strangers: Strangers) -> None:
        self._mall = mall
        everybody = (*strangers.staff.values(), *strangers.shoppers.values())
        hashes = [hash_token(one["Authorization"][7:]) for one in everybody if one]
        with mall.database() as rows:
            self._kept = {
                table: rows.execute(_SESSIONS.format(table).encode(), [hashes]).fetchall()
                for table in ("members.session", "staff.session")
            }

    def put_back(self) -> None:
        """Sign everybody in again."""
        with self._mall.database() as rows:
            for table, found in self._kept.items():
                for (row,) in found:
                    rows.execute(_PUT_BACK.format(table).encode(), [Jsonb(row)])


def _own(mall: Standing, tenant_id: UUID) -> tuple[str, ...]:
    """Read what is unmistakable as it is."""
    found = set[str]()
    with mall.database() as rows:
        for column in (one for one, why in UNMARKED.items() if why == OWN):
            schema, table, name = column.split(".")
            asked = sql.SQL("SELECT DISTINCT {} FROM {} WHERE tenant_id = %s").format(
                sql.Identifier(name), sql.Identifier(schema, table)
            )
            found |= {one for (one,) in rows.execute(asked, [tenant_id]).fetchall() if one}
    return tuple(sorted(one for one in found if len(one) > 5))


def _renamed(mall: Standing, owned: Belongings) -> Belongings:
    """Call what bears marks now by its new names."""
    with mall.database() as rows:
        product, shelf, page = (
            rows.execute(asked.encode(), [key]).fetchone() or ("",)
            for asked, key in (
                ("SELECT slug FROM catalog.product WHERE id = %s", owned.ids["product_id"]),
                ("SELECT slug FROM catalog.category WHERE id = %s", owned.ids["category_id"]),
                ("SELECT min(slug) FROM tenants.page WHERE tenant_id = %s", owned.tenant_id),
            )
        )
    also = owned.also | {"/c/{slug:str}": shelf[0]}
    also |= {path: page[0] for path in also if "/pages/" in path}
    return replace(owned, ids=owned.ids | {"slug": product[0]}, also=also)
