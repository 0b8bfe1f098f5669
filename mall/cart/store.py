"""The SQL of cart; no other file of this room speaks it."""

from collections.abc import Sequence

from sqlalchemy import Uuid, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from mall.cart.rules import UNITS_AT_MOST, CartLine
from mall.cart.tables import LineRow
from mall.kernel.db import Read, Tx
from mall.kernel.ids import ShopperId, SkuId
from mall.kernel.statements import TENANT, Prepared

_shopper = bindparam("shopper", type_=Uuid())
_LINES = Prepared(
    select(
        LineRow.sku_id,
        LineRow.quantity,
        LineRow.selected,
        LineRow.seen_price_minor,
        LineRow.added_at,
    )
    .where(LineRow.tenant_id == TENANT, LineRow.shopper_id == _shopper)
    .order_by(LineRow.added_at.desc(), LineRow.sku_id)
)
_UNITS = Prepared(
    select(func.coalesce(func.sum(LineRow.quantity), 0)).where(
        LineRow.tenant_id == TENANT, LineRow.shopper_id == _shopper
    )
)
_shoppers = bindparam("shoppers", type_=ARRAY(Uuid()))
_named = (
    func.unnest(_shoppers, bindparam("skus", type_=ARRAY(Uuid())))
    .table_valued("shopper_id", "sku_id", name="named")
    .render_derived()
)
_of_named = (
    LineRow.tenant_id == TENANT,
    LineRow.shopper_id == func.any(_shoppers),
    LineRow.shopper_id == _named.c.shopper_id,
    LineRow.sku_id == _named.c.sku_id,
)
_REMOVE = Prepared(delete(LineRow).where(*_of_named))
_LOCK = Prepared(
    select(LineRow.shopper_id, LineRow.sku_id)
    .where(*_of_named)
    .order_by(LineRow.shopper_id, LineRow.sku_id)
    .with_for_update(of=LineRow)
)


_SET = """(tenant_id, shopper_id, sku_id) DO UPDATE SET quantity = excluded.quantity,
selected = excluded.selected, seen_price_minor = excluded.seen_price_minor,
added_at = excluded.added_at"""
_ADD = _SET.replace(
    "= excluded.quantity", f"= LEAST(line.quantity + excluded.quantity, {UNITS_AT_MOST})"
)


async def lines(read: Read, shopper_id: ShopperId) -> list[CartLine]:
    """Load a cart, the newest line first."""
    return [CartLine(*row) for row in await read.rows(_LINES, shopper=shopper_id)]


async def units(read: Read, shopper_id: ShopperId) -> int:
    """Count the units in a cart."""
    found = await read.rows(_UNITS, shopper=shopper_id)
    return int(found[0][0])


def put(tx: Tx, shopper_id: ShopperId, lines: Sequence[CartLine], *, add: bool) -> None:
    """Store lines; ``add``: on top of the units that are there, up to the cap."""
    rows = [
        {
            "shopper_id": shopper_id,
            "sku_id": line.sku_id,
            "quantity": line.quantity,
            "selected": line.selected,
            "seen_price_minor": line.seen_price_minor,
            "added_at": line.added_at,
        }
        for line in sorted(lines, key=lambda line: line.sku_id)
    ]
    tx.add(LineRow, rows, on_conflict=_ADD if add else _SET)


async def select_lines(
    tx: Tx, shopper_id: ShopperId, sku_ids: Sequence[SkuId] | None, *, selected: bool
) -> None:
    """Tick or untick lines; ``sku_ids`` None: all."""
    statement = update(LineRow).where(
        LineRow.tenant_id == tx.tenant_id, LineRow.shopper_id == shopper_id
    )
    if sku_ids is not None:
        statement = statement.where(LineRow.sku_id.in_(list(sku_ids)))
    await tx.run(statement.values(selected=selected))


def remove(tx: Tx, lines: Sequence[tuple[ShopperId, SkuId]]) -> None:
    """Take lines out, of many carts at once."""
    gone = sorted(set(lines))
    shoppers, skus = [shopper for shopper, _ in gone], [sku for _, sku in gone]
    tx.put(_REMOVE, shoppers=shoppers, skus=skus)


async def lock(tx: Tx, lines: Sequence[tuple[ShopperId, SkuId]]) -> set[tuple[ShopperId, SkuId]]:
    """Lock lines of many carts, in key order; gives those that are there."""
    shoppers, skus = [shopper for shopper, _ in lines], [sku for _, sku in lines]
    found = await tx.rows(_LOCK, shoppers=shoppers, skus=skus)
    return {(shopper, sku) for shopper, sku in found}


async def clear(tx: Tx, shopper_id: ShopperId) -> None:
    """Empty a cart."""
    await tx.run(
        delete(LineRow).where(LineRow.tenant_id == tx.tenant_id, LineRow.shopper_id == shopper_id)
    )
