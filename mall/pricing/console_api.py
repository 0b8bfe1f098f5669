"""What operators do with prices over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall.catalog import skus
from mall.kernel import paging
from mall.kernel.db import Read, Tx
from mall.kernel.ids import SkuId
from mall.kernel.problems import FieldError, InvalidFields
from mall.kernel.time import Instant
from mall.pricing import actions, queries
from mall.pricing.rules import MOST_MINOR, Price
from mall.staff import StaffMember, actor

type Minor = Annotated[int, Meta(ge=0, le=MOST_MINOR)]


class WritePrice(Struct, forbid_unknown_fields=True):
    """What a SKU costs; ``compare_at_minor`` is a higher former price, null: not shown."""

    sku_id: SkuId
    price_minor: Minor
    compare_at_minor: Minor | None = None


class WritePrices(Struct, forbid_unknown_fields=True):
    """Prices of SKUs, all or nothing."""

    prices: Annotated[list[WritePrice], Meta(min_length=1, max_length=500)]


@get("/prices", opt={"permission": "prices.read"})
async def list_prices(
    read: Read,
    sku_ids: Annotated[list[UUID], Parameter(query="sku_id", min_items=1, max_items=paging.MOST)],
) -> list[Price]:
    """List the prices of SKUs; one without a price is missing and cannot be sold."""
    wanted = [SkuId(one) for one in sku_ids]
    found = await queries.prices(read, wanted)
    return [found[one] for one in wanted if one in found]


@put("/prices", opt={"permission": "prices.write"})
async def set_prices(data: WritePrices, tx: Tx, staff: StaffMember, now: Instant) -> list[Price]:
    """Set prices of SKUs; orders that stand keep theirs."""
    known = await skus(tx, [one.sku_id for one in data.prices])
    texts = {"zh-CN": "没有这个规格", "en": "There is no such SKU"}
    unknown = [
        FieldError(f"prices.{n}.sku_id", "unknown", texts)
        for n, one in enumerate(data.prices)
        if one.sku_id not in known
    ]
    if unknown:
        raise InvalidFields(tuple(unknown))
    prices = [Price(one.sku_id, one.price_minor, one.compare_at_minor) for one in data.prices]
    await actions.set_prices(tx, prices, actor=actor(staff), now=now)
    return list((await queries.prices(tx, [one.sku_id for one in prices])).values())


HANDLERS: Sequence[HTTPRouteHandler] = (list_prices, set_prices)
