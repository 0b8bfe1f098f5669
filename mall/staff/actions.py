"""What can be done with staff. Each action runs inside the caller's transaction."""

from dataclasses import replace
from uuid import UUID

from mall.kernel.audit import SYSTEM, Actor, record
from mall.kernel.crypto import hash_token
from mall.kernel.db import Tx
from mall.kernel.ids import StaffId, new_uuid
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.staff import rules, store
from mall.staff.rules import EmailTaken, StaffMember

_ALL = UUID(int=0)  # the lock of a mall's whole staff: rules look at everybody


def actor(staff: StaffMember | None) -> Actor:
    """Name a member of staff for the audit; None: the system."""
    return Actor("staff", staff.id, staff.name) if staff else SYSTEM


async def create(
    tx: Tx,
    *,
    name: str,
    email: str,
    role: str,
    password_hash: str,
    language: str = "zh-CN",
    by: StaffMember | None,
    now: Instant,
) -> StaffMember:
    """Take somebody on; ``by`` None: the system does it.

    Raises UnknownRole, BadEmail, EmailTaken, BeyondOwnRole.
    """
    bare = StaffMember(
        StaffId(new_uuid()), name, rules.email_address(email), role, frozenset(), language
    )
    new = rules.with_role(bare, role)
    rules.check_reach(by, new)
    if not await store.add(tx, new, password_hash=password_hash, now=now):
        raise EmailTaken
    await record(tx, actor(by), "staff.create", ("staff", new.id), None, _shown(new), now)
    return new


async def change(
    tx: Tx,
    staff_id: StaffId,
    *,
    name: str | None = None,
    role: str | None = None,
    active: bool | None = None,
    language: str | None = None,
    by: StaffMember | None,
    now: Instant,
) -> StaffMember:
    """Change what is not None. Another role or a closed account ends the sessions.

    Raises Nothing, UnknownRole, LastOwner, BeyondOwnRole.
    """
    await tx.lock("staff", _ALL)
    staff = await store.everybody(tx)
    before = next((one for one in staff if one.id == staff_id), None)
    if before is None:
        raise Nothing("staff")
    after = rules.with_role(before, before.role if role is None else role)
    after = replace(
        after,
        name=before.name if name is None else name,
        active=before.active if active is None else active,
        language=before.language if language is None else language,
    )
    rules.check_reach(by, before, after)
    rules.check_owner_remains(staff, after)
    if after == before:
        return before
    await store.put(tx, after)
    if not after.active or after.role != before.role:
        await store.end_sessions_of(tx, staff_id)
    values = (_shown(before), _shown(after))
    await record(tx, actor(by), "staff.change", ("staff", staff_id), *values, now)
    return after


async def set_password(
    tx: Tx, staff_id: StaffId, password_hash: str, *, by: StaffMember | None, now: Instant
) -> None:
    """Give somebody another password and end all their sessions. Raises Nothing, BeyondOwnRole."""
    found = await store.member(tx, staff_id)
    if found is None:
        raise Nothing("staff")
    rules.check_reach(by, found)
    await store.put_password(tx, staff_id, password_hash)
    await store.end_sessions_of(tx, staff_id)
    subject = ("staff", staff_id)
    changed = {"password": "changed"}
    await record(tx, actor(by), "staff.set_password", subject, {"password": ""}, changed, now)


async def touch(tx: Tx, token_hash: bytes, now: Instant) -> None:
    """Mark a session as used; the door does so when ``seen_at`` is ``TOUCH_EVERY`` old."""
    await store.touch(tx, token_hash, now)


async def sign_out(tx: Tx, token: str) -> None:
    """End the session of a token; an unknown one changes nothing."""
    await store.end_session(tx, hash_token(token))


async def sign_out_everywhere(tx: Tx, staff_id: StaffId) -> None:
    """End every session of somebody."""
    await store.end_sessions_of(tx, staff_id)


def _shown(staff: StaffMember) -> dict[str, object]:
    return {
        "name": staff.name,
        "email": staff.email,
        "role": staff.role,
        "language": staff.language,
        "active": staff.active,
    }
