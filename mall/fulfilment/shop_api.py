"""Where a shopper's goods are, over HTTP."""

from collections.abc import Sequence

from litestar import get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from mall import orders
from mall.fulfilment import queries
from mall.fulfilment.carriers import load_carriers
from mall.fulfilment.rules import Parcel
from mall.kernel.db import Read
from mall.kernel.i18n import Texts
from mall.kernel.ids import ParcelId, ShopperId
from mall.kernel.time import Instant


class MyParcelLine(Struct):
    """Units of a line of the order."""

    line_no: int
    quantity: int


class MyParcel(Struct):
    """A parcel on its way; ``link`` is a page of its carrier, "" when there is none."""

    id: ParcelId
    carrier: str
    carrier_title: Texts
    tracking_no: str
    link: str
    lines: list[MyParcelLine]
    shipped_at: Instant


class ShownCarrier(Struct):
    """A company that carries parcels."""

    code: str
    title: Texts


@get("/orders/{number:str}/parcels", opt={"access": "shopper"})
async def list_parcels(number: str, read: Read, shopper_id: ShopperId) -> list[MyParcel]:
    """List the parcels of one of my orders, the oldest first."""
    order = await orders.by_number(read, number, shopper_id=shopper_id)
    return [_shown(one) for one in (await queries.parcels(read, [order.id])).get(order.id, [])]


@get("/carriers", opt={"access": "anyone", "cache": 1})
async def list_carriers() -> list[ShownCarrier]:
    """List the carriers that parcels come with."""
    return [ShownCarrier(code, one.titles) for code, one in load_carriers().items()]


def _shown(parcel: Parcel) -> MyParcel:
    carrier = load_carriers().get(parcel.carrier)
    return MyParcel(
        parcel.id,
        parcel.carrier,
        carrier.titles if carrier else {},
        parcel.tracking_no,
        queries.tracking_link(parcel),
        [MyParcelLine(line_no, units) for line_no, units in sorted(parcel.lines.items())],
        parcel.shipped_at,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (list_parcels, list_carriers)
