"""Limited attempts: codes sent, passwords tried. Counted in the database, so everywhere at once."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import delete, select

from mall.kernel.db import Tx
from mall.kernel.ids import new_uuid
from mall.kernel.tables import AttemptRow
from mall.kernel.time import Instant

type Limits = Sequence[tuple[timedelta, int]]  # at most so many within each sliding window


def wait_for(times: Sequence[Instant], limits: Limits, now: Instant) -> timedelta:
    """Tell how long one more attempt has to wait; zero: it may happen now.

    ``times`` are the earlier attempts, in any order.
    """
    waits = [timedelta(0)]
    for window, most in limits:
        inside = sorted(at for at in times if at > now - window)
        if len(inside) >= most:
            waits.append(inside[-most] + window - now)
    return max(waits)


async def take(tx: Tx, wanted: Mapping[str, Limits], now: Instant) -> int:
    """Count one attempt under every name of ``wanted``, or under none.

    Gives 0 when it was counted, else the whole seconds to wait. Two at once take turns.
    """
    for what in sorted(wanted):
        await tx.lock("attempt", uuid5(NAMESPACE_URL, what))
    row = AttemptRow
    longest = max(window for limits in wanted.values() for window, _ in limits)
    found = await tx.run(
        select(row.what, row.at).where(
            row.tenant_id == tx.tenant_id, row.what.in_(list(wanted)), row.at > now - longest
        )
    )
    times: dict[str, list[Instant]] = {what: [] for what in wanted}
    for taken in found:
        times[taken.what].append(taken.at)
    wait = max(wait_for(times[what], limits, now) for what, limits in wanted.items())
    if wait > timedelta(0):
        return math.ceil(wait.total_seconds())
    rows = [{"id": new_uuid(), "what": what, "at": now} for what in wanted]
    await tx.insert(AttemptRow, rows)
    return 0


async def forgive(tx: Tx, what: str) -> None:
    """Forget the attempts under a name, because one of them succeeded."""
    mine = AttemptRow.tenant_id == tx.tenant_id
    await tx.run(delete(AttemptRow).where(mine, AttemptRow.what == what))


async def forget_before(tx: Tx, at: Instant) -> None:
    """Forget attempts that no window reaches back to."""
    mine = AttemptRow.tenant_id == tx.tenant_id
    await tx.run(delete(AttemptRow).where(mine, AttemptRow.at < at))
