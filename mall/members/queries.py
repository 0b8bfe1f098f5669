"""What the mall can ask about its shoppers."""

from collections.abc import Sequence

from mall.kernel.db import Read
from mall.kernel.ids import AddressId, MemberId
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.members import store
from mall.members.rules import Address, Member, Session


async def session(read: Read, token_hash: bytes, now: Instant) -> Session | None:
    """Find the shopper behind a token, together with all who ask; None: nobody any more."""
    found = (await read.together(store.sessions, [token_hash])).get(token_hash)
    return found if found and found.expires_at > now else None


async def members(read: Read, ids: Sequence[MemberId]) -> dict[MemberId, Member]:
    """Load members; unknown ids are left out."""
    return await store.members(read, ids) if ids else {}


async def addresses(read: Read, member_id: MemberId) -> list[Address]:
    """List an address book, the default first."""
    return await store.addresses(read, member_id)


async def addresses_by_id(read: Read, ids: Sequence[AddressId]) -> dict[AddressId, Address]:
    """Load addresses of many members at once; the caller checks whose they are."""
    return await store.addresses_by_id(read, ids) if ids else {}


async def address(read: Read, member_id: MemberId, address_id: AddressId) -> Address:
    """Load one address of a member. Raises Nothing when it is not in this member's book."""
    found = (await store.addresses_by_id(read, [address_id])).get(address_id)
    if found is None or found.member_id != member_id:
        raise Nothing("address")
    return found
