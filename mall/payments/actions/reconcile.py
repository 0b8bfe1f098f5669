"""Comparing what a provider booked with what we know, and settling what differs."""

import logging
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from mall.kernel.audit import Actor, record
from mall.kernel.db import Tx
from mall.kernel.ids import StaffId
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.payments import store
from mall.payments.rules import reconciling
from mall.payments.rules.reconciling import BillLine, Difference

log = logging.getLogger("mall.payments")


async def record_bill(
    tx: Tx, provider: str, day: date, time_zone: str, lines: Sequence[BillLine], *, now: Instant
) -> list[Difference]:
    """Store a day's bill and the differences to our records; gives them. Once for a day.

    What the bill knows as done and we do not is asked about at once.
    """
    if not await store.add_bill(tx, provider, day, lines, at=now):
        return []
    span = reconciling.span_of(day, time_zone)
    ours = await store.ours_of(tx, provider, span, [line.out_no for line in lines])
    found = reconciling.differences(lines, ours, span)
    await store.add_discrepancies(tx, provider, day, found, at=now)
    for one in found:
        log.warning("bill of %s, %s: %s %s", provider, day, one.out_no, one.what)
        if one.what == "unsettled_here":
            await _look_again(tx, provider, one, now=now)
    return found


async def _look_again(tx: Tx, provider: str, one: Difference, *, now: Instant) -> None:
    if one.kind == "payment":
        attempt = await store.attempt_numbered(tx, provider, one.out_no)
        if attempt is not None:
            await store.poll_attempt_again(tx, attempt.id, now, polls=0)
    else:
        refund = await store.refund_numbered(tx, provider, one.out_no)
        if refund is not None:
            await store.poll_refund_again(tx, refund.id, now, polls=0)


async def settle(
    tx: Tx, discrepancy_id: UUID, *, by: StaffId, actor: Actor, note: str, now: Instant
) -> None:
    """Settle a discrepancy by hand, saying why. Raises Nothing when there is none open."""
    if not await store.settle(tx, discrepancy_id, by=by, note=note, at=now):
        raise Nothing("discrepancy")
    subject = ("discrepancy", discrepancy_id)
    await record(tx, actor, "payments.settle", subject, None, {"note": note}, now)
