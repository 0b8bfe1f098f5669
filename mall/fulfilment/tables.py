"""The tables of fulfilment, in the database schema of the same name."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import FreightTemplateId, OrderId, ParcelId, TenantId
from mall.kernel.time import Instant


class FreightTemplateRow(Table):
    """How goods of one kind are charged for delivery."""

    __tablename__ = "freight_template"
    __table_args__ = ({"schema": "fulfilment", "info": {"remembered": True}},)
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[FreightTemplateId] = mapped_column(primary_key=True)
    title: Mapped[dict[str, Any]]
    measure: Mapped[str]
    tariffs: Mapped[list[Any]]
    changed_at: Mapped[Instant]


class ParcelRow(Table):
    """Goods on their way. ``lines`` maps line numbers of the order to units."""

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("tenant_id", "order_id", "carrier", "tracking_no"),
        Index(None, "tenant_id", "tracking_no"),
        {"schema": "fulfilment"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[ParcelId] = mapped_column(primary_key=True)
    order_id: Mapped[OrderId]
    carrier: Mapped[str]
    tracking_no: Mapped[str]
    lines: Mapped[dict[str, Any]]
    shipped_at: Mapped[Instant]
