"""Names say what a thing is. Some words say nothing, and a room has known files only."""

import ast
import re
from collections.abc import Iterator

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source

EMPTY_ANYWHERE = frozenset(
    {"manager", "managers", "helper", "helpers", "util", "utils", "service", "services"}
)
EMPTY_AT_THE_END = EMPTY_ANYWHERE | {"base", "data", "info"}

FILES = frozenset(
    {
        "__init__.py",
        "rules.py",
        "events.py",
        "tables.py",
        "store.py",
        "port.py",
        "queries.py",
        "actions.py",
        "errands.py",
        "reactions.py",
        "sweeps.py",
        "shop_api.py",
        "console_api.py",
        "open_api.py",
    }
)
SPLIT = frozenset(  # files that may grow into folders
    {
        "rules",
        "actions",
        "errands",
        "store",
        "queries",
        "shop_api",
        "console_api",
        "open_api",
        "tests",
    }
)
KINDS = frozenset({"kinds", "providers", "transports", "carriers"})

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def faults(house: House) -> Iterator[Fault]:
    """Name every empty word and every file that no room has."""
    for source in house:
        yield from _empty_words(source)
        if source.room and not source.is_test:
            yield from _unknown_file(source)
    for room in {source.room for source in house if source.room} - set(house.rooms):
        yield Fault(f"mall/{room}", 1, "this room has no face", "write its __init__.py")


def _empty_words(source: Source) -> Iterator[Fault]:
    own = source.parts[-1].removesuffix(".py")
    stem = source.parts[-2] if own == "__init__" and len(source.parts) > 1 else own
    if word := empty_word(stem):
        yield Fault(source.path, 1, f"the file name says “{word}”", "say what it holds")
    for node in ast.walk(source.tree):
        is_named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if is_named and (word := empty_word(node.name)):
            what = f"the name {node.name} says “{word}”"
            yield Fault(source.path, node.lineno, what, "say what it is or does")


def empty_word(name: str) -> str | None:
    """Find the word in a name that says nothing: anywhere, or some only at the end."""
    words = [word.lower() for word in _WORDS.findall(name)]
    empty = [word for word in words if word in EMPTY_ANYWHERE]
    empty += [word for word in words[-1:] if word in EMPTY_AT_THE_END]
    return empty[0] if empty else None


def _unknown_file(source: Source) -> Iterator[Fault]:
    first, *deeper = source.parts[2:]
    known = first in SPLIT | KINDS if deeper else first in FILES
    if not known:
        what = f"{'the folder ' if deeper else ''}{first} is not one of a room's files"
        allowed = "use rules/, actions/<verb>.py, errands/, store/, queries/ or a kinds folder"
        yield Fault(source.path, 1, what, allowed)
