"""The SQL of pricing; no other file of this room speaks it."""

from collections.abc import Sequence

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from mall.kernel.db import Read, Tx
from mall.kernel.ids import SkuId
from mall.kernel.statements import TENANT, Prepared
from mall.kernel.time import Instant
from mall.pricing.rules import Price
from mall.pricing.tables import PriceRow

_PRICES = Prepared(
    select(PriceRow.sku_id, PriceRow.price_minor, PriceRow.compare_at_minor).where(
        PriceRow.tenant_id == TENANT,
        PriceRow.sku_id == func.any(bindparam("skus", type_=ARRAY(Uuid()))),
    )
)


async def prices_of(read: Read, sku_ids: Sequence[SkuId]) -> dict[SkuId, Price]:
    """Load the prices of the SKUs that have one."""
    return {row[0]: Price(*row) for row in await read.rows(_PRICES, skus=list(sku_ids))}


async def put(tx: Tx, prices: Sequence[Price], *, at: Instant) -> None:
    """Store prices in key order, in place of earlier ones."""
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "sku_id": price.sku_id,
            "price_minor": price.price_minor,
            "compare_at_minor": price.compare_at_minor,
            "changed_at": at,
        }
        for price in sorted(prices, key=lambda price: price.sku_id)
    ]
    statement = upsert(PriceRow).values(rows)
    await tx.run(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "sku_id"],
            set_={
                "price_minor": statement.excluded.price_minor,
                "compare_at_minor": statement.excluded.compare_at_minor,
                "changed_at": statement.excluded.changed_at,
            },
        )
    )
