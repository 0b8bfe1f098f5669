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
    words,
)
from tools.architecture.fault import Fault
from tools.architecture.house import House, read

ROOT = Path(__file__).parents[2]
GUARDS = (
    powers,
    names,
    sizes,
    faces,
    problems,
    words,
    endpoints,
    honesty,
    tables,
    migrations,
    generated,
)


def faults(house: House) -> Iterator[Fault]:
    """Run every guard over the house."""
    yield from house.unreadable
    yield from imports.faults(house.root)
    for guard in GUARDS:
        yield from guard.faults(house)


def main(arguments: list[str]) -> int:
    """Do what the command line says; 0 when nothing is wrong."""
    house = read(ROOT)
    match arguments:
        case []:
            found = sorted(set(faults(house)))
            print(*found, sep="\n") if found else print("✓ 结构 · architecture")
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
