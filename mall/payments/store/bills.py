"""Bills, and what they brought to light."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Row, String, and_, bindparam, or_, select, tuple_, update

from mall.kernel.db import Read, Tx
from mall.kernel.ids import StaffId, new_uuid
from mall.kernel.money import Money
from mall.kernel.statements import TENANT, Prepared
from mall.kernel.time import Instant
from mall.payments.rules.reconciling import BillLine, Difference, Discrepancy, Kind, Ours
from mall.payments.store.reading import After
from mall.payments.tables import AttemptRow, BillLineRow, BillRow, DiscrepancyRow, RefundRow

_SETTLE_UNSETTLED = Prepared(
    update(DiscrepancyRow)
    .where(DiscrepancyRow.tenant_id == TENANT)
    .where(DiscrepancyRow.out_no == bindparam("out_no", type_=String()))
    .where(DiscrepancyRow.kind == bindparam("kind", type_=String()))
    .where(DiscrepancyRow.what == "unsettled_here", DiscrepancyRow.settled_at.is_(None))
    .values(
        settled_at=bindparam("at", type_=DateTime(timezone=True)),
        note=bindparam("note", type_=String()),
    )
)


async def providers_used(read: Read) -> list[str]:
    """List the providers that ever had a payment of this mall."""
    found = await read.run(
        select(AttemptRow.provider).where(AttemptRow.tenant_id == read.tenant_id).distinct()
    )
    return sorted(found.scalars())


async def bill_is_read(read: Read, provider: str, day: date) -> bool:
    """Tell whether the bill of this day has been read."""
    found = await read.run(
        select(BillRow.lines).where(
            BillRow.tenant_id == read.tenant_id, BillRow.provider == provider, BillRow.day == day
        )
    )
    return found.first() is not None


async def add_bill(
    tx: Tx, provider: str, day: date, lines: Sequence[BillLine], *, at: Instant
) -> bool:
    """Store a bill. False: it was there already."""
    head = {"provider": provider, "day": day, "lines": len(lines), "read_at": at}
    if await tx.insert(BillRow, [head], skip_conflicts=True) == 0:
        return False
    rows = [
        {
            "provider": provider,
            "day": day,
            "line_no": number,
            "kind": line.kind,
            "out_no": line.out_no,
            "reference": line.reference,
            "amount_minor": line.amount.minor,
            "currency": line.amount.currency,
            "at": line.at,
        }
        for number, line in enumerate(lines, 1)
    ]
    await tx.insert(BillLineRow, rows)
    return True


async def ours_of(
    read: Read, provider: str, span: tuple[Instant, Instant], out_nos: Sequence[str]
) -> list[Ours]:
    """Load what we know: everything that moved within the span, and everything the bill names."""
    one, named = AttemptRow, list(out_nos)
    within = and_(one.paid_at >= span[0], one.paid_at < span[1])
    attempts = await read.run(
        select(one.out_no, one.paid_minor, one.paid_currency, one.paid_at)
        .where(one.tenant_id == read.tenant_id, one.provider == provider)
        .where(or_(within, one.out_no.in_(named)))
    )
    known = [
        Ours("payment", row.out_no, _money(row.paid_minor, row.paid_currency), row.paid_at)
        for row in attempts
    ]
    back = RefundRow
    within = and_(back.state == "succeeded", back.ended_at >= span[0], back.ended_at < span[1])
    refunds = await read.run(
        select(back.out_no, back.amount_minor, back.currency, back.state, back.ended_at)
        .join(one, and_(one.tenant_id == back.tenant_id, one.id == back.attempt_id))
        .where(back.tenant_id == read.tenant_id, one.provider == provider)
        .where(or_(within, back.out_no.in_(named)))
    )
    for row in refunds:
        moved = Money(row.amount_minor, row.currency) if row.state == "succeeded" else None
        known.append(Ours("refund", row.out_no, moved, row.ended_at if moved else None))
    return known


async def add_discrepancies(
    tx: Tx, provider: str, day: date, found: Sequence[Difference], *, at: Instant
) -> None:
    """Store differences; those known already stay as they are."""
    rows = [
        {
            "id": new_uuid(),
            "provider": provider,
            "day": day,
            "kind": one.kind,
            "out_no": one.out_no,
            "what": one.what,
            "ours_minor": one.ours.minor if one.ours else None,
            "theirs_minor": one.theirs.minor if one.theirs else None,
            "currency": next(m.currency for m in (one.theirs, one.ours) if m is not None),
            "found_at": at,
            "settled_at": None,
            "settled_by": None,
            "note": "",
        }
        for one in found
    ]
    await tx.insert(DiscrepancyRow, rows, skip_conflicts=True)


async def settle_unsettled(tx: Tx, kind: Kind, out_no: str, *, note: str, at: Instant) -> None:
    """Settle by itself what a bill knew earlier than we did."""
    tx.put(_SETTLE_UNSETTLED, out_no=out_no, kind=kind, note=note, at=at)


async def settle(tx: Tx, one: UUID, *, by: StaffId, note: str, at: Instant) -> bool:
    """Settle a discrepancy by hand. False: there is none open under this id."""
    row = DiscrepancyRow
    done = await tx.run(
        update(row)
        .where(row.tenant_id == tx.tenant_id, row.id == one, row.settled_at.is_(None))
        .values(settled_at=at, settled_by=by, note=note)
    )
    return getattr(done, "rowcount", 0) == 1


async def list_discrepancies(
    read: Read, *, open_only: bool, after: After, limit: int
) -> list[Discrepancy]:
    """List discrepancies, the newest first, from behind ``after``."""
    row = DiscrepancyRow
    statement = (
        select(row.__table__)
        .where(row.tenant_id == read.tenant_id)
        .order_by(row.found_at.desc(), row.id.desc())
        .limit(limit)
    )
    if open_only:
        statement = statement.where(row.settled_at.is_(None))
    if after is not None:
        statement = statement.where(tuple_(row.found_at, row.id) < after)
    return [_discrepancy(one) for one in await read.run(statement)]


def _discrepancy(row: Row[Any]) -> Discrepancy:
    return Discrepancy(
        id=row.id,
        provider=row.provider,
        day=row.day,
        difference=Difference(
            row.kind,
            row.out_no,
            row.what,
            _money(row.ours_minor, row.currency),
            _money(row.theirs_minor, row.currency),
        ),
        found_at=row.found_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        note=row.note,
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)
