"""Run every guard, write the generated pages, or print the map."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.architecture import (
    endpoints,
    faces,
    generated,
    honesty,
    imports,
    map,
    migrations,
    names,
    powers,
    problems,
    sizes,
    tables,
    texts,
    words,
)
from tools.architecture.fault import Fault
from tools.architecture.house import House, read

ROOT = Path(__file__).parents[2]
GUARDS = (
    imports,
    faces,
    powers,
    names,
    sizes,
    honesty,
    problems,
    endpoints,
    tables,
    migrations,
    texts,
    words,
    generated,
)


def faults(house: House) -> Iterator[Fault]:
    """Run every guard over the house."""
    yield from house.unreadable
    for guard in GUARDS:
        yield from guard.faults(house)


def main(arguments: list[str]) -> int:
    """Do what the command line says; 0 when nothing is wrong."""
    house = read(ROOT)
    match arguments:
        case []:
            found = sorted(set(faults(house)))
            print(*found, *([""] if found else []), _counted(len(found)), sep="\n")
            return 1 if found else 0
        case ["write"]:
            print(*generated.write(house) or ["没有变化 · nothing changed"], sep="\n")
            return 0
        case ["map"]:
            print(*map.drawn(house), sep="\n")
            return 0
        case _:
            print(sys.modules["tools.architecture"].__doc__)
            return 2


def _counted(found: int) -> str:
    return f"✗ 结构 · architecture: {found} faults" if found else "✓ 结构 · architecture: 0 faults"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
