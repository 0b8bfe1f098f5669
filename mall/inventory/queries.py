"""What the mall can ask about stock."""

from collections.abc import Sequence
from uuid import UUID

from mall.inventory import store
from mall.inventory.rules import Availability, Location, Movement, Shelves, Stock
from mall.kernel.db import Read
from mall.kernel.ids import SkuId
from mall.kernel.time import Instant


async def availability(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, Availability]:
    """Tell what can be ordered online, for every SKU asked about; unknown SKUs have none.

    The number is what one location can promise together.
    """
    found = await store.available(read, sku_ids)
    return {sku: Availability(sku, found.get(sku, 0)) for sku in sku_ids}


async def shelves_lately(read: Read, sku_ids: Sequence[SkuId]) -> Shelves:
    """Give what can be sold online, half a second old at most; the preferred location first."""
    return await read.lately(store.shelves, sku_ids)


async def stock(read: Read, sku_ids: Sequence[SkuId]) -> list[Stock]:
    """Load the stock of SKUs at every location."""
    return await store.stock_of(read, sku_ids)


async def locations(read: Read) -> list[Location]:
    """List the locations, the preferred for online orders first."""
    return await store.locations(read)


async def movements(
    read: Read, sku_id: SkuId, *, before: UUID | None, limit: int
) -> list[tuple[UUID, Instant, Movement]]:
    """Load the ledger of one SKU with ids and times, the newest entry first."""
    return await store.movements_of(read, sku_id, before, limit)
