"""What the mall can ask about carts."""

from mall.cart import rules, store
from mall.cart.rules import CartLine, CartView, ShownLine
from mall.catalog import SkuFacts, skus
from mall.inventory import availability
from mall.kernel.db import Read
from mall.kernel.ids import ShopperId
from mall.pricing import Price, prices


async def cart(read: Read, shopper_id: ShopperId) -> list[CartLine]:
    """Load what a shopper has put aside, the newest first."""
    return await store.lines(read, shopper_id)


async def cart_units(read: Read, shopper_id: ShopperId) -> int:
    """Count the units in a cart, for its badge."""
    return await store.units(read, shopper_id)


async def cart_view(read: Read, shopper_id: ShopperId) -> CartView:
    """Show a cart as things stand now: prices half a second old at most, stock of this moment.

    Nothing is changed silently: lines say what became of their price and stock.
    """
    lines = await store.lines(read, shopper_id)
    wanted = [line.sku_id for line in lines]
    if not wanted:
        return CartView(())
    facts, known = await read.recall(skus, wanted), await read.recall(prices, wanted)
    left = await read.together(availability, wanted)
    return CartView(
        tuple(
            _shown(line, facts[line.sku_id], known.get(line.sku_id), left[line.sku_id].available)
            for line in lines
            if line.sku_id in facts
        )
    )


def _shown(line: CartLine, fact: SkuFacts, price: Price | None, available: int) -> ShownLine:
    sellable = fact.sellable and price is not None
    return ShownLine(
        sku_id=line.sku_id,
        product_id=fact.product_id,
        slug=fact.slug,
        title=fact.title,
        options=fact.choice,
        image=fact.image,
        quantity=line.quantity,
        selected=line.selected,
        price_minor=price.price_minor if price else line.seen_price_minor,
        compare_at_minor=price.compare_at_minor if price else None,
        seen_price_minor=line.seen_price_minor,
        available=available,
        state=rules.state_of(line.quantity, available, sellable=sellable),
    )
