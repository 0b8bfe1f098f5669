"""Taking an order one step further: lock, look, move, write it on the timeline."""

from typing import Any

from mall.kernel.audit import Actor
from mall.kernel.db import Tx
from mall.kernel.ids import OrderId
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.orders import store
from mall.orders.rules import Order, Step, state_after


async def lock(tx: Tx, order_id: OrderId) -> Order:
    """Load an order so that nobody else changes it until the commit. Raises Nothing."""
    found = await store.load(tx, [order_id], lock=True)
    if not found:
        raise Nothing("order")
    return found[0]


async def move(
    tx: Tx,
    order: Order,
    step: Step,
    *,
    actor: Actor,
    now: Instant,
    note: str = "",
    **values: Any,
) -> None:
    """Take a locked order one step. Raises WrongState when it cannot be taken."""
    after = state_after(order.state, step)
    await store.change(tx, order, state=after, **values)
    await store.happened(
        tx, order.id, step, actor=actor, before=order.state, after=after, note=note, at=now
    )


async def add_note(tx: Tx, order_id: OrderId, note: str, *, actor: Actor, now: Instant) -> None:
    """Write a remark of the staff on the timeline."""
    order = await lock(tx, order_id)
    state = order.state
    await store.happened(
        tx, order_id, "note", actor=actor, before=state, after=state, note=note, at=now
    )
