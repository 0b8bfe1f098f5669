"""Storing payments."""

from asyncio import gather
from typing import Any

from sqlalchemy import select, update

from mall.kernel.db import Tx
from mall.kernel.ids import AttemptId, OrderId, RefundId
from mall.kernel.time import Instant
from mall.payments.rules import Attempt, AttemptState, Book, Notice, Refund, RefundState
from mall.payments.store.reading import attempt_of, book, refund_of
from mall.payments.tables import AttemptRow, NotificationRow, RefundRow


async def lock_book(tx: Tx, order_id: OrderId) -> Book:
    """Have an order's payments for ourselves until the commit, and load them."""
    _, found = await gather(tx.lock("payments.order", order_id), book(tx, order_id))  # in turn
    return found


async def add_attempt(tx: Tx, one: Attempt, *, next_poll_at: Instant) -> None:
    """Store a fresh attempt."""
    row = {
        "id": one.id,
        "order_id": one.order_id,
        "provider": one.provider,
        "out_no": one.out_no,
        "amount_minor": one.amount.minor,
        "currency": one.amount.currency,
        "subject": one.subject,
        "return_url": one.return_url,
        "expires_at": one.expires_at,
        "state": one.state,
        "close_asked": one.close_asked,
        "pay_url": one.pay_url,
        "reference": one.reference,
        "paid_minor": None,
        "paid_currency": None,
        "paid_at": None,
        "why": one.why,
        "tries": one.tries,
        "polls": one.polls,
        "next_poll_at": next_poll_at,
        "asked_at": None,
        "tried_at": None,
        "created_at": one.created_at,
        "ended_at": None,
    }
    await tx.insert(AttemptRow, [row])


async def add_refund(tx: Tx, one: Refund, *, next_poll_at: Instant) -> None:
    """Store a fresh refund."""
    row = {
        "id": one.id,
        "order_id": one.order_id,
        "attempt_id": one.attempt_id,
        "key": one.key,
        "out_no": one.out_no,
        "amount_minor": one.amount.minor,
        "currency": one.amount.currency,
        "reason": one.reason,
        "state": one.state,
        "reference": one.reference,
        "why": one.why,
        "tries": one.tries,
        "polls": one.polls,
        "next_poll_at": next_poll_at,
        "wanted_at": one.wanted_at,
        "ended_at": None,
    }
    await tx.insert(RefundRow, [row])


async def change_attempt(
    tx: Tx, attempt_id: AttemptId, before: AttemptState, **values: Any
) -> None:
    """Change an attempt that is still in the state it was loaded in."""
    done = await tx.put_values(AttemptRow, {"id": attempt_id, "state": before}, values)
    assert done == 1, "an attempt is changed under its order's lock only"


async def change_refund(tx: Tx, refund_id: RefundId, before: RefundState, **values: Any) -> None:
    """Change a refund that is still in the state it was loaded in."""
    done = await tx.put_values(RefundRow, {"id": refund_id, "state": before}, values)
    assert done == 1, "a refund is changed under its order's lock only"


async def want_close(tx: Tx, order_id: OrderId, wanted: bool) -> None:
    """Remember, or forget, that the order waits to hear that nothing can be paid any more."""
    await tx.run(
        update(AttemptRow)
        .where(AttemptRow.tenant_id == tx.tenant_id, AttemptRow.order_id == order_id)
        .values(close_asked=wanted)
    )


async def note_notification(tx: Tx, provider: str, notice: Notice, *, received_at: Instant) -> bool:
    """Put a verified notification into the inbox. False: it is a copy."""
    row = {
        "provider": provider,
        "id": notice.id,
        "kind": notice.kind,
        "out_no": notice.out_no,
        "state": notice.stands.state,
        "body": notice.body,
        "received_at": received_at,
    }
    return await tx.insert(NotificationRow, [row], skip_conflicts=True) == 1


async def take_due_attempts(tx: Tx, now: Instant, at_most: int) -> list[Attempt]:
    """Load attempts that should be asked about, leaving those somebody else is handling."""
    found = await tx.run(
        select(AttemptRow.__table__)
        .where(AttemptRow.tenant_id == tx.tenant_id, AttemptRow.next_poll_at <= now)
        .order_by(AttemptRow.next_poll_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    return [attempt_of(row) for row in found]


async def take_due_refunds(tx: Tx, now: Instant, at_most: int) -> list[Refund]:
    """Load refunds that should be asked about, leaving those somebody else is handling."""
    found = await tx.run(
        select(RefundRow.__table__)
        .where(RefundRow.tenant_id == tx.tenant_id, RefundRow.next_poll_at <= now)
        .order_by(RefundRow.next_poll_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    return [refund_of(row) for row in found]


async def poll_attempt_again(
    tx: Tx, attempt_id: AttemptId, at: Instant | None, *, polls: int
) -> None:
    """Say when an attempt is asked about next; None: never."""
    await tx.run(
        update(AttemptRow)
        .where(AttemptRow.tenant_id == tx.tenant_id, AttemptRow.id == attempt_id)
        .values(next_poll_at=at, polls=polls)
    )


async def poll_refund_again(tx: Tx, refund_id: RefundId, at: Instant, *, polls: int) -> None:
    """Say when a refund is asked about next."""
    await tx.run(
        update(RefundRow)
        .where(RefundRow.tenant_id == tx.tenant_id, RefundRow.id == refund_id)
        .values(next_poll_at=at, polls=polls)
    )
