"""What shoppers do with their sessions, profiles and addresses, inside the caller's transaction."""

from dataclasses import replace

from mall.kernel.crypto import hash_token, new_token
from mall.kernel.db import Tx
from mall.kernel.ids import AddressId, MemberId, ShopperId, new_uuid
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.members import rules, store
from mall.members.port import join
from mall.members.rules import Address, Begun, Draft, Gender, Member, Session, Shopper, SignedIn
from mall.members.rules.regions import region_names


async def begin_guest(tx: Tx, now: Instant) -> Begun:
    """Begin the session of a shopper whom nobody knows."""
    token, shopper = new_token(), Shopper(ShopperId(new_uuid()), None)
    expires_at = now + rules.SESSION_LIFE
    hashed = hash_token(token)
    await store.add_session(tx, hashed, shopper.id, None, now=now, expires_at=expires_at)
    return Begun(token, shopper, expires_at)


async def enrol(
    tx: Tx, *, email: str, password_hash: str, name: str, language: str, now: Instant
) -> Member | None:
    """Make a member whom the mall itself knows, without a code; None when the address is taken.

    Never for a visitor: what is asked for at a door has to be proved.
    """
    new = Member(MemberId(new_uuid()), name, "", rules.email_address(email), language)
    added = await store.add_member(tx, new, password_hash=password_hash, now=now)
    return new if added else None


async def begin_session(tx: Tx, member: Member, old_token: str, now: Instant) -> SignedIn:
    """Begin a member's session in place of the browser's old one; "" when it had none.

    What a guest had is joined with the member's things by the rooms above.
    """
    shopper_id, guest = ShopperId(member.id), None
    old = await _session(tx, old_token) if old_token else None
    if old is not None:
        await store.end_session(tx, hash_token(old_token))
        if old.member_id is None and old.expires_at > now:
            guest = old.shopper_id
    token, expires_at = new_token(), now + rules.SESSION_LIFE
    hashed = hash_token(token)
    await store.add_session(tx, hashed, shopper_id, member.id, now=now, expires_at=expires_at)
    if guest is not None:
        await join(tx, guest, shopper_id, now)
    return SignedIn(token, member, guest, expires_at)


async def sign_out(tx: Tx, token: str, *, everywhere: bool = False) -> None:
    """End the session of a token, or with ``everywhere`` all of that shopper.

    An unknown token changes nothing.
    """
    found = await _session(tx, token) if everywhere else None
    await store.end_session(tx, hash_token(token))
    if found is not None:
        await store.end_sessions_of(tx, found.shopper_id)


async def change_profile(
    tx: Tx,
    member_id: MemberId,
    *,
    name: str | None = None,
    language: str | None = None,
    gender: Gender | None = None,
) -> Member:
    """Change what is not None. Raises Nothing."""
    before = (await store.members(tx, [member_id])).get(member_id)
    if before is None:
        raise Nothing("member")
    after = replace(
        before,
        name=before.name if name is None else " ".join(name.split())[: rules.NAME_AT_MOST],
        language=before.language if language is None else language,
        gender=before.gender if gender is None else gender,
    )
    await store.put_member(tx, after)
    return after


async def add_address(tx: Tx, member_id: MemberId, draft: Draft) -> Address:
    """Put an address into a book; the first one is the default. Raises InvalidFields, BookFull."""
    new = _checked(draft, AddressId(new_uuid()), member_id)
    await tx.lock("address book", member_id)
    new = rules.put_into_book(await store.addresses(tx, member_id), new)
    await store.put_address(tx, new)
    return new


async def change_address(
    tx: Tx, member_id: MemberId, address_id: AddressId, draft: Draft
) -> Address:
    """Write an address of a book anew. Raises InvalidFields, Nothing."""
    changed = _checked(draft, address_id, member_id)
    await tx.lock("address book", member_id)
    book = await store.addresses(tx, member_id)
    if all(address.id != address_id for address in book):
        raise Nothing("address")
    changed = rules.put_into_book(book, changed)
    await store.put_address(tx, changed)
    return changed


async def remove_address(tx: Tx, member_id: MemberId, address_id: AddressId) -> None:
    """Take an address out of a book; the newest left becomes the default.

    An unknown one changes nothing.
    """
    await tx.lock("address book", member_id)
    await store.remove_address(tx, member_id, address_id)
    left = await store.addresses(tx, member_id)
    if left and not left[0].is_default:
        await store.put_address(tx, replace(left[0], is_default=True))


def _checked(draft: Draft, address_id: AddressId, member_id: MemberId) -> Address:
    names = region_names(draft.region_code)
    return rules.checked_address(draft, names, id=address_id, member_id=member_id)


async def _session(tx: Tx, token: str) -> Session | None:
    hashed = hash_token(token)
    return (await store.sessions(tx, [hashed])).get(hashed)
