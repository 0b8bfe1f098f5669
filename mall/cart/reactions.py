"""What becomes of a cart at sign-in."""

from mall.cart.actions import merge
from mall.kernel.db import Tx
from mall.kernel.ids import ShopperId
from mall.kernel.time import Instant
from mall.members import at_sign_in


@at_sign_in
async def keep_the_cart(tx: Tx, guest: ShopperId, member: ShopperId, now: Instant) -> None:
    """Merge what a guest put aside into the member's cart."""
    await merge(tx, guest, member)
