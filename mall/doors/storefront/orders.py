"""The orders of one shopper: the list, one order with its timeline, what can be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import cart, fulfilment, orders
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.cards import images_of
from mall.doors.storefront.filled import Filled, asked, filled
from mall.doors.storefront.links import linked
from mall.doors.storefront.pages import Frame, Page, moved, page, personal
from mall.doors.storefront.pay import time_left
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language, pick
from mall.kernel.problems import InvalidFields, Problem
from mall.kernel.time import Instant, utc_now
from mall.members import Shopper
from mall.orders import Filter, Line, Order, PlacedLine
from mall.tenants import Tenant

_ON_A_PAGE = 10
_STATES: Mapping[str, tuple[str, ...] | None] = {
    "": None,
    "unpaid": ("unpaid",),
    "paid": ("paid", "partly_shipped"),
    "shipped": ("shipped",),
    "refund": None,
}
_STATE_WORDS = {
    "unpaid": "待付款",
    "paid": "待发货",
    "partly_shipped": "部分已发货",
    "shipped": "待收货",
    "received": "已完成",
    "closed": "已结束",
    "cancelled": "已取消",
}
_NEXT_WORDS = {
    "unpaid": "剩余支付时间",
    "paid": "商家正在备货，发货后会发消息告诉您。",
    "partly_shipped": "一部分已经在路上，其余的正在备货。",
    "shipped": "包裹在路上，收到后请确认收货。",
    "received": "感谢您的购买。",
    "closed": "这张订单已经结束。",
    "cancelled": "订单已取消，已付的款项会原路退回。",
}
_HAPPENED = {
    "pay": "付款成功",
    "revive": "付款成功，订单恢复",
    "cancel": "订单取消",
    "closing": "正在取消",
    "ship_part": "部分商品发出",
    "ship_all": "商品已全部发出",
    "receive": "已收货",
    "close": "订单结束",
    "return_requested": "申请退款",
    "return_refused": "退款申请未通过",
    "refunding": "正在退款",
    "refunded": "退款已到账",
    "refund_failed": "退款遇到问题，商家正在处理",
    "sent_back": "款项原路退回",
    "price_adjusted": "商家改价",
    "address_changed": "收货地址已修改",
}
_REFUND_WORDS = {
    "requested": "等待商家审核",
    "running": "退款中",
    "succeeded": "已退款",
    "failed": "退款处理中",
    "refused": "未通过",
    "granted": "已同意",
}
REASONS = ("不想要了", "拍错了", "商品有问题", "与描述不符", "其他")


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order on the list."""

    order: Order
    state: str
    quiet: bool
    units: int
    refund: str
    next: str


@dataclass(frozen=True, slots=True)
class ShownParcel:
    """A parcel on its way."""

    link: str
    carrier: str
    tracking_no: str
    shipped_at: Instant
    units: int


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with what has happened to it; ``left`` units can still be refunded."""

    no: int
    shown: PlacedLine
    words: list[str]
    left: int
    typed: int = 0


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """A refund as its buyer sees it."""

    state: str
    amount_minor: int
    reason: str
    at: Instant


@get("/orders", opt={"access": "shopper"})
async def list_orders(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Page:
    """List my orders, the newest first."""
    frame = await personal(request, read, tenant, language, shopper.id)
    query = asked(request)
    state = query.text("state") if query.text("state") in _STATES else ""
    wanted = Filter(shopper.id, _STATES[state], refunding=state == "refund")
    cursor = query.text("after") or None
    try:
        found = await orders.orders(read, wanted, cursor=cursor, limit=_ON_A_PAGE)
    except InvalidFields:
        found = await orders.orders(read, wanted, cursor=None, limit=_ON_A_PAGE)
    images = await images_of(
        read, (line.placed.image for one in found.items for line in one.lines[:4])
    )
    after = found.next_cursor
    return page(
        "orders.html",
        frame,
        tabs=await tabs(read, frame, shopper),
        state=state,
        orders=[_card(frame, one) for one in found.items],
        images=images,
        now=utc_now(),
        after=linked("/orders", [("state", state), ("after", after)]) if after else "",
    )


async def tabs(read: Read, frame: Frame, shopper: Shopper) -> list[tuple[str, str, int]]:
    """Name the lists of orders, with how many wait for something."""
    counts = await orders.counts(read, shopper.id)
    waiting = counts.get("paid", 0) + counts.get("partly_shipped", 0)
    return [
        ("", frame.say("全部"), 0),
        ("unpaid", frame.say("待付款"), counts.get("unpaid", 0)),
        ("paid", frame.say("待发货"), waiting),
        ("shipped", frame.say("待收货"), counts.get("shipped", 0)),
        ("refund", frame.say("售后"), 0),
    ]


@get("/orders/{number:str}", opt={"access": "shopper"})
async def show_order(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page:
    """Show one order: how far it is, its parcels, goods, refunds, and the timeline."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    frame = await personal(request, read, tenant, language, shopper.id)
    say, now = frame.say, utc_now()
    sent = (await fulfilment.parcels(read, [order.id])).get(order.id, [])
    happened = await orders.timeline(read, order.id)
    refunds = await orders.refunds(read, order.id)
    can = possible(order)
    return page(
        "order.html",
        frame,
        order=order,
        notice=say("已收货，感谢您的购买。") if asked(request).text("said") == "received" else "",
        problem="",
        state_words=say("正在取消") if order.closing else say(_STATE_WORDS[order.state]),
        next_words=say(_NEXT_WORDS[order.state]),
        left=time_left(order.pay_by, now),
        steps=_steps(frame, order),
        parcels=[_parcel(frame, one) for one in sent],
        lines=[_line(frame, line) for line in order.lines],
        images=await images_of(read, (line.placed.image for line in order.lines)),
        refunds=[
            ShownRefund(
                say(_REFUND_WORDS.get(one.state, one.state)),
                one.amount_minor,
                one.reason,
                one.ended_at or one.asked_at,
            )
            for one in refunds
            if one.state != "granted"
        ],
        timeline=[
            *(
                (say(_HAPPENED[one.kind]), one.at)
                for one in reversed(happened)
                if one.kind in _HAPPENED
            ),
            (say("提交订单"), order.placed_at),
        ],
        goods_minor=sum(line.paid_minor for line in order.lines),
        units=sum(line.quantity for line in order.lines),
        can=can,
        now=now,
    )


@get("/orders/{number:str}/cancel", opt={"access": "shopper"})
async def ask_cancel(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page:
    """Ask before cancelling."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    frame = await personal(request, read, tenant, language, shopper.id)
    return page("order_cancel.html", frame, order=order, problem="")


@post("/orders/{number:str}/cancel", opt={"access": "shopper"})
async def cancel_order(
    request: AnyRequest, number: str, tx: Tx, shopper: Shopper, now: Instant
) -> Redirect:
    """Cancel an order that was not sent."""
    order = await orders.by_number(tx, number, shopper_id=shopper.id)
    await orders.cancel(tx, order.id, "buyer", actor=actor_of(shopper), now=now)
    return moved(f"/orders/{number}")


@post("/orders/{number:str}/receive", opt={"access": "shopper"})
async def receive_order(number: str, tx: Tx, shopper: Shopper, now: Instant) -> Redirect:
    """Say that the goods have arrived."""
    order = await orders.by_number(tx, number, shopper_id=shopper.id)
    await orders.receive(tx, order.id, actor=actor_of(shopper), now=now)
    return moved(f"/orders/{number}?said=received")


@post("/orders/{number:str}/again", opt={"access": "shopper"})
async def buy_again(number: str, tx: Tx, shopper: Shopper, now: Instant) -> Redirect:
    """Put the goods of an order into the cart once more, as far as they are still sold."""
    order = await orders.by_number(tx, number, shopper_id=shopper.id)
    for line in order.lines:
        try:
            await cart.add(tx, shopper.id, line.sku_id, line.quantity, now=now)
        except (cart.NotForSale, cart.CartFull):
            continue
    return moved("/cart")


@get("/orders/{number:str}/refund", opt={"access": "shopper"})
async def ask_refund(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page:
    """Ask what should be refunded and why."""
    return await _refund_page(request, number, read, tenant, language, shopper, Filled({}))


@post("/orders/{number:str}/refund", opt={"access": "shopper"})
async def request_refund(
    request: AnyRequest,
    number: str,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    now: Instant,
) -> Page | Redirect:
    """Ask for a refund, or show what it would give back."""
    form, db = await filled(request), house_of(request).db
    refusal: Problem | None = None
    if form.text("step") != "preview":
        try:
            async with db.write(tenant.id) as tx:
                order = await orders.by_number(tx, number, shopper_id=shopper.id)
                await orders.request_return(
                    tx,
                    order.id,
                    _units(form, order),
                    reason=form.text("reason")[:100],
                    key=form.text("key")[:100] or uuid4().hex,
                    actor=actor_of(shopper),
                    now=now,
                )
            return moved(f"/orders/{number}")
        except Problem as problem:
            refusal = problem
    async with db.read(tenant.id) as read:
        return await _refund_page(request, number, read, tenant, language, shopper, form, refusal)


async def _refund_page(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    form: Filled,
    refusal: Problem | None = None,
) -> Page:
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    frame = await personal(request, read, tenant, language, shopper.id)
    units, preview = _units(form, order), None
    if units and refusal is None:
        try:
            preview = orders.refund_preview(order, units, seller_at_fault=False).total_minor
        except Problem as problem:
            refusal = problem
    say = frame.say
    return page(
        "refund.html",
        frame,
        status=refusal.status if refusal else 200,
        order=order,
        key=form.text("key")[:100] or uuid4().hex,
        problem=refusal.text(language) if refusal else "",
        errors={},
        lines=[
            ShownLine(
                line.line_no,
                line.placed,
                [],
                line.quantity - line.refunded,
                units.get(line.line_no, line.quantity - line.refunded if not form.names() else 0),
            )
            for line in order.lines
            if line.quantity > line.refunded
        ],
        images=await images_of(read, (line.placed.image for line in order.lines)),
        reasons=[say(reason) for reason in REASONS],
        typed_reason=form.text("reason"),
        preview=preview,
    )


def actor_of(shopper: Shopper) -> Actor:
    """Name a shopper for the audit and the timeline."""
    if shopper.member is not None:
        return Actor("member", shopper.member.id, shopper.member.name)
    return Actor("guest", shopper.id, "")


def possible(order: Order) -> list[str]:
    """List what the buyer can do with an order now."""
    if order.closing is not None:
        return []
    can = {
        "unpaid": ["pay", "cancel"],
        "paid": ["cancel"],
        "partly_shipped": ["refund"],
        "shipped": ["receive", "refund"],
        "received": ["refund", "again"],
        "closed": ["again"],
        "cancelled": ["again"],
    }[order.state]
    if order.state == "paid" and len(order.lines) > 1:
        can = ["refund", *can]
    done = order.refund_state == "all"
    return [one for one in can if not (done and one in {"refund", "cancel", "receive"})]


def _units(form: Filled, order: Order) -> dict[int, int]:
    wanted = {line.line_no: form.number(f"units-{line.line_no}") for line in order.lines}
    return {line_no: units for line_no, units in wanted.items() if units > 0}


def _card(frame: Frame, order: Order) -> OrderCard:
    next_step = {"unpaid": "pay", "shipped": "receive"}.get(order.state, "again")
    if order.closing or order.state in {"paid", "partly_shipped"}:
        next_step = ""
    refund = ""
    if order.refunded_minor:
        amount = frame.say.money(order.refunded_minor)
        refund = frame.say("已退款 {amount}", amount=amount)
    words = "正在取消" if order.closing else _STATE_WORDS[order.state]
    quiet = order.state in {"received", "closed", "cancelled"}
    units = sum(line.quantity for line in order.lines)
    return OrderCard(order, frame.say(words), quiet, units, refund, next_step)


def _parcel(frame: Frame, parcel: fulfilment.Parcel) -> ShownParcel:
    carrier = fulfilment.load_carriers().get(parcel.carrier)
    name = pick(carrier.titles, frame.language) if carrier else parcel.carrier
    return ShownParcel(
        fulfilment.tracking_link(parcel),
        name,
        parcel.tracking_no,
        parcel.shipped_at,
        sum(parcel.lines.values()),
    )


def _line(frame: Frame, line: Line) -> ShownLine:
    words = list[str]()
    if line.shipped and line.unsent:
        words.append(frame.say("已发出 {n} 件", n=line.shipped))
    if line.refunded:
        words.append(frame.say("已退 {n} 件", n=line.refunded))
    return ShownLine(line.line_no, line.placed, words, line.quantity - line.refunded)


def _steps(frame: Frame, order: Order) -> list[tuple[str, bool]]:
    if order.state in {"cancelled", "closed"}:
        return []
    return [
        (frame.say("下单"), True),
        (frame.say("付款"), order.paid_at is not None),
        (frame.say("发货"), order.shipped_at is not None),
        (frame.say("收货"), order.received_at is not None),
    ]


HANDLERS: Sequence[HTTPRouteHandler] = (
    list_orders,
    show_order,
    ask_cancel,
    cancel_order,
    receive_order,
    buy_again,
    ask_refund,
    request_refund,
)
