"""What the mall can ask about stock."""

from collections.abc import Sequence

from mall.inventory import store
from mall.inventory.rules import Availability, Location, Stock
from mall.kernel.db import Read
from mall.kernel.ids import SkuId


async def availability(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, Availability]:
    """Tell what can be ordered online, for every SKU asked about; unknown SKUs have none.

    The number is what one location can promise together.
    """
    found = await store.available(read, sku_ids)
    return {sku: Availability(sku, found.get(sku, 0)) for sku in sku_ids}


async def stock(read: Read, sku_ids: Sequence[SkuId]) -> list[Stock]:
    """Load the stock of SKUs at every location."""
    return await store.stock_of(read, sku_ids)


async def locations(read: Read) -> list[Location]:
    """List the locations, the preferred for online orders first."""
    return await store.locations(read)
