"""docs/words.md: one word in zh-CN and en for every thing that has a name in the code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.architecture.fault import Fault
from tools.architecture.house import House

PAGE = "docs/words.md"
IDS = "mall.kernel.ids"

_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of a room."""

    line: int
    room: str
    zh: str
    en: str
    names: tuple[str, ...]


def faults(house: House) -> Iterator[Fault]:
    """Name rooms and ids without a word, rows that are not full, and names that are gone."""
    if not (house.root / PAGE).is_file():
        yield Fault(PAGE, 1, "the page is missing", "write a table for each room")
        return
    table = list(rows(house.root / PAGE))
    told = [room for room in dict.fromkeys(row.room for row in table) if room in house.rooms]
    if told != sorted(told):
        yield Fault(PAGE, 1, "the rooms are not sorted", "sort the sections by name")
    for room in sorted(set(house.rooms) - set(told)):
        yield Fault(PAGE, 1, f"no words of the room {room}", f"add a section ## {room}")
    for name in sorted(_ids(house) - {name for row in table for name in row.names}):
        yield Fault(PAGE, 1, f"no word for {name}", "add it to the section of its room")
    for row in table:
        yield from _of_row(house, row)


def _of_row(house: House, row: Row) -> Iterator[Fault]:
    if not (row.zh and row.en and row.names):
        yield Fault(PAGE, row.line, "a cell is empty", "give both words and the `name in code`")
    sources = [s for s in house if s.parts[:2] == ("mall", row.room) and not s.is_test]
    texts = [f"{source.module} {source.text}" for source in sources]  # a kind is a folder
    texts += [house.sources[IDS].text] if IDS in house.sources else []
    for name in row.names:
        if not any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts):
            what = f"nothing in {row.room} is called {name}"
            yield Fault(PAGE, row.line, what, "write what the code says, or remove it")


def rows(page: Path) -> Iterator[Row]:
    """Read the rows of all tables, each with the room whose section it stands in."""
    room = ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            room = line.split()[1]
        elif line.startswith("|") and set(line) - set("|-: ") and "中文" not in line:
            zh, en, code, *_ = [cell.strip() for cell in line.strip("|").split("|")] + ["", ""]
            yield Row(number, room, zh, en, tuple(_CODE.findall(code)))


def _ids(house: House) -> set[str]:
    known = house.sources[IDS].names if IDS in house.sources else {}
    return {name for name in known if name.endswith("Id")}
