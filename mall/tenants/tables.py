"""The tables of tenants, in the database schema of the same name."""

from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant


class TenantRow(Table):
    """One mall; every column may be seen by everybody."""

    __tablename__ = "tenant"
    __table_args__ = (
        # unique over all malls: this is the directory itself
        Index("uq_tenant_slug", "slug", unique=True, info={"across_tenants": True}),
        {"schema": "tenants", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[dict[str, Any]]
    language: Mapped[str]
    currency: Mapped[str]
    time_zone: Mapped[str]
    licence: Mapped[dict[str, Any]]
    theme: Mapped[dict[str, Any]]
    home: Mapped[dict[str, Any]]
    contact: Mapped[dict[str, Any]]
    founded_at: Mapped[Instant]


class HostRow(Table):
    """A name under which browsers find a mall."""

    __tablename__ = "host"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.tenant.tenant_id"]),
        Index("uq_host_host", "host", unique=True, info={"across_tenants": True}),
        {"schema": "tenants", "info": {"remembered": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)


class PageRow(Table):
    """A page of words."""

    __tablename__ = "page"
    __table_args__ = ({"schema": "tenants", "info": {"remembered": True}},)
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[dict[str, Any]]
    body: Mapped[dict[str, Any]]
    changed_at: Mapped[Instant]
