"""The regular round of media."""

from datetime import timedelta

from mall.kernel.db import Tx
from mall.kernel.sweeps import sweep
from mall.kernel.time import Instant
from mall.media.errands import TIDY


@sweep("media.tidy", every=timedelta(hours=6))
async def forget_uploads(tx: Tx, now: Instant) -> None:
    """Have uploads forgotten that nobody came back for."""
    await tx.send(TIDY, {})
