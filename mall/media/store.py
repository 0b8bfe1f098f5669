"""The SQL of media; no other file of this room speaks it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Uuid, bindparam, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY

from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId
from mall.kernel.statements import TENANT
from mall.kernel.time import Instant
from mall.media.rules import Asset
from mall.media.tables import AssetRow

_ASSET = (
    AssetRow.id,
    AssetRow.name,
    AssetRow.width,
    AssetRow.height,
    AssetRow.tint,
    AssetRow.alt,
    AssetRow.widths,
    AssetRow.stored_bytes,
    AssetRow.created_at,
    AssetRow.removed_at,
)
_ASSETS = select(*_ASSET).where(
    AssetRow.tenant_id == TENANT,
    AssetRow.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)


async def assets(read: Read, ids: Sequence[AssetId]) -> dict[AssetId, Asset]:
    """Load pictures, removed ones too."""
    if not ids:
        return {}
    found = await read.run(_ASSETS, {"tenant": read.tenant_id, "ids": list(set(ids))})
    return {row.id: _asset(row) for row in found}


async def newest(read: Read, before: tuple[Instant, AssetId] | None, limit: int) -> list[Asset]:
    """Load pictures that were not removed, the newest first, from behind ``before`` on."""
    row = AssetRow
    statement = select(*_ASSET).where(row.tenant_id == read.tenant_id, row.removed_at.is_(None))
    if before is not None:
        statement = statement.where(tuple_(row.created_at, row.id) < before)
    found = await read.run(statement.order_by(row.created_at.desc(), row.id.desc()).limit(limit))
    return [_asset(one) for one in found]


async def locked(tx: Tx, asset_id: AssetId) -> Asset | None:
    """Load a picture for a change, and keep others from changing it meanwhile."""
    row = AssetRow
    mine = (row.tenant_id == tx.tenant_id, row.id == asset_id)
    found = (await tx.run(select(*_ASSET).where(*mine).with_for_update())).first()
    return _asset(found) if found else None


async def add(tx: Tx, asset: Asset) -> bool:
    """Store a picture. False: the same content is there already."""
    row = {
        "id": asset.id,
        "kind": asset.kind,
        "name": asset.name,
        "width": asset.width,
        "height": asset.height,
        "tint": asset.tint,
        "alt": dict(asset.alt),
        "widths": list(asset.widths),
        "stored_bytes": asset.stored_bytes,
        "created_at": asset.created_at,
        "removed_at": None,
    }
    return await tx.insert(AssetRow, [row], skip_conflicts=True) == 1


async def put(tx: Tx, asset_id: AssetId, *, alt: Texts, removed_at: Instant | None) -> None:
    """Store what can change of a picture."""
    row = AssetRow
    await tx.run(
        update(row)
        .where(row.tenant_id == tx.tenant_id, row.id == asset_id)
        .values(alt=dict(alt), removed_at=removed_at)
    )


def _asset(row: Row[Any]) -> Asset:
    return Asset(
        row.id,
        "image",
        row.name,
        row.width,
        row.height,
        row.tint,
        row.alt,
        tuple(row.widths),
        row.stored_bytes,
        row.created_at,
        row.removed_at is not None,
    )
