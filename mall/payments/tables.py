"""The tables of payments, in the database schema of the same name."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import AttemptId, OrderId, RefundId, StaffId, TenantId
from mall.kernel.time import Instant

_POLLED = text("next_poll_at IS NOT NULL")


class AttemptRow(Table):
    """One try to pay an order."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("tenant_id", "out_no"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(state = 'succeeded') = (paid_minor IS NOT NULL)", name="paid"),
        Index(None, "tenant_id", "order_id"),
        Index(None, "tenant_id", "created_at"),
        Index(None, "tenant_id", "next_poll_at", postgresql_where=_POLLED),
        Index(None, "tenant_id", "provider", "paid_at"),
        {"schema": "payments"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[AttemptId] = mapped_column(primary_key=True)
    order_id: Mapped[OrderId]
    provider: Mapped[str]
    out_no: Mapped[str]  # our number at the provider
    amount_minor: Mapped[int]
    currency: Mapped[str]
    subject: Mapped[str]
    return_url: Mapped[str]
    expires_at: Mapped[Instant]
    state: Mapped[str]  # created, prepaid, closing, succeeded, closed, refused
    close_asked: Mapped[bool]
    pay_url: Mapped[str | None]
    reference: Mapped[str]  # the provider's number
    paid_minor: Mapped[int | None]
    paid_currency: Mapped[str | None]
    paid_at: Mapped[Instant | None]  # by the provider's clock
    why: Mapped[str]
    tries: Mapped[int]
    polls: Mapped[int]
    next_poll_at: Mapped[Instant | None]  # None: nothing is left to ask
    asked_at: Mapped[Instant | None]
    tried_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class RefundRow(Table):
    """Money on its way back."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("tenant_id", "order_id", "key"),
        UniqueConstraint("tenant_id", "out_no"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index(None, "tenant_id", "wanted_at"),
        Index(None, "tenant_id", "next_poll_at", postgresql_where=_POLLED),
        Index(None, "tenant_id", "attempt_id"),
        Index(None, "tenant_id", "ended_at"),
        {"schema": "payments"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[RefundId] = mapped_column(primary_key=True)
    order_id: Mapped[OrderId]
    attempt_id: Mapped[AttemptId]
    key: Mapped[str]
    out_no: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]  # wanted, unknown, asked, succeeded, failed
    reference: Mapped[str]
    why: Mapped[str]
    tries: Mapped[int]
    polls: Mapped[int]
    next_poll_at: Mapped[Instant | None]
    wanted_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]  # by the provider's clock


class NotificationRow(Table):
    """A verified notification; copies of it find the row here and change nothing."""

    __tablename__ = "notification"
    __table_args__ = (
        Index(None, "tenant_id", "out_no"),
        Index(None, "tenant_id", "received_at"),
        {"schema": "payments", "info": {"append_only": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # trade, refund
    out_no: Mapped[str]
    state: Mapped[str]
    body: Mapped[dict[str, Any]]
    received_at: Mapped[Instant]


class BillRow(Table):
    """A day's bill that was read and compared."""

    __tablename__ = "bill"
    __table_args__ = ({"schema": "payments", "info": {"append_only": True}},)
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    lines: Mapped[int]
    read_at: Mapped[Instant]


class BillLineRow(Table):
    """One line of a bill, as the provider wrote it."""

    __tablename__ = "bill_line"
    __table_args__ = (
        Index(None, "tenant_id", "out_no"),
        {"schema": "payments", "info": {"append_only": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # payment, refund
    out_no: Mapped[str]
    reference: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    at: Mapped[Instant]


class DiscrepancyRow(Table):
    """Where a bill and our records differ, until somebody or the poller has settled it."""

    __tablename__ = "discrepancy"
    __table_args__ = (
        UniqueConstraint("tenant_id", "provider", "day", "kind", "out_no", "what"),
        Index(None, "tenant_id", "found_at"),
        Index(None, "tenant_id", "out_no"),
        {"schema": "payments"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str]  # payment, refund
    out_no: Mapped[str]
    what: Mapped[str]  # missing_here, missing_there, unsettled_here, amount, twice
    ours_minor: Mapped[int | None]
    theirs_minor: Mapped[int | None]
    currency: Mapped[str]
    found_at: Mapped[Instant]
    settled_at: Mapped[Instant | None]
    settled_by: Mapped[StaffId | None]  # None: settled by itself, or open
    note: Mapped[str]
