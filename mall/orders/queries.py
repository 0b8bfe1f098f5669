"""What the mall can ask about orders."""

from collections.abc import Sequence
from uuid import UUID

from mall.kernel.db import Read
from mall.kernel.ids import OrderId, ShopperId
from mall.kernel.paging import Page, cursor_at, key_of
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.orders import store
from mall.orders.rules import Happening, Known, Order, refunding
from mall.orders.rules.refunding import RefundPlan
from mall.orders.store import Filter, Refund


async def by_keys(
    read: Read, keys: Sequence[tuple[ShopperId, str]]
) -> dict[tuple[ShopperId, str], Known]:
    """Find the orders that idempotency keys have placed; other keys are missing."""
    return await store.by_keys(read, keys)


async def order(read: Read, order_id: OrderId) -> Order:
    """Load one order. Raises Nothing."""
    found = await store.load(read, [order_id])
    if not found:
        raise Nothing("order")
    return found[0]


async def by_number(read: Read, number: str, *, shopper_id: ShopperId | None = None) -> Order:
    """Load an order by its number; with a shopper, only their own. Raises Nothing."""
    order_id = await store.id_of(read, number)
    if order_id is None:
        raise Nothing("order")
    found = await order(read, order_id)
    if shopper_id is not None and found.shopper_id != shopper_id:
        raise Nothing("order")
    return found


async def orders(read: Read, wanted: Filter, *, cursor: str | None, limit: int) -> Page[Order]:
    """List orders, the newest first, a page at a time."""
    after = key_of(cursor, tuple[Instant, UUID]) if cursor else None
    keys = await store.list_ids(read, wanted, after, limit + 1)
    found = await store.load(read, [order_id for _, order_id in keys[:limit]])
    more = len(keys) > limit
    return Page(found, cursor_at(keys[limit - 1]) if more else None)


async def counts(read: Read, shopper_id: ShopperId | None) -> dict[str, int]:
    """Count orders by state, of one shopper, or of the whole mall (None); there to 10,000 each."""
    return await store.counts(read, shopper_id)


async def timeline(read: Read, order_id: OrderId) -> list[Happening]:
    """Load what happened to an order after it was placed, the oldest first."""
    return await store.timeline(read, order_id)


async def refunds(read: Read, order_id: OrderId) -> list[Refund]:
    """Load the refunds of an order, the oldest first."""
    return await store.refunds(read, order_id=order_id)


def refund_preview(found: Order, units: dict[int, int], *, seller_at_fault: bool) -> RefundPlan:
    """Say exactly what a refund would give back. Raises NotThatMany."""
    return refunding.plan_units(found.lines, units, seller_at_fault=seller_at_fault)
