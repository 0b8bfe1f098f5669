"""Regular rounds of media."""

from datetime import timedelta

from mall.kernel.db import Tx
from mall.kernel.sweeps import sweep
from mall.kernel.time import Instant
from mall.media.errands import CLEAR


@sweep("media.clear_uploads", every=timedelta(days=1))
async def clear_uploads(tx: Tx, now: Instant) -> None:
    """Have uploads deleted that a kill left behind."""
    await tx.send(CLEAR, {}, key="uploads")
