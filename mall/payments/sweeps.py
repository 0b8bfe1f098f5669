"""Asking at our own pace: open attempts, refunds on their way, and every day's bill."""

from datetime import timedelta

from mall.kernel.db import Tx
from mall.kernel.sweeps import sweep
from mall.kernel.time import Instant
from mall.payments import rules, store
from mall.payments.errands import DOWNLOAD_BILL, PREPAY, QUERY, QUERY_REFUND, REFUND
from mall.payments.providers import load_providers
from mall.payments.rules import reconciling

AT_MOST = 100


@sweep("payments.poll_attempts", every=timedelta(seconds=5))
async def poll_attempts(tx: Tx, now: Instant) -> None:
    """Ask about attempts whose notification has not come."""
    for one in await store.take_due_attempts(tx, now, AT_MOST):
        again = now + rules.attempt_poll_after(one.polls + 1)
        await store.poll_attempt_again(tx, one.id, again, polls=one.polls + 1)
        unheard = one.state == "created" and one.asked_at is None
        await tx.send(PREPAY if unheard else QUERY, {"attempt": one.id})


@sweep("payments.poll_refunds", every=timedelta(seconds=5))
async def poll_refunds(tx: Tx, now: Instant) -> None:
    """Ask about refunds whose notification has not come."""
    for one in await store.take_due_refunds(tx, now, AT_MOST):
        again = now + rules.refund_poll_after(one.polls + 1)
        await store.poll_refund_again(tx, one.id, again, polls=one.polls + 1)
        unheard = one.state == "wanted"
        await tx.send(REFUND if unheard else QUERY_REFUND, {"refund": one.id})


@sweep("payments.reconcile", every=timedelta(hours=1))
async def reconcile(tx: Tx, now: Instant) -> None:
    """Have the bills read that are out and were not read yet."""
    for code in await store.providers_used(tx):
        provider = load_providers().get(code)
        if provider is None:
            continue
        for day in reconciling.days_ready(now, provider.time_zone, provider.bill_after):
            if not await store.bill_is_read(tx, code, day):
                await tx.send(DOWNLOAD_BILL, {"provider": code, "day": day.isoformat()})
