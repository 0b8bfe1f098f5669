"""Regular rounds of staff."""

from datetime import timedelta

from mall.kernel import attempts
from mall.kernel.db import Tx
from mall.kernel.sweeps import sweep
from mall.kernel.time import Instant
from mall.staff import store


@sweep("staff.forget_old", every=timedelta(hours=1))
async def forget_old(tx: Tx, now: Instant) -> None:
    """Delete sessions that are over and attempts that no limit looks back to."""
    await store.end_old_sessions(tx, now)
    await attempts.forget_before(tx, now - timedelta(days=2))
