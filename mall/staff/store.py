"""The SQL of staff; no other file of this room speaks it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import BYTEA

from mall.kernel.db import Read, Tx
from mall.kernel.ids import StaffId
from mall.kernel.statements import TENANT
from mall.kernel.tables import AuditRow
from mall.kernel.time import Instant
from mall.staff.rules import IDLE, StaffMember, permissions_of
from mall.staff.tables import AccountRow, StaffSessionRow

_MEMBER = (
    AccountRow.id,
    AccountRow.name,
    AccountRow.email,
    AccountRow.role,
    AccountRow.language,
    AccountRow.active,
)
_SESSION = (
    select(*_MEMBER, StaffSessionRow.seen_at, StaffSessionRow.expires_at)
    .join(
        AccountRow,
        (AccountRow.tenant_id == StaffSessionRow.tenant_id)
        & (AccountRow.id == StaffSessionRow.staff_id),
    )
    .where(StaffSessionRow.tenant_id == TENANT)
    .where(StaffSessionRow.token_hash == bindparam("token", type_=BYTEA()))
)


async def session(read: Read, token_hash: bytes) -> tuple[StaffMember, Instant] | None:
    """Find the member of staff behind a token and when the session ends at the latest."""
    row = (await read.run(_SESSION, {"tenant": read.tenant_id, "token": token_hash})).first()
    return (_member(row, row.seen_at), row.expires_at) if row else None


async def add_session(
    tx: Tx,
    token_hash: bytes,
    staff_id: StaffId,
    *,
    ip: str,
    user_agent: str,
    now: Instant,
    expires_at: Instant,
) -> None:
    """Store a session."""
    row = {
        "token_hash": token_hash,
        "staff_id": staff_id,
        "began_at": now,
        "seen_at": now,
        "expires_at": expires_at,
        "ip": ip,
        "user_agent": user_agent[:300],
    }
    await tx.insert(StaffSessionRow, [row])


async def touch(tx: Tx, token_hash: bytes, now: Instant) -> None:
    """Mark a session as used."""
    row = StaffSessionRow
    await tx.run(
        update(row)
        .where(row.tenant_id == tx.tenant_id, row.token_hash == token_hash)
        .values(seen_at=now)
    )


async def end_session(tx: Tx, token_hash: bytes) -> None:
    """End one session."""
    row = StaffSessionRow
    await tx.run(delete(row).where(row.tenant_id == tx.tenant_id, row.token_hash == token_hash))


async def end_sessions_of(tx: Tx, staff_id: StaffId) -> None:
    """End every session of somebody."""
    row = StaffSessionRow
    await tx.run(delete(row).where(row.tenant_id == tx.tenant_id, row.staff_id == staff_id))


async def end_old_sessions(tx: Tx, now: Instant) -> None:
    """End the sessions that are over."""
    row = StaffSessionRow
    over = or_(row.expires_at <= now, row.seen_at <= now - IDLE)
    await tx.run(delete(row).where(row.tenant_id == tx.tenant_id, over))


async def everybody(read: Read) -> list[StaffMember]:
    """Load the whole staff, the longest serving first."""
    mine = AccountRow.tenant_id == read.tenant_id
    found = await read.run(select(*_MEMBER).where(mine).order_by(AccountRow.id))
    return [_member(row) for row in found]


async def member(read: Read, staff_id: StaffId) -> StaffMember | None:
    """Load a member of staff."""
    mine = (AccountRow.tenant_id == read.tenant_id, AccountRow.id == staff_id)
    row = (await read.run(select(*_MEMBER).where(*mine))).first()
    return _member(row) if row else None


async def find(read: Read, email: str) -> tuple[StaffMember, str] | None:
    """Find somebody by the stored e-mail address, with the password hash."""
    found = await read.run(
        select(*_MEMBER, AccountRow.password_hash).where(
            AccountRow.tenant_id == read.tenant_id, AccountRow.email == email
        )
    )
    row = found.first()
    return (_member(row), row.password_hash) if row else None


async def password_hash(read: Read, staff_id: StaffId) -> str:
    """Load somebody's password hash; "" when there is nobody."""
    row = AccountRow
    mine = (row.tenant_id == read.tenant_id, row.id == staff_id)
    return (await read.run(select(row.password_hash).where(*mine))).scalar() or ""


async def add(tx: Tx, new: StaffMember, *, password_hash: str, now: Instant) -> bool:
    """Store somebody new. False: the address is taken."""
    row = {
        "id": new.id,
        "email": new.email,
        "name": new.name,
        "role": new.role,
        "language": new.language,
        "password_hash": password_hash,
        "active": new.active,
        "created_at": now,
    }
    return await tx.insert(AccountRow, [row], skip_conflicts=True) == 1


async def put(tx: Tx, changed: StaffMember) -> None:
    """Store what has changed about somebody; the address stays."""
    row = AccountRow
    values = {
        "name": changed.name,
        "role": changed.role,
        "language": changed.language,
        "active": changed.active,
    }
    mine = (row.tenant_id == tx.tenant_id, row.id == changed.id)
    await tx.run(update(row).where(*mine).values(**values))


async def put_password(tx: Tx, staff_id: StaffId, password_hash: str) -> None:
    """Store another password hash."""
    row = AccountRow
    mine = (row.tenant_id == tx.tenant_id, row.id == staff_id)
    await tx.run(update(row).where(*mine).values(password_hash=password_hash))


async def audit_entries(
    read: Read,
    *,
    before: tuple[Instant, UUID] | None,
    limit: int,
    subject: tuple[str, UUID] | None = None,
) -> Sequence[Row[Any]]:
    """Load entries of the audit, the newest first, behind the entry at ``before``."""
    row = AuditRow
    wanted = select(row.__table__).where(row.tenant_id == read.tenant_id)
    if before is not None:
        wanted = wanted.where(tuple_(row.at, row.id) < before)
    if subject is not None:
        wanted = wanted.where(row.subject_kind == subject[0], row.subject_id == subject[1])
    found = await read.run(wanted.order_by(row.at.desc(), row.id.desc()).limit(limit))
    return found.all()


def _member(row: Row[Any], seen_at: Instant | None = None) -> StaffMember:
    return StaffMember(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        permissions=permissions_of(row.role),
        language=row.language,
        active=row.active,
        seen_at=seen_at,
    )
