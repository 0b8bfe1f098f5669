"""The tables of pricing, in the database schema of the same name."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import SkuId, TenantId
from mall.kernel.time import Instant


class PriceRow(Table):
    """What one unit of a SKU costs now."""

    __tablename__ = "price"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("compare_at_minor > price_minor", name="compare_at"),
        {"schema": "pricing", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    sku_id: Mapped[SkuId] = mapped_column(primary_key=True)
    price_minor: Mapped[int]
    compare_at_minor: Mapped[int | None]
    changed_at: Mapped[Instant]
