"""What others may ask about pictures."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mall.kernel import paging
from mall.kernel.db import Read
from mall.kernel.ids import AssetId
from mall.kernel.paging import Page
from mall.kernel.time import Instant
from mall.media import store
from mall.media.rules import Asset


async def assets(read: Read, ids: Sequence[AssetId]) -> dict[AssetId, Asset]:
    """Load pictures to show them; unknown ids are left out, removed pictures are still there."""
    return await read.recall(store.assets, ids)


async def asset(read: Read, asset_id: AssetId) -> Asset | None:
    """Load one picture; None: there never was one."""
    return (await store.assets(read, [asset_id])).get(asset_id)


async def listing(
    read: Read, *, cursor: str | None = None, limit: int = paging.USUAL
) -> Page[Asset]:
    """List the pictures to choose from, the newest first. Raises InvalidFields for the cursor."""
    before: tuple[Instant, AssetId] | None = None
    if cursor:
        at, last = paging.key_of(cursor, tuple[datetime, UUID])
        before = (at, AssetId(last))
    found = await store.newest(read, before, limit + 1)
    return paging.cut(found, limit, _place_of)


def _place_of(asset: Asset) -> tuple[Instant, AssetId]:
    return asset.created_at, asset.id
