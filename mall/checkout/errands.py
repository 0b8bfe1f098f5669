"""Finding out what is to be bought before an order travels by lane, in a transaction of its own."""

from typing import cast
from uuid import UUID

from mall import orders
from mall.checkout import queries
from mall.checkout.rules import Item
from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.ids import ShopperId
from mall.kernel.outside import Outside
from mall.kernel.time import Instant


async def items_of_cart(
    run: RunErrand, *, shopper_id: ShopperId, idempotency_key: str
) -> tuple[Item, ...]:
    """List what an order of the ticked lines buys.

    A key that has placed an order gives what that order bought: the cart has lost those lines,
    and a repeated request must find its order again.
    """
    args = {"shopper": str(shopper_id), "key": idempotency_key}
    return cast("tuple[Item, ...]", await run(CHOOSE, args))


async def _prepare(tx: Tx, args: Args, now: Instant) -> tuple[Item, ...]:
    key = ShopperId(UUID(args["shopper"])), str(args["key"])
    # The cart first: an order that is placed meanwhile takes its lines, and is found by its key.
    chosen = await queries.chosen_items(tx, key[0])
    known = (await orders.by_keys(tx, [key])).get(key)
    if known is None:
        return chosen
    order = await orders.order(tx, known.order_id)
    return tuple(Item(line.sku_id, line.quantity) for line in order.lines)


async def _call(outside: Outside, items: tuple[Item, ...]) -> None:
    """Ask nobody: only the transaction before is wanted, closed while the order waits its turn."""


async def _record(tx: Tx, items: tuple[Item, ...], answer: None, now: Instant) -> Done:
    return Done(items)


CHOOSE = Errand("checkout.choose", _prepare, _call, _record)
