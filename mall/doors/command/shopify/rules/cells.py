"""Single cells: names, amounts, numbers, yes and no. What is wrong is said, never raised."""

import re

from mall.doors.command.shopify.rules.columns import NAMES
from mall.doors.command.shopify.rules.reasons import Reason, grave, note
from mall.doors.command.shopify.rules.rows import Row

NAME_AT_MOST = 100  # characters of a brand, a category, a tag, an option or its value
YES, NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,12})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,12}(\.0+)?", re.ASCII)


class Said:
    """Collects what has to be said while the rows of a product are read."""

    def __init__(self, digits: int, codes: dict[int, int]) -> None:
        """Take the decimals of the currency, and where SKUs were first used in the file."""
        self.digits = digits
        self.codes = codes
        self.reasons = list[Reason]()

    def grave(self, row: Row, code: str, /, **values: object) -> None:
        """Say why the product is not taken."""
        self.reasons.append(grave(row.number, code, **values))

    def note(self, row: Row, code: str, /, **values: object) -> None:
        """Say what is taken differently."""
        self.reasons.append(note(row.number, code, **values))


def minor_of(amount: str, digits: int) -> int | None:
    """Turn "22.00" into 2200, exactly. None: more decimals than the currency has."""
    whole, _, rest = amount.partition(".")
    rest = rest.rstrip("0")
    if len(rest) > digits:
        return None
    return int(whole) * 10**digits + int(rest.ljust(digits, "0") or "0")


def major_of(minor: int, digits: int) -> str:
    """Turn 2200 into "22.00"."""
    whole, rest = divmod(minor, 10**digits)
    return f"{whole}.{rest:0{digits}d}" if digits else str(whole)


def is_yes(row: Row, column: str, said: Said, *, default: str) -> bool:
    """Read a yes or no; an empty cell means ``default``."""
    word = row.cells.get(column, "").casefold() or default
    if word not in YES | NO:
        name, known = NAMES[column][0], "true, false"
        said.grave(row, "word_wrong", column=name, value=word, known=known)
    return word in YES


def name(row: Row, column: str, said: Said) -> str:
    """Read the name of something."""
    return short(row, column, row.cells.get(column, ""), said)


def short(row: Row, column: str, text: str, said: Said) -> str:
    """Take the name of something out of a cell."""
    text = " ".join(text.split())
    if len(text) > NAME_AT_MOST:
        said.grave(row, "too_long", column=NAMES[column][0], most=NAME_AT_MOST)
    return text


def amount(row: Row, column: str, said: Said) -> int | None:
    """Read an amount in major units as minor ones. None: empty, or wrong."""
    text = row.cells.get(column, "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        said.grave(row, "amount_wrong", column=NAMES[column][0], value=text)
        return None
    minor = minor_of(text, said.digits)
    if minor is None:
        said.grave(row, "amount_too_fine", column=NAMES[column][0], value=text)
    return minor


def rounded(row: Row, column: str, said: Said, *, most: int) -> int | None:
    """Read a number, halves rounded up. None: empty, or wrong."""
    text = row.cells.get(column, "")
    if not text:
        return None
    whole, _, rest = text.partition(".")
    found = int(whole) + (rest[:1] >= "5") if _NUMBER.fullmatch(text) else most + 1
    return _within(row, column, said, text, found, most)


def units(row: Row, column: str, said: Said, *, most: int) -> int | None:
    """Read a count, which may be below zero. None: empty, or wrong."""
    text = row.cells.get(column, "")
    if not text:
        return None
    found = int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else most + 1
    return _within(row, column, said, text, found, most)


def _within(row: Row, column: str, said: Said, text: str, found: int, most: int) -> int | None:
    if found <= most:
        return found
    said.grave(row, "number_wrong", column=NAMES[column][0], value=text)
    return None
