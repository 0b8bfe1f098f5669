"""What sending, receiving and time do to an order."""

from collections.abc import Mapping
from dataclasses import replace

from mall.kernel.audit import Actor
from mall.kernel.db import Tx
from mall.kernel.ids import OrderId
from mall.kernel.time import Instant
from mall.orders import store
from mall.orders.actions.moving import lock, move
from mall.orders.rules import Order, everything_sent


async def mark_shipped(
    tx: Tx, order: Order, units: Mapping[int, int], *, actor: Actor, note: str, now: Instant
) -> None:
    """Count units of a locked order as sent. The caller has checked them with ``sendable``."""
    lines = [
        replace(line, shipped=line.shipped + units.get(line.line_no, 0)) for line in order.lines
    ]
    await store.put_lines(tx, order.id, [line for line in lines if line.line_no in units])
    if everything_sent(lines):
        await move(tx, order, "ship_all", actor=actor, now=now, note=note, shipped_at=now)
    else:
        await move(tx, order, "ship_part", actor=actor, now=now, note=note)


async def receive(tx: Tx, order_id: OrderId, *, actor: Actor, now: Instant) -> None:
    """Take note that the goods have arrived. A repeated call changes nothing. Raises WrongState."""
    order = await lock(tx, order_id)
    if order.state != "received":
        await move(tx, order, "receive", actor=actor, now=now, received_at=now)


async def close(tx: Tx, order_id: OrderId, *, actor: Actor, now: Instant) -> None:
    """End an order whose time for returns is over."""
    order = await lock(tx, order_id)
    await move(tx, order, "close", actor=actor, now=now, ended_at=now)
