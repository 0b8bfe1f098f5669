"""What shoppers can ask before they order."""

from collections.abc import Sequence

from mall import cart, catalog, fulfilment, inventory, members, pricing
from mall.checkout import rules
from mall.checkout.rules import Item, Offer, Quote
from mall.kernel.db import Read
from mall.kernel.ids import AddressId, MemberId, ShopperId, SkuId
from mall.members import Address


async def chosen_items(read: Read, shopper_id: ShopperId) -> tuple[Item, ...]:
    """List the ticked lines of a cart that can be bought."""
    view = await cart.cart_view(read, shopper_id)
    return tuple(Item(line.sku_id, line.quantity) for line in view.chosen)


async def quote(read: Read, items: Sequence[Item], *, region: str | None, currency: str) -> Quote:
    """Say what the items cost, and whether they are there. Raises NothingToBuy.

    Prices and stock are half a second old at most; who orders is told the truth.
    """
    wanted = rules.checked_items(items)
    offers = await read.recall(offers_of, [item.sku_id for item in wanted])
    shelves = await inventory.shelves_lately(read, list(offers))
    available = {sku_id: inventory.promisable(row) for sku_id, row in shelves.items()}
    return rules.quote(wanted, offers, available, region=region, currency=currency)


async def delivery_address(
    read: Read, member_id: MemberId | None, address_id: AddressId | None
) -> Address | None:
    """Find where an order would go; ``address_id`` None: the member's default. None: nowhere."""
    if member_id is None:
        return None
    book = await members.addresses(read, member_id)
    if address_id is None:
        return book[0] if book else None
    return next((address for address in book if address.id == address_id), None)


async def offers_of(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, Offer]:
    """Load what the mall says of SKUs now; those that are not for sale are missing."""
    facts = await catalog.skus(read, sku_ids)
    prices = await pricing.prices(read, sku_ids)
    templates = await fulfilment.freight_templates(read)
    return {
        sku_id: Offer(
            sku_id=sku_id,
            product_id=fact.product_id,
            slug=fact.slug,
            title=fact.title,
            options=fact.choice,
            image=fact.image,
            weight_grams=fact.weight_grams,
            freight=templates.get(fact.freight_template_id) if fact.freight_template_id else None,
            price_minor=prices[sku_id].price_minor,
            compare_at_minor=prices[sku_id].compare_at_minor,
        )
        for sku_id, fact in facts.items()
        if fact.sellable and sku_id in prices
    }
