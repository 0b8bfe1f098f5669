"""The tables of inventory, in the database schema of the same name."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import LocationId, OrderId, SkuId, TenantId
from mall.kernel.time import Instant


class LocationRow(Table):
    """A place with shelves."""

    __tablename__ = "location"
    __table_args__ = (UniqueConstraint("tenant_id", "code"), {"schema": "inventory"})
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[LocationId] = mapped_column(primary_key=True)
    code: Mapped[str]
    title: Mapped[dict[str, Any]]
    kind: Mapped[str]
    priority: Mapped[int]
    sells_online: Mapped[bool]


class StockRow(Table):
    """Units of one SKU at one location.

    ``held`` and ``allocated`` always equal the sums of the holdings of that stage.
    """

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("allocated >= 0", name="allocated"),
        CheckConstraint("safety >= 0", name="safety"),
        CheckConstraint("on_hand >= held + allocated", name="promises"),
        {"schema": "inventory"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    sku_id: Mapped[SkuId] = mapped_column(primary_key=True)
    location_id: Mapped[LocationId] = mapped_column(primary_key=True)
    on_hand: Mapped[int]
    held: Mapped[int]
    allocated: Mapped[int]
    safety: Mapped[int]


class HoldingRow(Table):
    """Units an order has a right to: held until ``expires_at``, or allocated for good."""

    __tablename__ = "holding"
    __table_args__ = (
        CheckConstraint("units > 0", name="units"),
        CheckConstraint("stage IN ('held', 'allocated')", name="stage"),
        {"schema": "inventory"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    order_id: Mapped[OrderId] = mapped_column(primary_key=True)
    sku_id: Mapped[SkuId] = mapped_column(primary_key=True)
    location_id: Mapped[LocationId] = mapped_column(primary_key=True)
    units: Mapped[int]
    stage: Mapped[str]
    expires_at: Mapped[Instant]


class MovementRow(Table):
    """The ledger: why on-hand is what it is. Rows are added, never changed."""

    __tablename__ = "movement"
    __table_args__ = (
        UniqueConstraint("tenant_id", "cause_kind", "cause_id", "kind", "sku_id", "location_id"),
        Index(None, "tenant_id", "sku_id", "at"),
        {"schema": "inventory", "info": {"append_only": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[Instant]
    kind: Mapped[str]
    sku_id: Mapped[SkuId]
    location_id: Mapped[LocationId]
    units: Mapped[int]  # what changed, signed: on_hand for receive, adjust, ship, return
    on_hand_after: Mapped[int]
    cause_kind: Mapped[str]
    cause_id: Mapped[UUID]
    note: Mapped[str]
