"""What the mall can ask about prices."""

from collections.abc import Sequence

from mall.kernel.db import Read
from mall.kernel.ids import SkuId
from mall.pricing import store
from mall.pricing.rules import Price


async def prices(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, Price]:
    """Load the prices of SKUs; a SKU without a price is missing and cannot be sold."""
    return await store.prices_of(read, sku_ids)
