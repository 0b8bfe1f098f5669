"""What staff see of money: attempts, refunds, and where bills and our records differ."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall.kernel import paging
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import AttemptId, OrderId, RefundId, StaffId
from mall.kernel.paging import Page
from mall.kernel.time import Instant
from mall.payments import queries
from mall.payments.actions.reconcile import settle
from mall.payments.actions.refund import retry_refund
from mall.payments.providers import load_providers
from mall.payments.rules import Attempt, AttemptState, Refund, RefundState
from mall.payments.rules.reconciling import Discrepancy, What
from mall.payments.store import After
from mall.staff import StaffMember

Limit = Annotated[int, Parameter(ge=1, le=paging.MOST, description="At most so many")]
Cursor = Annotated[str | None, Parameter(description="From ``next_cursor``", max_length=500)]


class ShownAttempt(Struct):
    """One try to pay an order."""

    id: AttemptId
    order_id: OrderId
    order_number: str
    provider: str
    out_no: str
    reference: str
    amount_minor: int
    currency: str
    state: AttemptState
    paid_minor: int | None
    paid_at: Instant | None
    why: str
    expires_at: Instant
    created_at: Instant
    ended_at: Instant | None


class ShownRefund(Struct):
    """Money on its way back."""

    id: RefundId
    order_id: OrderId
    attempt_id: AttemptId
    out_no: str
    reference: str
    amount_minor: int
    currency: str
    reason: str
    state: RefundState
    why: str
    tries: int
    wanted_at: Instant
    ended_at: Instant | None


class ShownDiscrepancy(Struct):
    """Where a bill and our records differ; a side that knows nothing of it is None."""

    id: UUID
    provider: str
    day: date
    kind: Literal["payment", "refund"]
    out_no: str
    what: What
    ours_minor: int | None
    theirs_minor: int | None
    found_at: Instant
    settled_at: Instant | None
    settled_by: StaffId | None
    note: str


class ShownProvider(Struct):
    """A way to pay."""

    code: str
    titles: Texts
    currencies: list[str]
    demo: bool


class Settle(Struct, forbid_unknown_fields=True):
    """How a difference was settled, in words."""

    note: Annotated[str, Meta(min_length=1, max_length=500)]


@get("/payments/providers", opt={"permission": "payments.read"})
async def list_providers(read: Read) -> list[ShownProvider]:
    """List the ways to pay."""
    return [
        ShownProvider(code, one.titles, sorted(one.currencies), one.demo)
        for code, one in load_providers().items()
    ]


@get("/payments/attempts", opt={"permission": "payments.read"})
async def list_attempts(
    read: Read,
    attempt_state: Annotated[AttemptState | None, Parameter(query="state")] = None,
    order: Annotated[UUID | None, Parameter(description="Of this order only")] = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL,
) -> Page[ShownAttempt]:
    """List attempts, the newest first."""
    if order is not None:
        mine = await queries.attempts(read, OrderId(order))
        return Page([_attempt(one) for one in reversed(mine)], None)
    states = None if attempt_state is None else [attempt_state]
    found = await queries.list_attempts(read, states, _after(cursor), limit + 1)
    page = paging.cut(found, limit, _place_of_attempt)
    return Page([_attempt(one) for one in page.items], page.next_cursor)


@get("/payments/refunds", opt={"permission": "payments.read"})
async def list_refunds(
    read: Read,
    refund_state: Annotated[RefundState | None, Parameter(query="state")] = None,
    order: Annotated[UUID | None, Parameter(description="Of this order only")] = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL,
) -> Page[ShownRefund]:
    """List refunds, the newest first."""
    if order is not None:
        mine = await queries.refunds(read, OrderId(order))
        return Page([_refund(one) for one in reversed(mine)], None)
    states = None if refund_state is None else [refund_state]
    found = await queries.list_refunds(read, states, _after(cursor), limit + 1)
    page = paging.cut(found, limit, _place_of_refund)
    return Page([_refund(one) for one in page.items], page.next_cursor)


@get("/payments/discrepancies", opt={"permission": "payments.read"})
async def list_discrepancies(
    read: Read,
    settled: Annotated[bool, Parameter(description="Show settled ones too")] = False,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL,
) -> Page[ShownDiscrepancy]:
    """List differences between bills and our records, the newest first."""
    found = await queries.discrepancies(
        read, open_only=not settled, after=_after(cursor), limit=limit + 1
    )
    page = paging.cut(found, limit, _place_of_discrepancy)
    return Page([_discrepancy(one) for one in page.items], page.next_cursor)


@post(
    "/payments/refunds/{refund_id:uuid}/retry",
    status_code=204,
    opt={"permission": "orders.refund"},
)
async def retry(refund_id: UUID, tx: Tx, staff: StaffMember, now: Instant) -> None:
    """Try a refund again that its provider has refused."""
    await retry_refund(tx, RefundId(refund_id), actor=_actor(staff), now=now)


@post(
    "/payments/discrepancies/{discrepancy_id:uuid}/settle",
    status_code=204,
    opt={"permission": "orders.refund"},
)
async def settle_by_hand(
    discrepancy_id: UUID, data: Settle, tx: Tx, staff: StaffMember, now: Instant
) -> None:
    """Settle a difference, saying why."""
    await settle(tx, discrepancy_id, by=staff.id, actor=_actor(staff), note=data.note, now=now)


HANDLERS: Sequence[HTTPRouteHandler] = (
    list_providers,
    list_attempts,
    list_refunds,
    list_discrepancies,
    retry,
    settle_by_hand,
)


def _actor(staff: StaffMember) -> Actor:
    return Actor("staff", staff.id, staff.name)


def _after(cursor: str | None) -> After:
    return paging.key_of(cursor, tuple[datetime, UUID]) if cursor else None


def _place_of_attempt(one: Attempt) -> tuple[Instant, UUID]:
    return one.created_at, one.id


def _place_of_refund(one: Refund) -> tuple[Instant, UUID]:
    return one.wanted_at, one.id


def _place_of_discrepancy(one: Discrepancy) -> tuple[Instant, UUID]:
    return one.found_at, one.id


def _attempt(one: Attempt) -> ShownAttempt:
    return ShownAttempt(
        id=one.id,
        order_id=one.order_id,
        order_number=one.subject,
        provider=one.provider,
        out_no=one.out_no,
        reference=one.reference,
        amount_minor=one.amount.minor,
        currency=one.amount.currency,
        state=one.state,
        paid_minor=one.paid.minor if one.paid else None,
        paid_at=one.paid_at,
        why=one.why,
        expires_at=one.expires_at,
        created_at=one.created_at,
        ended_at=one.ended_at,
    )


def _refund(one: Refund) -> ShownRefund:
    return ShownRefund(
        id=one.id,
        order_id=one.order_id,
        attempt_id=one.attempt_id,
        out_no=one.out_no,
        reference=one.reference,
        amount_minor=one.amount.minor,
        currency=one.amount.currency,
        reason=one.reason,
        state=one.state,
        why=one.why,
        tries=one.tries,
        wanted_at=one.wanted_at,
        ended_at=one.ended_at,
    )


def _discrepancy(one: Discrepancy) -> ShownDiscrepancy:
    difference = one.difference
    return ShownDiscrepancy(
        id=one.id,
        provider=one.provider,
        day=one.day,
        kind=difference.kind,
        out_no=difference.out_no,
        what=difference.what,
        ours_minor=difference.ours.minor if difference.ours else None,
        theirs_minor=difference.theirs.minor if difference.theirs else None,
        found_at=one.found_at,
        settled_at=one.settled_at,
        settled_by=one.settled_by,
        note=one.note,
    )
