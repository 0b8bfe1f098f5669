"""Clocks of orders (rules 4.17): time to pay, automatic receipt, the end of returns."""

from datetime import timedelta

from mall.kernel.audit import SYSTEM
from mall.kernel.db import Tx
from mall.kernel.sweeps import sweep
from mall.kernel.time import Instant
from mall.orders import store
from mall.orders.actions.cancel import cancel
from mall.orders.actions.ship import close, receive

AT_MOST = 50
RECEIVED_AFTER = timedelta(days=10)
CLOSED_AFTER = timedelta(days=15)


@sweep("orders.time_out", every=timedelta(seconds=10))
async def time_out(tx: Tx, now: Instant) -> bool:
    """Cancel one order that nobody paid in time.

    Stock is locked in the order of its keys: two orders one after the other would lock it in the
    order in which they are due, and deadlock with whoever wants the same goods.
    """
    due = await store.due(tx, "pay_by", now, 1)
    for order_id in due:
        await cancel(tx, order_id, "timeout", actor=SYSTEM, now=now)
    return bool(due)


@sweep("orders.receive", every=timedelta(minutes=10))
async def receive_by_itself(tx: Tx, now: Instant) -> bool:
    """Take orders as received when they were sent long enough ago."""
    due = await store.due(tx, "shipped_at", now - RECEIVED_AFTER, AT_MOST)
    for order_id in due:
        await receive(tx, order_id, actor=SYSTEM, now=now)
    return len(due) == AT_MOST


@sweep("orders.close", every=timedelta(minutes=30))
async def close_by_itself(tx: Tx, now: Instant) -> bool:
    """Close orders whose time for returns is over."""
    due = await store.due(tx, "received_at", now - CLOSED_AFTER, AT_MOST)
    for order_id in due:
        await close(tx, order_id, actor=SYSTEM, now=now)
    return len(due) == AT_MOST
