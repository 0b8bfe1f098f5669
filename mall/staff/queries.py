"""What the mall can ask about its staff."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mall.kernel.db import Read
from mall.kernel.ids import StaffId
from mall.kernel.time import Instant
from mall.staff import store
from mall.staff.rules import IDLE, StaffMember


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what, with the values before and after."""

    id: UUID
    at: Instant
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    action: str
    subject_kind: str
    subject_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def session(read: Read, token_hash: bytes, now: Instant) -> StaffMember | None:
    """Find who is signed in under a token, in one look-up; None: nobody, or not any more."""
    found = await store.session(read, token_hash)
    if found is None:
        return None
    staff, expires_at = found
    assert staff.seen_at is not None
    over = expires_at <= now or staff.seen_at + IDLE <= now
    return staff if staff.active and not over else None


async def everybody(read: Read) -> list[StaffMember]:
    """List the whole staff, those who left too."""
    return await store.everybody(read)


async def member(read: Read, staff_id: StaffId) -> StaffMember | None:
    """Find one member of staff."""
    return await store.member(read, staff_id)


async def audit(
    read: Read,
    *,
    before: tuple[Instant, UUID] | None = None,
    limit: int = 20,
    subject: tuple[str, UUID] | None = None,
) -> list[AuditEntry]:
    """List the audit, the newest first, behind the entry at ``before``."""
    found = await store.audit_entries(read, before=before, limit=limit, subject=subject)
    return [
        AuditEntry(
            row.id,
            row.at,
            row.actor_kind,
            row.actor_id,
            row.actor_name,
            row.action,
            row.subject_kind,
            row.subject_id,
            row.before,
            row.after,
        )
        for row in found
    ]
