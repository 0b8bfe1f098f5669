"""The socket of sign-in: rooms above say what becomes of a guest's things."""

from collections.abc import Awaitable, Callable

from mall.kernel.db import Tx
from mall.kernel.ids import ShopperId
from mall.kernel.time import Instant

type Joining = Callable[[Tx, ShopperId, ShopperId, Instant], Awaitable[None]]

_joinings: list[Joining] = []


def at_sign_in(joining: Joining) -> Joining:
    """Run the decorated function in the transaction of every sign-in of a guest.

    It gets the guest's and the member's shopper ids and the moment, and must stand repetition.
    """
    assert joining not in _joinings, "the same function joins twice"
    _joinings.append(joining)
    return joining


async def join(tx: Tx, guest: ShopperId, member: ShopperId, now: Instant) -> None:
    """Run what the rooms above have plugged in."""
    for joining in _joinings:
        await joining(tx, guest, member, now)
