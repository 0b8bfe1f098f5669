"""Looking at one's orders."""

from collections.abc import Sequence
from typing import Annotated, get_args

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from mall.kernel import paging
from mall.kernel.db import Read
from mall.kernel.ids import ShopperId
from mall.kernel.paging import Page
from mall.orders import queries
from mall.orders.rules import State
from mall.orders.shop_api.shown import OrderDetail, ShownOrder, refunded, shown, told
from mall.orders.store import Filter


@get("/orders", opt={"access": "shopper"})
async def list_orders(
    read: Read,
    shopper_id: ShopperId,
    only: Annotated[
        list[State] | None, Parameter(query="state", max_items=7, description="In these states")
    ] = None,
    with_refunds: Annotated[
        bool, Parameter(query="refunding", description="With refunds only")
    ] = False,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> Page[ShownOrder]:
    """List my orders, the newest first."""
    wanted = Filter(shopper_id, tuple(only) if only else None, refunding=with_refunds)
    found = await queries.orders(read, wanted, cursor=cursor, limit=limit)
    return Page([shown(order) for order in found.items], found.next_cursor)


@get("/orders/counts", opt={"access": "shopper"})
async def count_orders(read: Read, shopper_id: ShopperId) -> dict[str, int]:
    """Count my orders by state."""
    counts = await queries.counts(read, shopper_id)
    return {state: counts.get(state, 0) for state in get_args(State.__value__)}


@get("/orders/{number:str}", opt={"access": "shopper"})
async def show_order(number: str, read: Read, shopper_id: ShopperId) -> OrderDetail:
    """Show one of my orders with its timeline and refunds."""
    order = await queries.by_number(read, number, shopper_id=shopper_id)
    return OrderDetail(
        shown(order),
        told(await queries.timeline(read, order.id)),
        [refunded(one) for one in await queries.refunds(read, order.id)],
    )


HANDLERS: Sequence[HTTPRouteHandler] = (list_orders, count_orders, show_order)
