"""Comparing a day's bill with our own records (rules 4.14)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from mall.kernel.ids import StaffId
from mall.kernel.money import Money
from mall.kernel.time import Instant

type Kind = Literal["payment", "refund"]
type What = Literal["missing_here", "missing_there", "unsettled_here", "amount", "twice"]

BILLS_BACK_DAYS = 3  # how long a bill that could not be read is asked for again


@dataclass(frozen=True, slots=True)
class BillLine:
    """One movement of money, as the provider books it."""

    kind: Kind
    out_no: str
    reference: str
    amount: Money
    at: Instant


@dataclass(frozen=True, slots=True)
class Ours:
    """One payment or refund, as we know it; ``moved`` None: no money that we know of."""

    kind: Kind
    out_no: str
    moved: Money | None
    at: Instant | None  # when it moved, by the provider's clock


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two do not agree."""

    kind: Kind
    out_no: str
    what: What
    ours: Money | None
    theirs: Money | None


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A difference that was found, until somebody or the poller has settled it."""

    id: UUID
    provider: str
    day: date
    difference: Difference
    found_at: Instant
    settled_at: Instant | None
    settled_by: StaffId | None
    note: str


def span_of(day: date, time_zone: str) -> tuple[Instant, Instant]:
    """Give the half-open span of a business day."""
    zone = ZoneInfo(time_zone)
    begin, end = (
        datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    )
    return begin, end


def days_ready(now: Instant, time_zone: str, after: timedelta) -> list[date]:
    """List the days whose bills are out and still worth reading, the oldest first."""
    today = (now - after).astimezone(ZoneInfo(time_zone)).date()
    return [today - timedelta(days=back) for back in range(BILLS_BACK_DAYS, 0, -1)]


def differences(
    lines: Sequence[BillLine], ours: Sequence[Ours], span: tuple[Instant, Instant]
) -> list[Difference]:
    """Compare a day's bill with what we know: of that day, and of everything the bill names."""
    known = {(one.kind, one.out_no): one for one in ours}
    times = Counter((line.kind, line.out_no) for line in lines)
    found = list[Difference]()
    seen = set[tuple[str, str]]()
    for line in lines:
        key = (line.kind, line.out_no)
        if key in seen:
            continue
        seen.add(key)
        mine = known.get(key)
        moved = mine.moved if mine else None
        if times[key] > 1:
            found.append(Difference(*key, "twice", moved, line.amount))
        if mine is None:
            found.append(Difference(*key, "missing_here", None, line.amount))
        elif moved is None:
            found.append(Difference(*key, "unsettled_here", None, line.amount))
        elif moved != line.amount:
            found.append(Difference(*key, "amount", moved, line.amount))
    for one in ours:
        of_that_day = one.at is not None and span[0] <= one.at < span[1]
        if one.moved is not None and of_that_day and (one.kind, one.out_no) not in seen:
            found.append(Difference(one.kind, one.out_no, "missing_there", one.moved, None))
    return found
