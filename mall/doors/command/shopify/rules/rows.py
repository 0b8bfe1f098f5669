"""Rows of a file, and the rows of one product."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mall.doors.command.shopify.rules.reasons import Reason, grave

ROWS_AT_MOST = 1_000  # of one product: 400 variants, and pictures on rows of their own


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a spreadsheet counts them; ``cells`` by column, without blanks around them."""

    number: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Group:
    """The rows of one product."""

    handle: str
    slug: str
    first_row: int
    last_row: int
    rows: list[Row] = field(default_factory=list[Row])
    reasons: list[Reason] = field(default_factory=list[Reason])
    overflowing: bool = False

    def take(self, row: Row) -> None:
        """Add a row; more than a thousand are only counted."""
        self.last_row = row.number
        if len(self.rows) < ROWS_AT_MOST:
            self.rows.append(row)
        elif not self.overflowing:
            self.overflowing = True
            self.blame(grave(row.number, "too_many_rows", most=ROWS_AT_MOST))

    def blame(self, reason: Reason) -> None:
        """Add a reason; after a thousand, more would help nobody."""
        self.last_row = max(self.last_row, reason.row)
        if len(self.reasons) < ROWS_AT_MOST:
            self.reasons.append(reason)
