"""The tables of members, in the database schema of the same name."""

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import AddressId, MemberId, ShopperId, TenantId
from mall.kernel.time import Instant


class MemberRow(Table):
    """A shopper whom the mall knows."""

    __tablename__ = "member"
    __table_args__ = (
        Index(
            "uq_member_phone",
            "tenant_id",
            "phone",
            unique=True,
            postgresql_where=text("phone <> ''"),
        ),
        Index(
            "uq_member_email",
            "tenant_id",
            "email",
            unique=True,
            postgresql_where=text("email <> ''"),
        ),
        {"schema": "members"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[MemberId] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    password_hash: Mapped[str]  # argon2id, "" when there is none
    language: Mapped[str]
    gender: Mapped[str] = mapped_column(server_default="")
    joined_at: Mapped[Instant]


class SessionRow(Table):
    """A browser that comes back; the token itself is nowhere."""

    __tablename__ = "session"
    __table_args__ = (
        Index(None, "tenant_id", "shopper_id"),
        Index(None, "tenant_id", "expires_at"),
        {"schema": "members"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    shopper_id: Mapped[ShopperId]
    member_id: Mapped[MemberId | None]
    began_at: Mapped[Instant]
    expires_at: Mapped[Instant]


class CodeRow(Table):
    """The one-time code of a destination; a new one takes the place of the old."""

    __tablename__ = "code"
    __table_args__ = ({"schema": "members"},)
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    destination: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[bytes]  # authenticated, not stored
    tries: Mapped[int]
    expires_at: Mapped[Instant]


class AddressRow(Table):
    """A place in a member's address book."""

    __tablename__ = "address"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "member_id"], ["members.member.tenant_id", "members.member.id"]
        ),
        UniqueConstraint("tenant_id", "member_id", "id"),
        Index(
            "uq_address_default",
            "tenant_id",
            "member_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        {"schema": "members"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[AddressId] = mapped_column(primary_key=True)
    member_id: Mapped[MemberId]
    name: Mapped[str]
    phone: Mapped[str]
    region_code: Mapped[str]
    region: Mapped[list[str]] = mapped_column(ARRAY(Text))
    detail: Mapped[str]
    is_default: Mapped[bool]
