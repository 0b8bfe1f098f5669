"""The SQL of members; no other file of this room speaks it."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.dialects.postgresql import insert as upsert

from mall.kernel.db import Read, Tx
from mall.kernel.ids import AddressId, MemberId, ShopperId
from mall.kernel.statements import TENANT, Prepared
from mall.kernel.time import Instant
from mall.members.rules import Address, Member, Session, Shopper
from mall.members.tables import AddressRow, CodeRow, MemberRow, SessionRow

_MEMBER = (
    MemberRow.id,
    MemberRow.name,
    MemberRow.phone,
    MemberRow.email,
    MemberRow.language,
    MemberRow.gender,
)
_SESSIONS = Prepared(
    select(SessionRow.token_hash, SessionRow.shopper_id, SessionRow.expires_at, *_MEMBER)
    .outerjoin(
        MemberRow,
        (MemberRow.tenant_id == SessionRow.tenant_id) & (MemberRow.id == SessionRow.member_id),
    )
    .where(SessionRow.tenant_id == TENANT)
    .where(SessionRow.token_hash == func.any(bindparam("tokens", type_=ARRAY(BYTEA()))))
)
_ADDRESS = (
    AddressRow.id,
    AddressRow.member_id,
    AddressRow.name,
    AddressRow.phone,
    AddressRow.region_code,
    AddressRow.region,
    AddressRow.detail,
    AddressRow.is_default,
)


async def sessions(read: Read, token_hashes: Sequence[bytes]) -> dict[bytes, Session]:
    """Find sessions with their members; unknown tokens are missing."""
    return {
        token: Session(Shopper(shopper_id, Member(*member) if member[0] else None), expires_at)
        for token, shopper_id, expires_at, *member in await read.rows(
            _SESSIONS, tokens=list(token_hashes)
        )
    }


async def add_session(
    tx: Tx,
    token_hash: bytes,
    shopper_id: ShopperId,
    member_id: MemberId | None,
    *,
    now: Instant,
    expires_at: Instant,
) -> None:
    """Store a session."""
    row = {
        "token_hash": token_hash,
        "shopper_id": shopper_id,
        "member_id": member_id,
        "began_at": now,
        "expires_at": expires_at,
    }
    await tx.insert(SessionRow, [row])


async def end_session(tx: Tx, token_hash: bytes) -> None:
    """End one session."""
    row = SessionRow
    await tx.run(delete(row).where(row.tenant_id == tx.tenant_id, row.token_hash == token_hash))


async def end_sessions_of(tx: Tx, shopper_id: ShopperId) -> None:
    """End every session of a shopper."""
    row = SessionRow
    await tx.run(delete(row).where(row.tenant_id == tx.tenant_id, row.shopper_id == shopper_id))


async def forget_old(tx: Tx, now: Instant) -> None:
    """Delete the sessions and the codes that have expired."""
    for row in (SessionRow, CodeRow):
        await tx.run(delete(row).where(row.tenant_id == tx.tenant_id, row.expires_at <= now))


async def members(read: Read, ids: Sequence[MemberId]) -> dict[MemberId, Member]:
    """Load members."""
    mine = (MemberRow.tenant_id == read.tenant_id, MemberRow.id.in_(list(ids)))
    found = await read.run(select(*_MEMBER).where(*mine))
    return {row.id: _member(row) for row in found}


async def find(read: Read, by: Literal["phone", "email"], value: str) -> tuple[Member, str] | None:
    """Find a member by phone or e-mail, with the password hash."""
    column = MemberRow.phone if by == "phone" else MemberRow.email
    found = await read.run(
        select(*_MEMBER, MemberRow.password_hash).where(
            MemberRow.tenant_id == read.tenant_id, column == value
        )
    )
    row = found.first()
    return (_member(row), row.password_hash) if row else None


async def add_member(tx: Tx, member: Member, *, password_hash: str, now: Instant) -> bool:
    """Store a member. False: the phone or the address belongs to another."""
    row = {
        "id": member.id,
        "name": member.name,
        "phone": member.phone,
        "email": member.email,
        "password_hash": password_hash,
        "language": member.language,
        "gender": member.gender,
        "joined_at": now,
    }
    return await tx.insert(MemberRow, [row], skip_conflicts=True) == 1


async def put_member(tx: Tx, member: Member) -> None:
    """Store what has changed in a member's profile; phone and e-mail stay."""
    row = MemberRow
    values = {"name": member.name, "language": member.language, "gender": member.gender}
    mine = (row.tenant_id == tx.tenant_id, row.id == member.id)
    await tx.run(update(row).where(*mine).values(**values))


async def put_password(tx: Tx, member_id: MemberId, password_hash: str) -> None:
    """Store a password's hash in place of the earlier one."""
    row = MemberRow
    mine = (row.tenant_id == tx.tenant_id, row.id == member_id)
    await tx.run(update(row).where(*mine).values(password_hash=password_hash))


async def put_code(tx: Tx, destination: str, tag: bytes, expires_at: Instant) -> None:
    """Store the code of a destination in place of an earlier one."""
    values = {"tag": tag, "tries": 0, "expires_at": expires_at}
    statement = upsert(CodeRow).values(tenant_id=tx.tenant_id, destination=destination, **values)
    await tx.run(
        statement.on_conflict_do_update(index_elements=["tenant_id", "destination"], set_=values)
    )


async def try_code(tx: Tx, destination: str) -> tuple[bytes, int, Instant] | None:
    """Count one try at a code, atomically, and load it: tag, tries with this one, expiry."""
    found = await tx.run(
        update(CodeRow)
        .where(CodeRow.tenant_id == tx.tenant_id, CodeRow.destination == destination)
        .values(tries=CodeRow.tries + 1)
        .returning(CodeRow.tag, CodeRow.tries, CodeRow.expires_at)
    )
    row = found.first()
    return (row.tag, row.tries, row.expires_at) if row else None


async def use_code(tx: Tx, destination: str, tag: bytes) -> bool:
    """Use a code up. False: somebody was quicker, or a new one took its place."""
    row = CodeRow
    mine = (row.tenant_id == tx.tenant_id, row.destination == destination, row.tag == tag)
    used = await tx.run(delete(row).where(*mine).returning(row.destination))
    return used.first() is not None


async def addresses(read: Read, member_id: MemberId) -> list[Address]:
    """Load an address book, the default first, then the newest."""
    found = await read.run(
        select(*_ADDRESS)
        .where(AddressRow.tenant_id == read.tenant_id, AddressRow.member_id == member_id)
        .order_by(AddressRow.is_default.desc(), AddressRow.id.desc())
    )
    return [_address(row) for row in found]


async def addresses_by_id(read: Read, ids: Sequence[AddressId]) -> dict[AddressId, Address]:
    """Load addresses of many members at once."""
    mine = (AddressRow.tenant_id == read.tenant_id, AddressRow.id.in_(list(ids)))
    found = await read.run(select(*_ADDRESS).where(*mine))
    return {row.id: _address(row) for row in found}


async def put_address(tx: Tx, address: Address) -> None:
    """Store an address in place of the earlier one of that id; one default at most."""
    row = AddressRow
    if address.is_default:
        mine = (row.tenant_id == tx.tenant_id, row.member_id == address.member_id, row.is_default)
        await tx.run(update(row).where(*mine).values(is_default=False))
    values = {
        "name": address.name,
        "phone": address.phone,
        "region_code": address.region_code,
        "region": list(address.region),
        "detail": address.detail,
        "is_default": address.is_default,
    }
    statement = upsert(row).values(
        tenant_id=tx.tenant_id, id=address.id, member_id=address.member_id, **values
    )
    await tx.run(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_=values,
            where=row.member_id == address.member_id,
        )
    )


async def remove_address(tx: Tx, member_id: MemberId, address_id: AddressId) -> None:
    """Forget an address of a member."""
    row = AddressRow
    mine = (row.tenant_id == tx.tenant_id, row.member_id == member_id, row.id == address_id)
    await tx.run(delete(row).where(*mine))


def _member(row: Row[Any]) -> Member:
    return Member(row.id, row.name, row.phone, row.email, row.language, row.gender)


def _address(row: Row[Any]) -> Address:
    return Address(
        row.id,
        row.member_id,
        row.name,
        row.phone,
        row.region_code,
        tuple(row.region),
        row.detail,
        row.is_default,
    )
