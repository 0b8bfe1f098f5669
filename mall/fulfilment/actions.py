"""Sending goods. Each action runs inside the caller's transaction."""

import re
from collections.abc import Mapping

from mall import inventory, orders
from mall.fulfilment import rules, store
from mall.fulfilment.carriers import load_carriers
from mall.fulfilment.events import ParcelShipped
from mall.fulfilment.rules import (
    BadTracking,
    FreightTemplate,
    Parcel,
    TrackingTaken,
    UnknownCarrier,
)
from mall.kernel.audit import Actor, record
from mall.kernel.db import Tx
from mall.kernel.ids import FreightTemplateId, OrderId, ParcelId, new_uuid
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant


async def ship(
    tx: Tx,
    order_id: OrderId,
    lines: Mapping[int, int] | None,
    *,
    carrier: str,
    tracking_no: str,
    actor: Actor,
    now: Instant,
) -> None:
    """Send units of an order as one parcel. ``lines`` None: everything that is left to send.

    A repeated call with the same carrier and number changes nothing. Raises UnknownCarrier,
    BadTracking, and what orders say of units that cannot be sent (unpaid, refunded, sent).
    """
    tracking_no = checked_number(carrier, tracking_no)
    order = await orders.lock(tx, order_id)
    known = (await store.parcels(tx, [order_id])).get(order_id, [])
    if any((p.carrier, p.tracking_no) == (carrier, tracking_no) for p in known):
        return
    chosen = orders.sendable(order, lines)
    parcel = Parcel(ParcelId(new_uuid()), carrier, tracking_no, chosen, now)
    await store.add_parcel(tx, order_id, parcel)
    await orders.mark_shipped(tx, order, chosen, actor=actor, note=tracking_no, now=now)
    skus = {line.line_no: line.sku_id for line in order.lines}
    await inventory.ship(
        tx, order_id, rules.units_by_sku(chosen, skus), parcel_id=parcel.id, now=now
    )
    await tx.announce(ParcelShipped(parcel.id, order_id, carrier, tracking_no))


async def correct_tracking(
    tx: Tx, parcel_id: ParcelId, *, carrier: str, tracking_no: str, actor: Actor, now: Instant
) -> None:
    """Correct the carrier or number of a parcel.

    Raises Nothing, UnknownCarrier, BadTracking, TrackingTaken.
    """
    tracking_no = checked_number(carrier, tracking_no)
    found = await store.parcel(tx, parcel_id)
    if found is None:
        raise Nothing("parcel")
    order_id, before = found
    await orders.lock(tx, order_id)
    for other in (await store.parcels(tx, [order_id]))[order_id]:
        same = (other.carrier, other.tracking_no) == (carrier, tracking_no)
        if same and other.id != parcel_id:
            raise TrackingTaken(tracking_no)
    await store.set_tracking(tx, parcel_id, carrier, tracking_no)
    values = (
        {"carrier": before.carrier, "tracking_no": before.tracking_no},
        {"carrier": carrier, "tracking_no": tracking_no},
    )
    await record(tx, actor, "fulfilment.correct_tracking", ("order", order_id), *values, now)


async def set_template(tx: Tx, template: FreightTemplate, *, actor: Actor, now: Instant) -> None:
    """Set a freight template. Raises BadTariff."""
    before = (await store.templates(tx)).get(template.id)
    await store.put_template(tx, rules.checked(template), at=now)
    subject = ("freight_template", template.id)
    await record(tx, actor, "fulfilment.set_template", subject, before, template, now)


async def remove_template(
    tx: Tx, template_id: FreightTemplateId, *, actor: Actor, now: Instant
) -> None:
    """Remove a freight template; goods that use it cannot be ordered until they get another."""
    before = (await store.templates(tx)).get(template_id)
    if before is None:
        raise Nothing("freight_template")
    await store.remove_template(tx, template_id)
    subject = ("freight_template", template_id)
    await record(tx, actor, "fulfilment.remove_template", subject, before, None, now)


def checked_number(carrier: str, tracking_no: str) -> str:
    """Give the tracking number as it is stored. Raises UnknownCarrier, BadTracking."""
    known = load_carriers().get(carrier)
    if known is None:
        raise UnknownCarrier(carrier)
    number = tracking_no.strip().upper()
    if not re.fullmatch(known.pattern, number):
        raise BadTracking(carrier, tracking_no)
    return number
