"""The tables of cart, in the database schema of the same name."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import ShopperId, SkuId, TenantId
from mall.kernel.time import Instant


class LineRow(Table):
    """Units of one SKU that a shopper has put aside."""

    __tablename__ = "line"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),
        {"schema": "cart"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    shopper_id: Mapped[ShopperId] = mapped_column(primary_key=True)
    sku_id: Mapped[SkuId] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    selected: Mapped[bool]
    seen_price_minor: Mapped[int]
    added_at: Mapped[Instant]
