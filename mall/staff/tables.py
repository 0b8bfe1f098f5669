"""The tables of staff, in the database schema of the same name."""

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import StaffId, TenantId
from mall.kernel.time import Instant


class AccountRow(Table):
    """Somebody who works, or worked, in the mall; never deleted, because the audit names them."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("tenant_id", "email"), {"schema": "staff"})
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[StaffId] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    language: Mapped[str]
    password_hash: Mapped[str]  # argon2id
    active: Mapped[bool]
    created_at: Mapped[Instant]


class StaffSessionRow(Table):
    """A signed-in browser or program of staff; the token itself is nowhere."""

    __tablename__ = "session"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "staff_id"], ["staff.account.tenant_id", "staff.account.id"]
        ),
        Index(None, "tenant_id", "staff_id"),
        Index(None, "tenant_id", "expires_at"),
        {"schema": "staff"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[StaffId]
    began_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    expires_at: Mapped[Instant]  # at the latest
    ip: Mapped[str]
    user_agent: Mapped[str]
