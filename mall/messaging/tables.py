"""The tables of messaging, in the database schema of the same name."""

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.kernel.db import Table
from mall.kernel.ids import MessageId, TenantId
from mall.kernel.time import Instant


class MessageRow(Table):
    """A message. The body of a secret one is emptied once it is sent, but for the demo's inbox."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index(None, "tenant_id", "written_at"),
        {"schema": "messaging"},
    )
    tenant_id: Mapped[TenantId] = mapped_column(primary_key=True)
    id: Mapped[MessageId] = mapped_column(primary_key=True)
    key: Mapped[str]  # what caused it; one cause sends one message
    template: Mapped[str]
    transport: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    language: Mapped[str]
    state: Mapped[str]  # waiting, sent, failed
    receipt: Mapped[str]
    tries: Mapped[int]
    written_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
