"""The map: the staircase with what each room is for, and the files that grow too long."""

import ast
from collections.abc import Iterator

from tools.architecture import sizes
from tools.architecture.house import GROUND, House, doc_line, staircase

INDENT = " " * 18


def drawn(house: House) -> Iterator[str]:
    """Draw the staircase from top to bottom, one room after another, line by line."""
    yield "集市 · Jishi — calls go down only; rooms on one step do not see each other\n"
    for step in staircase(house.root):
        built = [room for room in step if f"mall.{room}" in house.sources]
        yield from ([_step(house, built)] if built else [])
        if waiting := [room for room in step if room not in built]:
            yield f"{INDENT}({', '.join(waiting)}: not built yet)"
    if long := sizes.long_files(house.root):
        yield f"\nOver {sizes.SPLIT_NEAR} lines, to be split at the next occasion:"
        yield from (f"{lines:6}  {path}" for path, lines in long)


def _step(house: House, rooms: list[str]) -> str:
    lines = list[str]()
    for position, room in enumerate(rooms):
        face = house.sources[f"mall.{room}"].tree
        lines.append(f"{'─' if position == 0 else ' '} {room:<15} {doc_line(face)}")
        if room not in GROUND:
            told = (ast.get_docstring(face) or "").splitlines()
            lines += [
                INDENT + " ".join(line.split())
                for line in told
                if line.strip().startswith(("hears", "announces"))
                and line.split()[1:] not in ([], ["-"])
            ]
    return "\n".join(lines)
