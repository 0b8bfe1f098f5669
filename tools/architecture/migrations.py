"""Migrations: each names the rooms it changes, and none is unfit for a database in use."""

import re
from collections.abc import Iterator

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source, staircase

VERSIONS = ("migrations", "versions")
_NAMED = re.compile(r"^([\w, ]+): \S")


def faults(house: House) -> Iterator[Fault]:
    """Judge the names of all migrations; have squawk judge the SQL that they run."""
    rooms = {room for line in staircase(house.root) for room in line} | {"house"}  # all of them
    written = [source for source in house if source.parts[:2] == VERSIONS]
    for source in written:
        yield from _of_name(source, rooms)
    if written:
        try:
            from tools.setup.migrations import lint  # needs the doors, and these every room

            yield from lint(house.root / VERSIONS[0], house.root / "build/migrations")
        except Exception as error:  # whatever a module that is being written raises
            what = f"their SQL cannot be printed: {error!r}"
            yield Fault("migrations/env.py", 1, what, "mend what cannot be imported")


def _of_name(source: Source, rooms: set[str]) -> Iterator[Fault]:
    first = next(iter(source.text.strip().strip('"').splitlines()), "")
    named = _NAMED.match(first)
    unknown = {name.strip() for name in named[1].split(",")} - rooms if named else {first}
    for name in sorted(unknown):
        what = f"“{name}” is no room"
        yield Fault(source.path, 1, what, 'begin the docstring with "<room>[, <room>]: <why>"')
