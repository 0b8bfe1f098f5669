"""My orders: the list, and one order with its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler

from mall import fulfilment, orders
from mall.doors.given import AnyRequest
from mall.doors.storefront import order_words
from mall.doors.storefront.cards import images_of
from mall.doors.storefront.filled import asked
from mall.doors.storefront.links import linked
from mall.doors.storefront.pages import Frame, Page, page, personal
from mall.doors.storefront.pay import time_left
from mall.fulfilment import Parcel
from mall.kernel.db import Read
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import AssetId
from mall.kernel.problems import InvalidFields
from mall.kernel.time import Instant
from mall.members import Shopper
from mall.orders import Filter, Line, Order
from mall.tenants import Tenant

_ON_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order on the list."""

    order: Order
    state: str
    quiet: bool  # nothing is to be done
    units: int
    refund: str
    next: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of an order as it was bought."""

    slug: str
    title: Texts
    options: Texts
    image: AssetId | None
    quantity: int
    unit_minor: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line with what has happened to it since."""

    shown: ShownLine
    words: list[str]


@dataclass(frozen=True, slots=True)
class ShownParcel:
    """Goods on their way."""

    carrier: str
    tracking_no: str
    link: str
    shipped_at: Instant
    units: int


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """Money on its way back."""

    state: str
    amount_minor: int
    reason: str
    at: Instant


@get("/orders", opt={"access": "shopper"})
async def list_orders(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    now: Instant,
) -> Page:
    """List my orders by tab, the newest first."""
    query = asked(request)
    state = query.text("state") if query.text("state") in order_words.TABS else ""
    wanted = Filter(shopper.id, order_words.TABS[state], refunding=state == "refunds")
    try:
        found = await orders.orders(
            read, wanted, cursor=query.text("after") or None, limit=_ON_A_PAGE
        )
    except InvalidFields:
        found = await orders.orders(read, wanted, cursor=None, limit=_ON_A_PAGE)
    frame = await personal(request, read, tenant, language, shopper.id)
    counted = await state_counts(read, shopper)
    names = order_words.tab_names(frame.say)
    images = [line.placed.image for order in found.items for line in order.lines[:4]]
    after = linked("/orders", [("state", state), ("after", found.next_cursor or "")])
    return page(
        "orders.html",
        frame,
        tabs=[(key, name, counted.get(key, 0)) for key, name in names.items()],
        state=state,
        orders=[_card(frame, order) for order in found.items],
        images=await images_of(read, images),
        now=now,
        after=after if found.next_cursor else "",
    )


@get("/orders/{number:str}", opt={"access": "shopper"})
async def show_order(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    now: Instant,
) -> Page:
    """Show one order: where it stands, its parcels, goods, amounts and timeline."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    return await order_page(request, read, tenant, language, shopper, order, now)


async def order_page(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    order: Order,
    now: Instant,
    **shown: Any,
) -> Page:
    """Show one order, with a ``problem`` when something was refused (and its ``status``)."""
    frame = await personal(request, read, tenant, language, shopper.id)
    say = frame.say
    parcels = (await fulfilment.parcels(read, [order.id])).get(order.id, [])
    refunds = await orders.refunds(read, order.id)
    done = asked(request).text("done")
    notices = {
        "cancel": say("已提交取消申请。"),
        "receive": say("已确认收货，感谢您的购买。"),
        "refund": say("退款申请已提交，进度会在下面更新。"),
    }
    return page(
        "order.html",
        frame,
        status=shown.get("status", 200),
        order=order,
        notice=notices.get(done, ""),
        problem=shown.get("problem", ""),
        state_words=order_words.state_words(say, order),
        next_words=order_words.next_words(say, order),
        left=time_left(order.pay_by, now),
        steps=order_words.steps(say, order),
        parcels=[_parcel(frame, parcel) for parcel in parcels],
        lines=[_line(frame, line) for line in order.lines],
        images=await images_of(read, (line.placed.image for line in order.lines)),
        refunds=[
            ShownRefund(
                order_words.refund_words(say, one),
                one.amount_minor,
                order_words.reason_words(say, one.reason),
                one.ended_at or one.asked_at,
            )
            for one in reversed(refunds)
        ],
        timeline=order_words.told(say, order, await orders.timeline(read, order.id)),
        goods_minor=order.payable_minor - order.freight_minor,
        units=sum(line.quantity for line in order.lines),
        can=order_words.what_can_be_done(order),
        now=now,
    )


async def state_counts(read: Read, shopper: Shopper) -> dict[str, int]:
    """Count my orders by tab; those where nothing waits are not counted."""
    counts = await orders.counts(read, shopper.id)
    return {
        tab: sum(counts.get(state, 0) for state in states)
        for tab, states in order_words.TABS.items()
        if states
    }


def shown_line(line: Line) -> ShownLine:
    """Show a line as it was bought."""
    placed = line.placed
    unit = placed.unit_minor
    return ShownLine("", placed.title, placed.options, placed.image, placed.quantity, unit)


def _card(frame: Frame, order: Order) -> OrderCard:
    say, refund = frame.say, ""
    if order.refunded_minor and order.state != "closed":
        refund = say("已退款 {amount}", amount=say.money(order.refunded_minor))
    return OrderCard(
        order,
        order_words.state_words(say, order),
        order.state in {"received", "closed", "cancelled"},
        sum(line.quantity for line in order.lines),
        refund,
        order_words.the_next_step(order),
    )


def _line(frame: Frame, line: Line) -> OrderLine:
    say, words = frame.say, list[str]()
    if line.refunded:
        words.append(say("已退款 {n} 件", n=line.refunded))
    if 0 < line.shipped < line.quantity - line.released:
        words.append(say("已发货 {n} 件", n=line.shipped))
    return OrderLine(shown_line(line), words)


def _parcel(frame: Frame, parcel: Parcel) -> ShownParcel:
    carrier = fulfilment.load_carriers().get(parcel.carrier)
    return ShownParcel(
        frame.text(carrier.titles) if carrier else parcel.carrier,
        parcel.tracking_no,
        fulfilment.tracking_link(parcel),
        parcel.shipped_at,
        sum(parcel.lines.values()),
    )


HANDLERS: Sequence[HTTPRouteHandler] = (list_orders, show_order)
