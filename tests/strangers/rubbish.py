"""What may stand in a place where it does not belong."""

import random
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote, quote_plus

MISSING, EMPTY, LONG, TWICE, SOMEBODYS = "missing", "empty", "too long", "twice", "somebody's"

type Json = dict[str, Any]

# In a field of a form, as it travels: percent-encoded.
# None: there is no such field; "{}": what would be right stands there.
RUBBISH: Mapping[str, str | None] = {
    MISSING: None,
    EMPTY: "",
    LONG: "a" * 10_000,
    TWICE: "",
    SOMEBODYS: "",
    "nul": "a%00b",
    "controls": "a%01%1B%5B0mb%7F",
    "surrogate": "%ED%A0%80",
    "broken": "%FF%FEa",
    "letters": "abc",
    "negative": "-1",
    "huge": "1" + "0" * 30,
    "infinite": "1e999",
    "no number": "NaN",
    "no choice": "no-such-choice",
    "bad id": "0193-no-id-at-all",
    "html": quote("<script>alert(1)</script>"),
    "emoji": quote("🎏"),
    "from the right": quote("\u200f\u202eabc"),
}
UNREADABLE = frozenset({"nul", "controls", "surrogate", "broken"})
WRITTEN = frozenset(
    {
        *("letters", "negative", "huge", "infinite", "no number", "no choice", "bad id", "html"),
        *("emoji", "from the right", SOMEBODYS),
    }
)
EVERYTHING = frozenset(RUBBISH)

# In a body or a query.
NASTY: tuple[Any, ...] = (
    *("\0", "a\0b", "\ud800", "\u202e", "%00", "x" * 3_000, "-1", "NaN", "1e999", "' OR 1=1"),
    *(-1, 2**31, 2**63, 10**30, 1e308, 0.1, True, None, [], {}, [[[]]], {"\0": "\0"}),
)


def encoded(fields: Mapping[str, str], name: str, kind: str, somebodys: str) -> str:
    """Write a form with one kind of rubbish in one field and everything else right."""
    parts = [f"{quote_plus(one)}={quote_plus(value)}" for one, value in fields.items()]
    own = f"{quote_plus(name)}={quote_plus(fields.get(name, ''))}"
    rest = [part for part in parts if part != own]
    if kind == MISSING:
        return "&".join(rest)
    if kind == TWICE:
        return "&".join([*rest, own, f"{quote_plus(name)}=x"])
    value = quote_plus(somebodys) if kind == SOMEBODYS else RUBBISH[kind]
    return "&".join([*rest, f"{quote_plus(name)}={value}"])


def spoilt(value: Any, chance: random.Random) -> Any:
    """Put something nasty in one place of a body or a query."""
    if isinstance(value, dict) and value:
        body = dict(cast(Json, value))
        name = chance.choice(sorted(body))
        return body | {name: spoilt(body[name], chance)}
    if isinstance(value, list) and value:
        items = list(cast("list[Any]", value))
        at = chance.randrange(len(items))
        return [*items[:at], spoilt(items[at], chance), *items[at + 1 :]]
    return chance.choice(NASTY)
