"""What the mall can do with prices. Each action runs inside the caller's transaction."""

from collections.abc import Sequence

from mall.kernel.audit import Actor, record_all
from mall.kernel.db import Tx
from mall.kernel.time import Instant
from mall.pricing import rules, store
from mall.pricing.events import PriceChanged
from mall.pricing.rules import Price


async def set_prices(tx: Tx, prices: Sequence[Price], *, actor: Actor, now: Instant) -> None:
    """Set prices, one per SKU; every real change is audited and announced.

    A repeated call changes nothing. Raises BadPrice, and then changes nothing.
    """
    wanted = {price.sku_id: rules.checked(price) for price in prices}
    known = await store.prices_of(tx, list(wanted))
    changed = [price for sku, price in wanted.items() if known.get(sku) != price]
    if not changed:
        return
    await store.put(tx, changed, at=now)
    told = [(("sku", price.sku_id), known.get(price.sku_id), price) for price in changed]
    await record_all(tx, actor, "pricing.set_price", told, now)
    await tx.announce(PriceChanged([price.sku_id for price in changed]))
