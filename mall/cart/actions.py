"""What shoppers do with their carts. Each action runs inside the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from mall.cart import rules, store
from mall.cart.rules import LINES_AT_MOST, CartFull, CartLine, NotForSale
from mall.catalog import skus
from mall.kernel.db import Tx
from mall.kernel.ids import ShopperId, SkuId
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.pricing import prices


async def add(tx: Tx, shopper_id: ShopperId, sku_id: SkuId, quantity: int, *, now: Instant) -> None:
    """Put units of a SKU into a cart, on top of what is there, up to 999.

    Raises NotForSale, CartFull.
    """
    line = (await _fresh(tx, {sku_id: quantity}, now)).get(sku_id)
    if line is None:
        raise NotForSale(sku_id)
    await tx.lock("cart", shopper_id)
    there = await store.lines(tx, shopper_id)
    if len(there) >= LINES_AT_MOST and all(one.sku_id != sku_id for one in there):
        raise CartFull(LINES_AT_MOST)
    store.put(tx, shopper_id, [line], add=True)


async def add_again(
    tx: Tx, shopper_id: ShopperId, units: Mapping[SkuId, int], *, now: Instant
) -> None:
    """Put units of SKUs into a cart as ``add`` does, but for what is not for sale or too much."""
    fresh = await _fresh(tx, units, now)
    await tx.lock("cart", shopper_id)
    there = {line.sku_id for line in await store.lines(tx, shopper_id)}
    store.put(tx, shopper_id, _that_fit(there, list(fresh.values())), add=True)


async def set_quantity(tx: Tx, shopper_id: ShopperId, sku_id: SkuId, quantity: int) -> None:
    """Set the units of a line; 0 takes it out. Raises Nothing when it is not there."""
    await tx.lock("cart", shopper_id)
    line = await _line(tx, shopper_id, sku_id)
    if quantity <= 0:
        store.remove(tx, [(shopper_id, sku_id)])
        return
    known = await prices(tx, [sku_id])
    seen = known[sku_id].price_minor if sku_id in known else line.seen_price_minor
    changed = replace(line, quantity=rules.capped(quantity), seen_price_minor=seen)
    store.put(tx, shopper_id, [changed], add=False)


async def choose(
    tx: Tx, shopper_id: ShopperId, sku_ids: Sequence[SkuId] | None, *, selected: bool
) -> None:
    """Tick or untick lines; ``sku_ids`` None: all of them."""
    await store.select_lines(tx, shopper_id, sku_ids, selected=selected)


async def remove(tx: Tx, shopper_id: ShopperId, sku_ids: Sequence[SkuId]) -> None:
    """Take lines out; lines that are not there change nothing."""
    store.remove(tx, [(shopper_id, sku_id) for sku_id in sku_ids])


async def lock_wanted(
    tx: Tx, wanted: Sequence[tuple[ShopperId, SkuId]]
) -> set[tuple[ShopperId, SkuId]]:
    """Keep lines that orders are about to take from anybody else; gives those that are there."""
    return await store.lock(tx, wanted) if wanted else set()


async def remove_bought(tx: Tx, bought: Sequence[tuple[ShopperId, SkuId]]) -> None:
    """Take out what orders have just taken, of many carts at once."""
    if bought:
        store.remove(tx, bought)


async def merge(tx: Tx, guest: ShopperId, member: ShopperId) -> None:
    """Add a guest's cart to a member's and empty the guest's. A repeated call changes nothing.

    Units of the same SKU add up to 999; lines beyond 120 stay out, the oldest first.
    """
    if guest == member:
        return
    for shopper_id in sorted((guest, member)):
        await tx.lock("cart", shopper_id)
    moving = await store.lines(tx, guest)
    there = {line.sku_id for line in await store.lines(tx, member)}
    store.put(tx, member, _that_fit(there, moving), add=True)
    await store.clear(tx, guest)


async def _fresh(tx: Tx, units: Mapping[SkuId, int], now: Instant) -> dict[SkuId, CartLine]:
    """Make lines of what is for sale, ticked and at today's price, in the order asked for."""
    facts, known = await tx.recall(skus, list(units)), await tx.recall(prices, list(units))
    return {
        sku_id: CartLine(sku_id, rules.capped(quantity), True, known[sku_id].price_minor, now)
        for sku_id, quantity in units.items()
        if sku_id in known and sku_id in facts and facts[sku_id].sellable
    }


def _that_fit(there: Collection[SkuId], lines: Sequence[CartLine]) -> list[CartLine]:
    """Choose the lines that a cart with these SKUs has room for, the first ones first."""
    filled, chosen = set(there), list[CartLine]()
    for line in lines:
        if line.sku_id in filled or len(filled) < LINES_AT_MOST:
            filled.add(line.sku_id)
            chosen.append(line)
    return chosen


async def _line(tx: Tx, shopper_id: ShopperId, sku_id: SkuId) -> CartLine:
    for line in await store.lines(tx, shopper_id):
        if line.sku_id == sku_id:
            return line
    raise Nothing("cart line")
