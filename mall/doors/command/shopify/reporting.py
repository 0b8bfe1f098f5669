"""What came of a file: a table for the terminal, and every line of it in a CSV file."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from rich.table import Table
from rich.text import Text

from mall.doors.command.shopify.rules.reasons import Reason
from mall.doors.command.shopify.writing import Kind

WORDS: dict[Kind, tuple[str, str]] = {
    "created": ("新增 · created", "green"),
    "updated": ("更新 · updated", "cyan"),
    "unchanged": ("未变 · unchanged", "dim"),
    "skipped": ("跳过 · skipped", "red"),
}
ALL_UP_TO = 40  # products; of longer files the table shows only what there is to say
_SHOWN_AT_MOST = 100
_REASONS_AT_MOST = 10  # of one product in the table
_COLUMNS = ("row", "last_row", "handle", "outcome", "weight", "code", "reason_zh", "reason_en")


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one product."""

    handle: str
    first_row: int
    last_row: int
    kind: Kind
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class Report:
    """Counts everything, keeps as much as a person reads, writes all of it to a file."""

    file: TextIO | None = None  # of the CSV; None: none is wanted
    counts: Counter[Kind] = field(default_factory=Counter[Kind])
    first: list[Line] = field(default_factory=list[Line])
    telling: list[Line] = field(default_factory=list[Line])
    told: int = 0  # products with something to say
    pictures_left: int = 0  # that a dry run has not fetched

    def __post_init__(self) -> None:
        """Write the first row of the CSV."""
        if self.file is not None:
            csv.writer(self.file).writerow(_COLUMNS)

    @property
    def products(self) -> int:
        """Tell how many products the file had."""
        return self.counts.total()

    def add(self, line: Line) -> None:
        """Take down what came of a product."""
        self.counts[line.kind] += 1
        if len(self.first) < ALL_UP_TO:
            self.first.append(line)
        if line.reasons:
            self.told += 1
            if len(self.telling) < _SHOWN_AT_MOST:
                self.telling.append(line)
        if self.file is not None:
            csv.writer(self.file).writerows(_rows(line))

    def table(self) -> Table | None:
        """Draw what a person wants to see; None: all went well, and it was a lot."""
        shown = self.first if self.products <= ALL_UP_TO else self.telling
        if not shown:
            return None
        table = Table("行 · row", "商品 · product", "结果 · outcome", "说明 · why", box=None)
        for line in shown:
            word, style = WORDS[line.kind]
            rows = str(line.first_row)
            if line.last_row > line.first_row:
                rows += f"-{line.last_row}"
            reasons = line.reasons[:_REASONS_AT_MOST]
            table.add_row(rows, Text(_plain(line.handle)), Text(word, style), _why(reasons[:1]))
            for reason in reasons[1:]:
                table.add_row("", "", "", _why([reason]))
            if left := len(line.reasons) - len(reasons):
                table.add_row("", "", "", Text(f"… +{left}", "dim"))
        return table

    @property
    def left_out(self) -> int:
        """Tell how many products with something to say are not in the table."""
        return self.told - len(self.telling) if self.products > ALL_UP_TO else 0

    def summary(self) -> str:
        """Count in one line."""
        return "   ".join(f"{words[0]} {self.counts[kind]:,}" for kind, words in WORDS.items())


def _why(reasons: Sequence[Reason]) -> Text:
    text = Text()
    for reason in reasons:
        style = "red" if reason.grave else "yellow"
        text.append(f"{reason.row}: ", style)
        text.append(f"{reason.texts['zh-CN']}\n{reason.texts['en']}")
    return text


def _rows(line: Line) -> Iterator[list[str | int]]:
    yield [line.first_row, line.last_row, _harmless(line.handle), line.kind, "", "", "", ""]
    for reason in line.reasons:
        weight = "problem" if reason.grave else "note"
        texts = [_harmless(reason.texts[tag]) for tag in ("zh-CN", "en")]
        yield [
            reason.row,
            reason.row,
            _harmless(line.handle),
            line.kind,
            weight,
            reason.code,
            *texts,
        ]


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)[:80]


def _harmless(text: str) -> str:
    """Keep a spreadsheet from running what a file has put into a cell."""
    text = "".join(char if char.isprintable() else "�" for char in text)[:500]
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
