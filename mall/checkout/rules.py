"""What an order would cost, and what stands in its way: the quote is a pure function."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, ClassVar, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from mall import members
from mall.fulfilment import FreightLine, FreightTemplate, NoDelivery, NoTemplate, charge
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import (
    AddressId,
    AssetId,
    MemberId,
    OrderId,
    ProductId,
    ShopperId,
    SkuId,
)
from mall.kernel.problems import Conflict, Invalid
from mall.kernel.time import Instant
from mall.members import Draft, Shopper
from mall.orders import ShipTo
from mall.tenants import Tenant

PAY_WITHIN = timedelta(minutes=30)
HOLD_GRACE = timedelta(minutes=10)  # stock outlives the time to pay: a late success still finds it
LINES_AT_MOST = 120
_NO_ADDRESS, _NOBODY = AddressId(UUID(int=0)), MemberId(UUID(int=0))

type LineState = Literal["ok", "too_many", "sold_out", "gone", "no_delivery"]


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units of one SKU that somebody wants to buy."""

    sku_id: SkuId
    quantity: int


@dataclass(frozen=True, slots=True, eq=False)  # compared by what it is, in no time
class Offer:
    """What the mall says of a SKU now. It is remembered, and another one when that changes."""

    sku_id: SkuId
    product_id: ProductId
    slug: str
    title: Texts
    options: Texts
    image: AssetId | None
    weight_grams: int
    freight: FreightTemplate | None
    price_minor: int
    compare_at_minor: int | None


class QuoteLine(msgspec.Struct, frozen=True):
    """One line of a quote. Amounts in minor units."""

    sku_id: SkuId
    product_id: ProductId
    slug: str
    title: Texts
    options: Texts
    image: AssetId | None
    quantity: int
    unit_minor: int
    compare_at_minor: int | None
    list_minor: int  # quantity x unit
    freight_share_minor: int
    weight_grams: int  # of the whole line
    available: int | None
    state: LineState


class Quote(msgspec.Struct, frozen=True):
    """What an order would cost."""

    currency: str
    lines: tuple[QuoteLine, ...]
    goods_minor: int
    freight_minor: int | None  # None: nobody knows yet where it goes
    payable_minor: int

    @property
    def orderable(self) -> bool:
        """Tell whether it can be ordered as it stands."""
        fine = all(line.state == "ok" for line in self.lines)
        return bool(self.lines) and fine and self.freight_minor is not None


class PlaceWant(msgspec.Struct, frozen=True):
    """An order that a shopper wants to place."""

    shopper_id: ShopperId
    member_id: MemberId | None
    items: tuple[Item, ...]  # checked
    from_cart: bool  # what is bought leaves the cart
    ship_to: AddressId | ShipTo  # of the member's book, or as a guest wrote it (checked)
    shown_payable_minor: int  # what the shopper saw and agreed to
    buyer_note: str
    channel: str
    language: str
    currency: str
    time_zone: str  # of the mall, for the date in the number
    idempotency_key: str


class Placed(msgspec.Struct, frozen=True):
    """The order stands; its stock is held until ``pay_by``."""

    order_id: OrderId
    number: str
    payable_minor: int
    currency: str
    pay_by: Instant


@dataclass(eq=False)
class PriceMoved(Conflict):
    """The order costs something else than the shopper has seen; here is what."""

    code: ClassVar[str] = "checkout.price_moved"
    texts: ClassVar[Texts] = {
        "zh-CN": "价格或运费有变化，请确认新的金额后再提交",
        "en": "The price or the freight has changed; please look at the new amount and confirm it",
    }
    shown_minor: int
    quote: Quote

    def fields(self) -> dict[str, Any]:
        """Name the typed fields; the quote is told whole."""
        return {"shown_minor": self.shown_minor, "quote": msgspec.to_builtins(self.quote)}


@dataclass(eq=False)
class KeyReused(Conflict):
    """An idempotency key that has placed a different order."""

    code: ClassVar[str] = "checkout.key_reused"
    texts: ClassVar[Texts] = {
        "zh-CN": "这个提交编号已用于另一张订单（{number}），请重新进入结算页",
        "en": "This key has placed another order ({number}); please start checkout again",
    }
    number: str


class CartChanged(Conflict):
    """Something of the cart that was to be ordered is not in it any more."""

    code: ClassVar[str] = "checkout.cart_changed"
    texts: ClassVar[Texts] = {
        "zh-CN": "购物车已有变化，其中的商品可能已经下单，请查看订单和购物车后再提交",
        "en": "Your cart has changed; it may have been ordered already. "
        "Please look at your orders and your cart first",
    }


@dataclass(eq=False)
class Unsellable(Conflict):
    """Something among the goods is not for sale any more."""

    code: ClassVar[str] = "checkout.not_for_sale"
    texts: ClassVar[Texts] = {
        "zh-CN": "有商品已下架，请移除后再提交",
        "en": "An item is no longer for sale; please remove it",
    }
    sku_id: SkuId


class NoAddress(Invalid):
    """An order without a place to go."""

    code: ClassVar[str] = "checkout.no_address"
    texts: ClassVar[Texts] = {
        "zh-CN": "请先填写收货地址",
        "en": "Please give a delivery address first",
    }


class NothingToBuy(Invalid):
    """An order without goods, or with impossible quantities."""

    code: ClassVar[str] = "checkout.nothing_to_buy"
    texts: ClassVar[Texts] = {
        "zh-CN": "请先选择要购买的商品（每种 1 到 999 件，最多 120 种）",
        "en": "Choose something to buy first (1 to 999 units each, 120 different items at most)",
    }


def quote(
    items: Sequence[Item],
    offers: Mapping[SkuId, Offer],
    available: Mapping[SkuId, int] | None,
    *,
    region: str | None,
    currency: str,
) -> Quote:
    """Say what the items cost, delivered to ``region`` (six digits; None: not known yet).

    ``available`` None: nobody has asked the shelves, which will decide.

    Items without an offer are missing. Lines that cannot be bought count, so that nothing
    vanishes silently; such a quote is not orderable.
    """
    wanted = tuple(
        (offer, item.quantity) for item in items if (offer := offers.get(item.sku_id)) is not None
    )
    priced = _priced(wanted, region, currency)
    if available is None:
        return priced
    lines = tuple(_with_stock(line, available.get(line.sku_id, 0)) for line in priced.lines)
    return msgspec.structs.replace(priced, lines=lines)


type _Wanted = tuple[tuple[Offer, int], ...]  # each with its units


@lru_cache(maxsize=16_384)  # an order is the quote that was shown a moment before
def _priced(wanted: _Wanted, region: str | None, currency: str) -> Quote:
    shares, freight, unreached = _freight(wanted, region)
    lines = tuple(
        QuoteLine(
            sku_id=offer.sku_id,
            product_id=offer.product_id,
            slug=offer.slug,
            title=offer.title,
            options=offer.options,
            image=offer.image,
            quantity=units,
            unit_minor=offer.price_minor,
            compare_at_minor=offer.compare_at_minor,
            list_minor=offer.price_minor * units,
            freight_share_minor=shares[position],
            weight_grams=offer.weight_grams * units,
            available=None,
            state="no_delivery" if position == unreached else "ok",
        )
        for position, (offer, units) in enumerate(wanted)
    )
    goods = sum(line.list_minor for line in lines)
    return Quote(currency, lines, goods, freight, goods + (freight or 0))


def _freight(wanted: _Wanted, region: str | None) -> tuple[list[int], int | None, int | None]:
    """Say what delivery costs line by line and in all, and which line cannot be delivered."""
    nothing = [0] * len(wanted)
    if region is None:
        return nothing, None, None
    lines = [
        FreightLine(
            offer.freight and offer.freight.id,
            units,
            offer.weight_grams * units,
            offer.price_minor * units,
        )
        for offer, units in wanted
    ]
    templates = {offer.freight.id: offer.freight for offer, _ in wanted if offer.freight}
    try:
        shares = charge(templates, lines, region).shares_minor
    except (NoDelivery, NoTemplate) as refusal:
        return nothing, None, refusal.position
    return shares, sum(shares), None


def _with_stock(line: QuoteLine, available: int) -> QuoteLine:
    state = line.state
    if state == "ok" and line.quantity > available:
        state = "too_many" if available > 0 else "sold_out"
    return msgspec.structs.replace(line, available=available, state=state)


def checked_items(items: Sequence[Item]) -> tuple[Item, ...]:
    """Give the items back, those of one SKU together. Raises NothingToBuy."""
    units: dict[SkuId, int] = {}
    for item in items:
        if item.quantity < 1:
            raise NothingToBuy
        units[item.sku_id] = units.get(item.sku_id, 0) + item.quantity
    if not units or len(units) > LINES_AT_MOST or max(units.values()) > 999:
        raise NothingToBuy
    if len(units) == len(items):
        return tuple(items)
    return tuple(Item(sku_id, quantity) for sku_id, quantity in units.items())


def wanted(
    tenant: Tenant,
    shopper: Shopper,
    language: Language,
    *,
    items: Sequence[Item],
    from_cart: bool,
    ship_to: AddressId | ShipTo,
    shown_payable_minor: int,
    buyer_note: str,
    idempotency_key: str,
    channel: str = "web",
) -> PlaceWant:
    """Say what a shopper wants to order in a mall. Raises NothingToBuy."""
    return PlaceWant(
        shopper_id=shopper.id,
        member_id=shopper.member_id,
        items=checked_items(items),
        from_cart=from_cart,
        ship_to=ship_to,
        shown_payable_minor=shown_payable_minor,
        buyer_note=buyer_note.strip(),
        channel=channel,
        language=language,
        currency=tenant.currency,
        time_zone=tenant.time_zone,
        idempotency_key=idempotency_key,
    )


def checked_ship_to(draft: Draft) -> ShipTo:
    """Check an address that stands in no book. Raises InvalidFields, naming every wrong field."""
    names = members.region_names(draft.region_code)
    one = members.checked_address(draft, names, id=_NO_ADDRESS, member_id=_NOBODY)
    return ShipTo(one.name, one.phone, one.region_code, one.region, one.detail)


def fingerprint(want: PlaceWant) -> bytes:
    """Sum up what a want asks for, so that a reused key is noticed."""
    asked = (
        sorted((item.sku_id, item.quantity) for item in want.items),
        want.ship_to,
        want.shown_payable_minor,
        want.buyer_note,
    )
    return hashlib.sha256(msgspec.json.encode(asked)).digest()


def order_number(now: Instant, time_zone: str) -> str:
    """Make the number that people read out: the mall's date and ten random digits."""
    day = _day(now.replace(second=0, microsecond=0), time_zone)  # remembered for that minute
    # secrets.randbelow tries until it is exact; 80 bits are as good as that, for a quarter of it
    return f"{day}{int.from_bytes(os.urandom(10)) % 10**10:010d}"


@lru_cache(maxsize=256)
def _day(now: Instant, time_zone: str) -> str:
    return f"{now.astimezone(ZoneInfo(time_zone)):%y%m%d}"
