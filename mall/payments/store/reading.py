"""Loading payments."""

from asyncio import gather
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, String, Uuid, bindparam, select, tuple_

from mall.kernel.db import Read
from mall.kernel.ids import AttemptId, OrderId, RefundId
from mall.kernel.money import Money
from mall.kernel.statements import TENANT, Prepared
from mall.kernel.time import Instant
from mall.payments.rules import Attempt, Book, Refund
from mall.payments.tables import AttemptRow, RefundRow

_order, _id = bindparam("order", type_=Uuid()), bindparam("id", type_=Uuid())
_attempts = select(AttemptRow.__table__).where(AttemptRow.tenant_id == TENANT)
_refunds = select(RefundRow.__table__).where(RefundRow.tenant_id == TENANT)
_ATTEMPTS_OF = Prepared(
    _attempts.where(AttemptRow.order_id == _order).order_by(AttemptRow.created_at, AttemptRow.id)
)
_REFUNDS_OF = Prepared(
    _refunds.where(RefundRow.order_id == _order).order_by(RefundRow.wanted_at, RefundRow.id)
)
_ATTEMPT = Prepared(_attempts.where(AttemptRow.id == _id))
_REFUND = Prepared(_refunds.where(RefundRow.id == _id))
_ATTEMPT_NUMBERED = Prepared(
    _attempts.where(AttemptRow.out_no == bindparam("out_no", type_=String())).where(
        AttemptRow.provider == bindparam("provider", type_=String())
    )
)

type After = tuple[Instant, UUID] | None  # the last key of the page before


async def book(read: Read, order_id: OrderId) -> Book:
    """Load everything of one order, the oldest first."""
    attempts, refunds = await gather(
        read.named(_ATTEMPTS_OF, order=order_id), read.named(_REFUNDS_OF, order=order_id)
    )
    return Book(
        tuple(attempt_of(row) for row in attempts), tuple(refund_of(row) for row in refunds)
    )


async def attempt(read: Read, attempt_id: AttemptId) -> Attempt | None:
    """Load one attempt."""
    found = await read.named(_ATTEMPT, id=attempt_id)
    return attempt_of(found[0]) if found else None


async def refund(read: Read, refund_id: RefundId) -> Refund | None:
    """Load one refund."""
    found = await read.named(_REFUND, id=refund_id)
    return refund_of(found[0]) if found else None


async def attempt_numbered(read: Read, provider: str, out_no: str) -> Attempt | None:
    """Find an attempt by our number at its provider."""
    found = await read.named(_ATTEMPT_NUMBERED, out_no=out_no, provider=provider)
    return attempt_of(found[0]) if found else None


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
