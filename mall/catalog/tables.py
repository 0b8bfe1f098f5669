"""The tables of catalog, in the database schema of the same name."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import (
    AssetId,
    AttributeId,
    BrandId,
    CategoryId,
    FreightTemplateId,
    ProductId,
    SkuId,
    TenantId,
)
from mall.kernel.time import Instant


class CategoryRow(Table):
    """A place in the tree of goods."""

    __tablename__ = "category"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        {"schema": "catalog", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[CategoryId] = mapped_column(primary_key=True)
    parent_id: Mapped[CategoryId | None]
    slug: Mapped[str]
    title: Mapped[dict[str, Any]]
    image: Mapped[AssetId | None]
    position: Mapped[int]


class BrandRow(Table):
    """Who makes it."""

    __tablename__ = "brand"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        {"schema": "catalog", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[BrandId] = mapped_column(primary_key=True)
    slug: Mapped[str]
    title: Mapped[dict[str, Any]]


class AttributeRow(Table):
    """A typed property of the goods of some categories."""

    __tablename__ = "attribute"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        {"schema": "catalog", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[AttributeId] = mapped_column(primary_key=True)
    code: Mapped[str]
    title: Mapped[dict[str, Any]]
    kind: Mapped[str]
    unit: Mapped[dict[str, Any] | None]
    choices: Mapped[list[Any]]
    filterable: Mapped[bool]
    category_ids: Mapped[list[Any]]
    position: Mapped[int]


class TagRow(Table):
    """A free tag."""

    __tablename__ = "tag"
    __table_args__ = ({"schema": "catalog", "info": {"remembered": True}},)
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[dict[str, Any]]
    position: Mapped[int]


class ProductRow(Table):
    """What a shopper looks at."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        Index(None, "tenant_id", "category_id"),
        Index(None, "tenant_id", "changed_at", "id"),
        CheckConstraint("state IN ('draft', 'published', 'archived')", name="state"),
        {"schema": "catalog", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[ProductId] = mapped_column(primary_key=True)
    slug: Mapped[str]
    title: Mapped[dict[str, Any]]
    subtitle: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    category_id: Mapped[CategoryId]
    brand_id: Mapped[BrandId | None]
    state: Mapped[str]
    tags: Mapped[list[Any]]
    attributes: Mapped[dict[str, Any]]
    options: Mapped[list[Any]]
    gallery: Mapped[list[Any]]
    freight_template_id: Mapped[FreightTemplateId | None]
    published_at: Mapped[Instant | None]
    changed_at: Mapped[Instant]
    version: Mapped[int]


class SkuRow(Table):
    """What is sold. Rows are never deleted: orders point at them."""

    __tablename__ = "sku"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        Index(None, "tenant_id", "product_id", "position"),
        ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["catalog.product.tenant_id", "catalog.product.id"]
        ),
        {"schema": "catalog", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[SkuId] = mapped_column(primary_key=True)
    product_id: Mapped[ProductId]
    position: Mapped[int]
    code: Mapped[str]
    chosen: Mapped[list[Any]]
    titles: Mapped[list[Any]]
    barcode: Mapped[str]
    weight_grams: Mapped[int]
    image: Mapped[AssetId | None]
    active: Mapped[bool]
