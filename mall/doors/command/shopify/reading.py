"""Bytes into groups of rows, one group per handle; memory stays the same however long the file is.

All that is remembered of a product once it is past are two numbers: its handle's and its row's.
"""

import csv
import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import BinaryIO

from mall.catalog import slug_from
from mall.doors.command.shopify.rules.columns import Header, header_of
from mall.doors.command.shopify.rules.reasons import Reason, grave
from mall.doors.command.shopify.rules.rows import Group, Row

SLUG_AT_MOST = 120  # of catalog
_PIECE_AT_MOST = 1 << 20  # characters of a line that are taken at once


class Sheet:
    """A file that is read once, from its beginning to its end."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the first row. Raises Trouble when this is no product export."""
        self._file = file
        self._text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
        self._records = _records(self._text)
        first = next(self._records, list[str]())
        self.header: Header = header_of([] if isinstance(first, Reason) else first)

    @property
    def bytes_read(self) -> int:
        """Tell how far it is."""
        return self._file.tell()

    def groups(self) -> Iterator[Group]:
        """Give the products one after another; those in trouble have reasons."""
        began = dict[int, int]()  # the number of a handle, and the row where it began
        group: Group | None = None
        for number, record in enumerate(self._records, 2):
            if isinstance(record, Reason):
                group = group or Group("", "", number, number)
                group.blame(record)
                continue
            if not any(cell.strip() for cell in record):
                continue
            reason = _fault_of(number, record, self.header.width)
            handle, row = self._taken_apart(number, record, reason)
            slug = slug_of(handle)
            if group is None or _begins(group, handle, slug, row):
                if group is not None:
                    yield group
                group = _begun(began, handle, slug, number)
            _put(group, row, reason, began)
        if group is not None:
            yield group

    def _taken_apart(
        self, number: int, record: Sequence[str], reason: Reason | None
    ) -> tuple[str, Row]:
        place = self.header.places["handle"]
        if reason is None:
            row = Row(number, self.header.cells(record))
            return row.cells["handle"], row
        handle = record[place].strip() if place < len(record) else ""
        return handle, Row(number, {})


def slug_of(handle: str) -> str:
    """Give the name in addresses that a handle stands for; "" when there is none.

    A long one is cut and gets a mark of the whole, so that two that begin alike stay two.
    """
    if len(handle) <= SLUG_AT_MOST:
        return slug_from(handle)
    mark = sha256(handle.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{slug_from(handle[: SLUG_AT_MOST // 2])}-{mark}".lstrip("-")


def _begins(group: Group, handle: str, slug: str, row: Row) -> bool:
    """Tell whether a row begins another product; one without handle and title does not."""
    if not handle:
        return bool(row.cells.get("title"))
    return slug != group.slug if slug else handle != group.handle


def _begun(began: dict[int, int], handle: str, slug: str, number: int) -> Group:
    group = Group(handle, slug, number, number)
    if slug:
        began.setdefault(hash(slug), number)
    return group


def _put(group: Group, row: Row, reason: Reason | None, began: Mapping[int, int]) -> None:
    """Put a row into its group, or the reason why it cannot be used where it stands."""
    handle = row.cells.get("handle", "")
    first = began.get(hash(group.slug), group.first_row) if group.slug else group.first_row
    if reason is not None:
        group.blame(reason)
    elif not handle:
        group.blame(grave(row.number, "handle_missing"))
    elif not group.slug:
        group.blame(grave(row.number, "handle_unusable", handle=handle))
    elif first < group.first_row:
        group.blame(grave(row.number, "handle_returns", handle=handle, first=first))
    else:
        group.take(row)


def _fault_of(number: int, record: Sequence[str], width: int) -> Reason | None:
    text = "".join(record)
    if "\0" in text:
        return grave(number, "zero_byte")
    try:
        text.encode()
    except UnicodeEncodeError:  # what could not be decoded was left as lone surrogates
        return grave(number, "not_utf8")
    if len(record) != width:
        return grave(number, "wrong_width", there=len(record), wanted=width)
    return None


def _records(text: io.TextIOWrapper) -> Generator[list[str] | Reason]:
    """Take the file apart; a record that cannot be is a reason, and reading goes on behind it."""
    reader = csv.reader(_pieces(text), strict=True)
    number = 0
    while True:
        number, first = number + 1, reader.line_num + 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield grave(number, "unreadable", first=first, last=reader.line_num, why=error)


def _pieces(text: io.TextIOWrapper) -> Generator[str]:
    """Read line by line, and a line without end piece by piece."""
    while piece := text.readline(_PIECE_AT_MOST):
        yield piece
