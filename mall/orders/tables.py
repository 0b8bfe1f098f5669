"""The tables of orders, in the database schema of the same name. Indexes are few: rows are hot."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import (
    AttemptId,
    MemberId,
    OrderId,
    ProductId,
    RefundId,
    ShopperId,
    SkuId,
    TenantId,
)
from mall.kernel.time import Instant


class OrderRow(Table):
    """One order. ``payable_minor`` is always the sum of its lines with their freight.

    The receiver's phone and name stand beside ``ship_to`` once the order is no longer unpaid: so
    people find it, and placing it pays for no index over values without any order.
    """

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("tenant_id", "shopper_id", "idempotency_key"),
        UniqueConstraint("tenant_id", "number"),
        Index(None, "tenant_id", "pay_by", postgresql_where=text("state = 'unpaid'")),
        Index(None, "tenant_id", "state", "placed_at"),
        *(
            Index(
                None, "tenant_id", name, "placed_at", postgresql_where=text(f"{name} IS NOT NULL")
            )
            for name in ("receiver_phone", "receiver_name")
        ),
        CheckConstraint("payable_minor >= 0", name="payable"),
        CheckConstraint("refunded_minor BETWEEN 0 AND paid_minor", name="refunded"),
        # room to grow in: else new orders would fill what old ones leave free, page by random page
        {"schema": "orders", "postgresql_with": {"fillfactor": 75}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[OrderId] = mapped_column(primary_key=True)
    number: Mapped[str]
    shopper_id: Mapped[ShopperId]
    member_id: Mapped[MemberId | None]
    channel: Mapped[str]
    language: Mapped[str]
    currency: Mapped[str]
    state: Mapped[str]
    closing: Mapped[str | None]
    version: Mapped[int]
    freight_minor: Mapped[int]
    payable_minor: Mapped[int]
    paid_minor: Mapped[int]
    refunded_minor: Mapped[int]
    ship_to: Mapped[dict[str, Any]]
    receiver_phone: Mapped[str | None]
    receiver_name: Mapped[str | None]
    buyer_note: Mapped[str]
    idempotency_key: Mapped[str]
    request_hash: Mapped[bytes]
    placed_at: Mapped[Instant]
    pay_by: Mapped[Instant]
    paid_at: Mapped[Instant | None]
    paid_by: Mapped[AttemptId | None]
    shipped_at: Mapped[Instant | None]
    received_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    cancel_reason: Mapped[str | None]


class LineRow(Table):
    """One line: the price record, which is never rewritten, and the counters, which are.

    No foreign key: lines are written with their order in one transaction, and the check of each
    line cost more than all the rest of placing it.
    """

    __tablename__ = "line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("shipped >= 0 AND shipped + released <= quantity", name="shipped"),
        CheckConstraint("released BETWEEN 0 AND refunded", name="released"),
        CheckConstraint("refunded <= quantity", name="refunded"),
        {"schema": "orders"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    order_id: Mapped[OrderId] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    sku_id: Mapped[SkuId]
    product_id: Mapped[ProductId]
    snapshot: Mapped[dict[str, Any]]  # title, options, image as they were
    quantity: Mapped[int]
    unit_minor: Mapped[int]
    list_minor: Mapped[int]
    allocations: Mapped[list[Any]]
    freight_share_minor: Mapped[int]
    weight_grams: Mapped[int]
    adjust_minor: Mapped[int]
    shipped: Mapped[int]
    refunded: Mapped[int]
    released: Mapped[int]
    refunded_minor: Mapped[int]
    refunded_freight_minor: Mapped[int]


class HappeningRow(Table):
    """The timeline after placement. Rows are added, never changed."""

    __tablename__ = "happening"
    __table_args__ = (
        Index(None, "tenant_id", "order_id", "id"),
        {"schema": "orders", "info": {"append_only": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[OrderId]
    at: Mapped[Instant]
    kind: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    note: Mapped[str]


class RefundRow(Table):
    """A refund that was asked for, with what each line gives back."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("tenant_id", "order_id", "key"),
        Index(None, "tenant_id", "state", "asked_at"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        {"schema": "orders"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[RefundId] = mapped_column(primary_key=True)
    order_id: Mapped[OrderId]
    key: Mapped[str]
    amount_minor: Mapped[int]
    lines: Mapped[list[Any]]
    reason: Mapped[str]
    state: Mapped[str]  # requested, running, succeeded, failed, refused
    asked_by: Mapped[str]  # staff, member, guest, system
    asked_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
