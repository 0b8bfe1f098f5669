"""Building the index anew, some products at a time, so that nothing else has to wait."""

from mall import catalog
from mall.catalog import Filter
from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.search import actions

_AT_ONCE = 100


async def _prepare(tx: Tx, args: Args, now: Instant) -> str | None:
    page = await catalog.list_products(tx, Filter(), cursor=args.get("cursor"), limit=_AT_ONCE)
    await actions.index(tx, [product.id for product in page.items])
    return page.next_cursor


async def _call(outside: Outside, cursor: str) -> None:
    """Ask nobody: the next piece is an errand of its own, so that a kill costs one piece."""


async def _record(tx: Tx, cursor: str, answer: None, now: Instant) -> Done:
    await tx.send(REBUILD, {"cursor": cursor}, key="rebuild")
    return Done()


REBUILD = Errand("search.rebuild", _prepare, _call, _record)
