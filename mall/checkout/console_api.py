"""What operators change about where an order goes, over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from litestar import put
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta, Struct

from mall import orders
from mall.checkout import rules
from mall.kernel.db import Tx
from mall.kernel.time import Instant
from mall.members import Draft
from mall.orders import ShipTo
from mall.staff import StaffMember, actor


class RewriteShipTo(Struct, forbid_unknown_fields=True):
    """Where an order goes instead."""

    name: Annotated[str, Meta(max_length=50)]
    phone: Annotated[str, Meta(max_length=30)]
    region_code: Annotated[str, Meta(max_length=6)]
    detail: Annotated[str, Meta(max_length=200)]


@put("/orders/{number:str}/address", opt={"permission": "orders.change"})
async def change_address(
    number: str, data: RewriteShipTo, tx: Tx, staff: StaffMember, now: Instant
) -> ShipTo:
    """Send an order elsewhere before anything of it was sent; its freight stays as it was."""
    order = await orders.by_number(tx, number)
    draft = Draft(data.name, data.phone, data.region_code, data.detail)
    ship_to = rules.checked_ship_to(draft)
    await orders.change_address(tx, order.id, ship_to, actor=actor(staff), now=now)
    return ship_to


HANDLERS: Sequence[HTTPRouteHandler] = (change_address,)
