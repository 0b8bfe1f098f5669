"""Tables of the ground floor."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant


class AuditRow(Table):
    """Who changed what, with the values before and after. Rows are added, never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "tenant_id", "at"),
        Index(None, "tenant_id", "subject_kind", "subject_id"),
        {"schema": "kernel", "info": {"append_only": True}},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[Instant]
    actor_kind: Mapped[str]  # staff, member, guest, system
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]  # "<room>.<verb>"
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]


class AttemptRow(Table):
    """Something limited that was tried: a code sent, a password."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index(None, "tenant_id", "what", "at"),
        Index(None, "tenant_id", "at"),
        {"schema": "kernel"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    what: Mapped[str]
    at: Mapped[Instant]


class VersionRow(Table):
    """How often what processes remember of a mall has changed."""

    __tablename__ = "version"
    __table_args__ = ({"schema": "kernel"},)
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    version: Mapped[int]
