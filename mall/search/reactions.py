"""How the index follows the rooms below it."""

from mall.catalog import ProductChanged
from mall.inventory import AvailabilityChanged
from mall.kernel.db import Tx
from mall.kernel.events import hears
from mall.pricing import PriceChanged
from mall.search.actions import index, index_skus


@hears(ProductChanged)
async def follow_products(tx: Tx, event: ProductChanged) -> None:
    """Take over what was changed about products."""
    await index(tx, event.product_ids)


@hears(PriceChanged)
async def follow_prices(tx: Tx, event: PriceChanged) -> None:
    """Take over what was changed about prices."""
    await index_skus(tx, event.sku_ids)


@hears(AvailabilityChanged)
async def follow_shelves(tx: Tx, event: AvailabilityChanged) -> None:
    """Take over what was sold out or came back."""
    await index_skus(tx, event.sku_ids)
