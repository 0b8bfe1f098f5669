"""Quotes and orders over HTTP."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Meta, Struct

from mall import members
from mall.checkout import errands, queries, rules
from mall.checkout.port import PlaceOrder
from mall.checkout.rules import Item, LineState, NoAddress, Quote
from mall.kernel.db import Read
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import AddressId, AssetId, OrderId, ProductId, SkuId
from mall.kernel.problems import FieldError, InvalidFields, Nothing
from mall.kernel.time import Instant
from mall.members import Address, BadRegion, Draft, Shopper
from mall.orders import ShipTo
from mall.tenants import Tenant

_PLAIN = r"^[^\x00]*$"  # one text that PostgreSQL cannot hold would fail a whole batch of orders


class WantedItem(Struct, forbid_unknown_fields=True):
    """Units of one SKU."""

    sku_id: SkuId
    quantity: Annotated[int, Meta(ge=1, le=999)]


type Items = Annotated[list[WantedItem], Meta(min_length=1, max_length=rules.LINES_AT_MOST)]


class AskQuote(Struct, forbid_unknown_fields=True):
    """What is to be quoted; ``items`` null: the ticked lines of the cart.

    It goes to an address of the member's book, else to a region, else to the member's default
    address; with none of these freight is not known yet.
    """

    items: Items | None = None
    address_id: AddressId | None = None
    region_code: Annotated[str, Meta(pattern="^[0-9]{6}$")] | None = None


class WriteShipTo(Struct, forbid_unknown_fields=True):
    """A place to deliver to that stands in no address book."""

    name: Annotated[str, Meta(max_length=50, pattern=_PLAIN)]
    phone: Annotated[str, Meta(max_length=30)]
    region_code: Annotated[str, Meta(max_length=6)]
    detail: Annotated[str, Meta(max_length=200, pattern=_PLAIN)]


class WriteOrder(Struct, forbid_unknown_fields=True):
    """An order; ``payable_minor`` is what the shopper saw and agreed to.

    ``items`` null: the ticked lines of the cart, which leave it. It goes to ``address_id`` of the
    member's book, or to ``ship_to``.
    """

    payable_minor: Annotated[int, Meta(ge=0, le=10**15)]
    items: Items | None = None
    address_id: AddressId | None = None
    ship_to: WriteShipTo | None = None
    note: Annotated[str, Meta(max_length=200, pattern=_PLAIN)] = ""
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
    compare_at_minor: int | None
    list_minor: int
    freight_share_minor: int
    available: int | None
    state: LineState


class QuotedAddress(Struct):
    """Where it would go."""

    id: AddressId
    name: str
    phone: str
    region_code: str
    region: tuple[str, ...]
    detail: str


class Quoted(Struct):
    """What it would cost now; ``freight_minor`` null: not known, or not delivered there.

    ``not_for_sale`` names what was asked for and cannot be bought at all; it counts nowhere.
    """

    currency: str
    lines: list[QuotedLine]
    not_for_sale: list[SkuId]
    goods_minor: int
    freight_minor: int | None
    payable_minor: int
    orderable: bool
    address: QuotedAddress | None


class OrderPlaced(Struct):
    """The order stands; its stock is held until ``pay_by``."""

    order_id: OrderId
    number: str
    payable_minor: int
    currency: str
    pay_by: Instant


@post("/checkout/quote", status_code=200, opt={"access": "shopper", "express": True})
async def quote_items(data: AskQuote, read: Read, tenant: Tenant, shopper: Shopper) -> Quoted:
    """Say what items would cost, and what stands in the way of ordering them."""
    items = _items(data.items) or await queries.chosen_items(read, shopper.id)
    address = await _address(read, data, shopper)
    region = address.region_code if address else data.region_code
    found = await queries.quote(read, items, region=region, currency=tenant.currency)
    return _quoted(found, items, address)


@post("/orders", status_code=201, opt={"access": "shopper", "express": True})
async def place_order(
    data: WriteOrder,
    place: PlaceOrder,
    run_errand: RunErrand,
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
    ship_to = _ship_to(data)
    items = _items(data.items) or await errands.items_of_cart(
        run_errand, shopper_id=shopper.id, idempotency_key=idempotency_key
    )
    placed = await place(
        rules.wanted(
            tenant,
            shopper,
            language,
            items=items,
            from_cart=data.from_cart or data.items is None,
            ship_to=ship_to,
            shown_payable_minor=data.payable_minor,
            buyer_note=data.note,
            idempotency_key=idempotency_key,
        )
    )
    return OrderPlaced(
        placed.order_id, placed.number, placed.payable_minor, placed.currency, placed.pay_by
    )


def _items(written: Sequence[WantedItem] | None) -> tuple[Item, ...]:
    return tuple(Item(one.sku_id, one.quantity) for one in written or ())


async def _address(read: Read, data: AskQuote, shopper: Shopper) -> Address | None:
    """Find where it would go. Raises Nothing, InvalidFields."""
    if data.address_id is not None:
        if shopper.member_id is None:
            raise Nothing("address")
        return await members.address(read, shopper.member_id, data.address_id)
    if data.region_code is None:
        return await queries.delivery_address(read, shopper.member_id, None)
    if members.region_names(data.region_code) is None:
        raise InvalidFields((FieldError("region_code", "bad_region", BadRegion.texts),))
    return None


def _ship_to(data: WriteOrder) -> AddressId | ShipTo:
    """Say where an order goes. Raises NoAddress, InvalidFields."""
    if data.address_id is not None:
        return data.address_id
    if data.ship_to is None:
        raise NoAddress
    one = data.ship_to
    try:
        return rules.checked_ship_to(Draft(one.name, one.phone, one.region_code, one.detail))
    except InvalidFields as problem:
        inside = tuple(replace(error, path=f"ship_to.{error.path}") for error in problem.errors)
        raise InvalidFields(inside) from problem


def _quoted(quote: Quote, items: Sequence[Item], address: Address | None) -> Quoted:
    known = {line.sku_id for line in quote.lines}
    gone = list(dict.fromkeys(item.sku_id for item in items if item.sku_id not in known))
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
            line.compare_at_minor,
            line.list_minor,
            line.freight_share_minor,
            line.available,
            line.state,
        )
        for line in quote.lines
    ]
    return Quoted(
        currency=quote.currency,
        lines=lines,
        not_for_sale=gone,
        goods_minor=quote.goods_minor,
        freight_minor=quote.freight_minor,
        payable_minor=quote.payable_minor,
        orderable=quote.orderable and not gone,
        address=_shown(address) if address else None,
    )


def _shown(address: Address) -> QuotedAddress:
    return QuotedAddress(
        address.id,
        address.name,
        address.phone,
        address.region_code,
        address.region,
        address.detail,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (quote_items, place_order)
