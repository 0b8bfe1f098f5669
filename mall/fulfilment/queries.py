"""What the mall can ask about freight and parcels."""

from collections.abc import Sequence

from mall.fulfilment import store
from mall.fulfilment.carriers import load_carriers
from mall.fulfilment.rules import FreightTemplate, Parcel
from mall.kernel.db import Read
from mall.kernel.ids import FreightTemplateId, OrderId


async def freight_templates(read: Read) -> dict[FreightTemplateId, FreightTemplate]:
    """Load every freight template of the mall."""
    return await store.templates(read)


async def parcels(read: Read, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Parcel]]:
    """Load the parcels of orders, the oldest first; an order without one is missing."""
    return await store.parcels(read, order_ids)


def tracking_link(parcel: Parcel) -> str:
    """Tell where a person follows the parcel; "" when the carrier has no such page."""
    carrier = load_carriers().get(parcel.carrier)
    return carrier.link.replace("{no}", parcel.tracking_no) if carrier else ""
