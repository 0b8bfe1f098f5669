"""The table of search: one row per product, with everything a list shows."""

from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import AssetId, ProductId, TenantId


class DocumentRow(Table):
    """A published product. The row is derived: it can be rebuilt from the rooms below."""

    __tablename__ = "document"
    __table_args__ = (
        Index(None, "tenant_id", "published_at_micros"),
        Index(None, "tenant_id", "price_minor"),
        {"schema": "search", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    product_id: Mapped[ProductId] = mapped_column(primary_key=True)
    slug: Mapped[str]
    title: Mapped[dict[str, Any]]
    subtitle: Mapped[dict[str, Any]]
    image: Mapped[AssetId | None]
    price_minor: Mapped[int]
    compare_at_minor: Mapped[int | None]
    price_varies: Mapped[bool]
    sold_out: Mapped[bool]
    tags: Mapped[list[Any]]
    facets: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    words: Mapped[Any] = mapped_column(TSVECTOR())
    published_at_micros: Mapped[int]
