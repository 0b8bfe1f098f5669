"""The tables of media, in the database schema of the same name."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import AssetId, TenantId
from mall.kernel.time import Instant


class AssetRow(Table):
    """A picture. Its id comes from the content of the upload, so one upload has one row."""

    __tablename__ = "asset"
    __table_args__ = (
        Index(None, "tenant_id", "created_at", "id"),
        {"schema": "media", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[AssetId] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    tint: Mapped[str]
    alt: Mapped[dict[str, Any]]  # language to text
    widths: Mapped[list[Any]]  # of the stored files, ascending
    stored_bytes: Mapped[int]
    created_at: Mapped[Instant]
    removed_at: Mapped[Instant | None]  # None: in the lists
