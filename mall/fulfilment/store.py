"""The SQL of fulfilment; no other file of this room speaks it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from mall.fulfilment.rules import FreightTemplate, Parcel, Tariff
from mall.fulfilment.tables import FreightTemplateRow, ParcelRow
from mall.kernel.db import Read, Tx
from mall.kernel.ids import FreightTemplateId, OrderId, ParcelId
from mall.kernel.statements import TENANT
from mall.kernel.time import Instant

_TEMPLATES = (
    select(
        FreightTemplateRow.id,
        FreightTemplateRow.title,
        FreightTemplateRow.measure,
        FreightTemplateRow.tariffs,
    )
    .where(FreightTemplateRow.tenant_id == TENANT)
    .order_by(FreightTemplateRow.id)
)


async def templates(read: Read) -> dict[FreightTemplateId, FreightTemplate]:
    """Load every template of the mall."""
    found = await read.run(_TEMPLATES, {"tenant": read.tenant_id})
    return {
        row.id: FreightTemplate(
            row.id, row.title, row.measure, msgspec.convert(row.tariffs, tuple[Tariff, ...])
        )
        for row in found
    }


async def put_template(tx: Tx, template: FreightTemplate, *, at: Instant) -> None:
    """Store a template in place of the earlier one of that id."""
    row = {
        "title": template.title,
        "measure": template.measure,
        "tariffs": msgspec.to_builtins(template.tariffs),
        "changed_at": at,
    }
    statement = upsert(FreightTemplateRow).values(tenant_id=tx.tenant_id, id=template.id, **row)
    await tx.run(statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=row))


async def remove_template(tx: Tx, template_id: FreightTemplateId) -> None:
    """Forget a template."""
    row = FreightTemplateRow
    await tx.run(delete(row).where(row.tenant_id == tx.tenant_id, row.id == template_id))


async def add_parcel(tx: Tx, order_id: OrderId, parcel: Parcel) -> bool:
    """Store a parcel. False: this order has one with that number already."""
    row = {
        "id": parcel.id,
        "order_id": order_id,
        "carrier": parcel.carrier,
        "tracking_no": parcel.tracking_no,
        "lines": {str(line): units for line, units in parcel.lines.items()},
        "shipped_at": parcel.shipped_at,
    }
    return await tx.insert(ParcelRow, [row], skip_conflicts=True) == 1


async def parcels(read: Read, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Parcel]]:
    """Load the parcels of orders, the oldest first."""
    found = await read.run(
        select(ParcelRow.__table__)
        .where(ParcelRow.tenant_id == read.tenant_id, ParcelRow.order_id.in_(list(order_ids)))
        .order_by(ParcelRow.shipped_at, ParcelRow.id)
    )
    by_order = dict[OrderId, list[Parcel]]()
    for row in found:
        by_order.setdefault(row.order_id, []).append(_parcel(row))
    return by_order


async def parcel(read: Read, parcel_id: ParcelId) -> tuple[OrderId, Parcel] | None:
    """Load one parcel with its order."""
    found = await read.run(
        select(ParcelRow.__table__).where(
            ParcelRow.tenant_id == read.tenant_id, ParcelRow.id == parcel_id
        )
    )
    row = found.first()
    return (row.order_id, _parcel(row)) if row else None


async def set_tracking(tx: Tx, parcel_id: ParcelId, carrier: str, tracking_no: str) -> None:
    """Correct how a parcel is followed."""
    await tx.run(
        update(ParcelRow)
        .where(ParcelRow.tenant_id == tx.tenant_id, ParcelRow.id == parcel_id)
        .values(carrier=carrier, tracking_no=tracking_no)
    )


def _parcel(row: Row[Any]) -> Parcel:
    lines = {int(line): units for line, units in row.lines.items()}
    return Parcel(row.id, row.carrier, row.tracking_no, lines, row.shipped_at)
