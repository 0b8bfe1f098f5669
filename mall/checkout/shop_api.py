"""Quotes and orders over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall import members
from mall.checkout import queries, rules
from mall.checkout.port import PlaceOrder
from mall.checkout.rules import Item, NoAddress, Quote
from mall.kernel.db import Read
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import AddressId, AssetId, MemberId, OrderId, ProductId, SkuId, new_uuid
from mall.kernel.time import Instant
from mall.members import Draft, Shopper
from mall.orders import ShipTo
from mall.tenants import Tenant

_NOBODY = MemberId(UUID(int=0))


class WantedItem(Struct, forbid_unknown_fields=True):
    """Units of one SKU."""

    sku_id: SkuId
    quantity: Annotated[int, Meta(ge=1, le=999)]


type Items = Annotated[list[WantedItem], Meta(min_length=1, max_length=120)]


class AskQuote(Struct, forbid_unknown_fields=True):
    """What is to be quoted; ``region_code`` null: freight is not known yet."""

    items: Items
    region_code: Annotated[str, Meta(pattern="^[0-9]{6}$")] | None = None


class WriteShipTo(Struct, forbid_unknown_fields=True):
    """A place to deliver to, as a guest writes it."""

    name: Annotated[str, Meta(max_length=50)]
    phone: Annotated[str, Meta(max_length=30)]
    region_code: Annotated[str, Meta(max_length=6)]
    detail: Annotated[str, Meta(max_length=200)]


class WriteOrder(Struct, forbid_unknown_fields=True):
    """An order; ``payable_minor`` is what the shopper saw and agreed to."""

    items: Items
    payable_minor: Annotated[int, Meta(ge=0, le=10**15)]
    address_id: AddressId | None = None
    ship_to: WriteShipTo | None = None
    note: Annotated[str, Meta(max_length=200)] = ""
    from_cart: bool = False


class QuotedLine(Struct):
    """One line of a quote."""

    sku_id: SkuId
    product_id: ProductId
    slug: str
    title: Texts
    options: Texts
    image: AssetId | None
    quantity: int
    unit_minor: int
    list_minor: int
    freight_share_minor: int
    available: int | None
    state: str


class Quoted(Struct):
    """What it would cost now; ``freight_minor`` null: not known, or not delivered there."""

    currency: str
    lines: list[QuotedLine]
    goods_minor: int
    freight_minor: int | None
    payable_minor: int
    orderable: bool


class OrderPlaced(Struct):
    """The order stands; its stock is held until ``pay_by``."""

    order_id: OrderId
    number: str
    payable_minor: int
    currency: str
    pay_by: Instant


@post("/checkout/quote", status_code=200, opt={"access": "anyone"})
async def quote_items(data: AskQuote, read: Read, tenant: Tenant) -> Quoted:
    """Say what items would cost, delivered to a region."""
    items = [Item(item.sku_id, item.quantity) for item in data.items]
    found = await queries.quote(read, items, region=data.region_code, currency=tenant.currency)
    return _quoted(found)


@post("/orders", status_code=201, opt={"access": "shopper"})
async def place_order(
    data: WriteOrder,
    place: PlaceOrder,
    shopper: Shopper,
    tenant: Tenant,
    language: Language,
    idempotency_key: Annotated[
        str,
        Parameter(
            header="Idempotency-Key",
            pattern=r"^[!-~]{8,100}$",
            description="8 to 100 visible ASCII characters; the same key places one order",
        ),
    ],
) -> OrderPlaced:
    """Place an order, all or nothing. When the amount differs from ``payable_minor`` nothing is
    placed and the problem holds the new quote.
    """
    want = rules.PlaceWant(
        shopper_id=shopper.id,
        member_id=shopper.member_id,
        items=rules.checked_items([Item(item.sku_id, item.quantity) for item in data.items]),
        from_cart=data.from_cart,
        ship_to=_ship_to(data),
        shown_payable_minor=data.payable_minor,
        buyer_note=data.note.strip(),
        channel="web",
        language=language,
        currency=tenant.currency,
        time_zone=tenant.time_zone,
        idempotency_key=idempotency_key,
    )
    placed = await place(want)
    return OrderPlaced(
        placed.order_id, placed.number, placed.payable_minor, placed.currency, placed.pay_by
    )


def _ship_to(data: WriteOrder) -> AddressId | ShipTo:
    if data.address_id is not None:
        return data.address_id
    if data.ship_to is None:
        raise NoAddress
    one = data.ship_to
    draft = Draft(one.name, one.phone, one.region_code, one.detail)
    names = members.region_names(one.region_code)
    checked = members.checked_address(draft, names, id=AddressId(new_uuid()), member_id=_NOBODY)
    return ShipTo(checked.name, checked.phone, one.region_code, checked.region, checked.detail)


def _quoted(quote: Quote) -> Quoted:
    lines = [
        QuotedLine(
            line.sku_id,
            line.product_id,
            line.slug,
            line.title,
            line.options,
            line.image,
            line.quantity,
            line.unit_minor,
            line.list_minor,
            line.freight_share_minor,
            line.available,
            line.state,
        )
        for line in quote.lines
    ]
    return Quoted(
        quote.currency,
        lines,
        quote.goods_minor,
        quote.freight_minor,
        quote.payable_minor,
        quote.orderable,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (quote_items, place_order)
