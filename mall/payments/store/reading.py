"""Loading payments."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, tuple_

from mall.kernel.db import Read
from mall.kernel.ids import AttemptId, OrderId, RefundId
from mall.kernel.money import Money
from mall.kernel.time import Instant
from mall.payments.rules import Attempt, Book, Refund
from mall.payments.tables import AttemptRow, RefundRow

type After = tuple[Instant, UUID] | None  # the last key of the page before


async def book(read: Read, order_id: OrderId) -> Book:
    """Load everything of one order, the oldest first."""
    attempts = await read.run(
        select(AttemptRow.__table__)
        .where(AttemptRow.tenant_id == read.tenant_id, AttemptRow.order_id == order_id)
        .order_by(AttemptRow.created_at, AttemptRow.id)
    )
    refunds = await read.run(
        select(RefundRow.__table__)
        .where(RefundRow.tenant_id == read.tenant_id, RefundRow.order_id == order_id)
        .order_by(RefundRow.wanted_at, RefundRow.id)
    )
    return Book(
        tuple(attempt_of(row) for row in attempts), tuple(refund_of(row) for row in refunds)
    )


async def attempt(read: Read, attempt_id: AttemptId) -> Attempt | None:
    """Load one attempt."""
    found = await read.run(
        select(AttemptRow.__table__).where(
            AttemptRow.tenant_id == read.tenant_id, AttemptRow.id == attempt_id
        )
    )
    row = found.first()
    return attempt_of(row) if row else None


async def refund(read: Read, refund_id: RefundId) -> Refund | None:
    """Load one refund."""
    found = await read.run(
        select(RefundRow.__table__).where(
            RefundRow.tenant_id == read.tenant_id, RefundRow.id == refund_id
        )
    )
    row = found.first()
    return refund_of(row) if row else None


async def attempt_numbered(read: Read, provider: str, out_no: str) -> Attempt | None:
    """Find an attempt by our number at its provider."""
    found = await read.run(
        select(AttemptRow.__table__)
        .where(AttemptRow.tenant_id == read.tenant_id, AttemptRow.out_no == out_no)
        .where(AttemptRow.provider == provider)
    )
    row = found.first()
    return attempt_of(row) if row else None


async def refund_numbered(read: Read, provider: str, out_no: str) -> Refund | None:
    """Find a refund by our number at its provider."""
    found = await read.run(
        select(RefundRow.__table__)
        .join(
            AttemptRow,
            (AttemptRow.tenant_id == RefundRow.tenant_id) & (AttemptRow.id == RefundRow.attempt_id),
        )
        .where(RefundRow.tenant_id == read.tenant_id, RefundRow.out_no == out_no)
        .where(AttemptRow.provider == provider)
    )
    row = found.first()
    return refund_of(row) if row else None


async def list_attempts(
    read: Read, states: Sequence[str] | None, after: After, limit: int
) -> list[Attempt]:
    """List attempts, the newest first, from behind ``after``."""
    statement = (
        select(AttemptRow.__table__)
        .where(AttemptRow.tenant_id == read.tenant_id)
        .order_by(AttemptRow.created_at.desc(), AttemptRow.id.desc())
        .limit(limit)
    )
    if states is not None:
        statement = statement.where(AttemptRow.state.in_(list(states)))
    if after is not None:
        statement = statement.where(tuple_(AttemptRow.created_at, AttemptRow.id) < after)
    return [attempt_of(row) for row in await read.run(statement)]


async def list_refunds(
    read: Read, states: Sequence[str] | None, after: After, limit: int
) -> list[Refund]:
    """List refunds, the newest first, from behind ``after``."""
    statement = (
        select(RefundRow.__table__)
        .where(RefundRow.tenant_id == read.tenant_id)
        .order_by(RefundRow.wanted_at.desc(), RefundRow.id.desc())
        .limit(limit)
    )
    if states is not None:
        statement = statement.where(RefundRow.state.in_(list(states)))
    if after is not None:
        statement = statement.where(tuple_(RefundRow.wanted_at, RefundRow.id) < after)
    return [refund_of(row) for row in await read.run(statement)]


def attempt_of(row: Row[Any]) -> Attempt:
    """Make the value of a row."""
    paid = None if row.paid_minor is None else Money(row.paid_minor, row.paid_currency)
    return Attempt(
        id=row.id,
        order_id=row.order_id,
        provider=row.provider,
        out_no=row.out_no,
        amount=Money(row.amount_minor, row.currency),
        subject=row.subject,
        return_url=row.return_url,
        expires_at=row.expires_at,
        state=row.state,
        close_asked=row.close_asked,
        pay_url=row.pay_url,
        reference=row.reference,
        paid=paid,
        paid_at=row.paid_at,
        why=row.why,
        tries=row.tries,
        polls=row.polls,
        asked_at=row.asked_at,
        tried_at=row.tried_at,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def refund_of(row: Row[Any]) -> Refund:
    """Make the value of a row."""
    return Refund(
        id=row.id,
        order_id=row.order_id,
        attempt_id=row.attempt_id,
        key=row.key,
        out_no=row.out_no,
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        state=row.state,
        reference=row.reference,
        why=row.why,
        tries=row.tries,
        polls=row.polls,
        wanted_at=row.wanted_at,
        ended_at=row.ended_at,
    )
