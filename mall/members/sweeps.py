"""Regular rounds of members."""

from datetime import timedelta

from mall.kernel.db import Tx
from mall.kernel.sweeps import sweep
from mall.kernel.time import Instant
from mall.members import store


@sweep("members.forget_old", every=timedelta(hours=1))
async def forget_old(tx: Tx, now: Instant) -> None:
    """Delete sessions and codes that are over."""
    await store.forget_old(tx, now)
