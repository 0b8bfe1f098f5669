"""The cashier: choosing how to pay, going there, and what came of it."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import orders, payments, search
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.cards import cards_of
from mall.doors.storefront.filled import filled
from mall.doors.storefront.links import origin
from mall.doors.storefront.pages import Page, moved, page, personal
from mall.kernel.db import Read, Tx
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language
from mall.kernel.ids import AttemptId
from mall.kernel.money import Money
from mall.kernel.problems import Problem
from mall.kernel.time import Instant
from mall.members import Shopper
from mall.orders import Order
from mall.payments.errands import PREPAY
from mall.tenants import Tenant

_SHOPPER = {"access": "shopper"}
_MORE = 4


@get("/pay/{number:str}", opt=_SHOPPER)
async def show_cashier(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    now: Instant,
) -> Page | Redirect:
    """Show what is to be paid, until when, and how."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    if not _payable(order, now):
        return moved(f"/pay/{order.number}/result")
    return await _cashier(request, read, tenant, language, shopper, order, now)


@post("/pay/{number:str}", opt=_SHOPPER, status_code=200)
async def begin_to_pay(
    request: AnyRequest,
    number: str,
    tx: Tx,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    now: Instant,
) -> Page | Redirect:
    """Begin to pay in the chosen way."""
    form = await filled(request)
    order = await orders.by_number(tx, number, shopper_id=shopper.id)
    if not _payable(order, now):
        return moved(f"/pay/{order.number}/result")
    try:
        attempt_id = await payments.start_attempt(
            tx,
            order_id=order.id,
            amount=Money(order.payable_minor, order.currency),
            provider=form.text("provider"),
            subject=f"{tenant.name.get(language) or tenant.slug} {order.number}",
            expires_at=order.pay_by,
            return_url=f"{origin(request)}/pay/{order.number}/result",
            now=now,
        )
    except Problem as problem:
        return await _cashier(request, tx, tenant, language, shopper, order, now, problem=problem)
    return moved(f"/pay/{order.number}/go/{attempt_id}")


@get("/pay/{number:str}/go/{attempt_id:uuid}", opt=_SHOPPER)
async def go_to_pay(
    request: AnyRequest,
    number: str,
    attempt_id: UUID,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    run_errand: RunErrand,
    now: Instant,
) -> Page | Redirect:
    """Send the buyer to the provider; the page waits here while the provider does not answer.

    No transaction is open while the provider is asked.
    """
    db = house_of(request).db
    async with db.read(tenant.id) as read:
        order = await orders.by_number(read, number, shopper_id=shopper.id)
        mine = {one.id: one for one in await payments.attempts(read, order.id)}
    attempt = mine.get(AttemptId(attempt_id))
    if attempt is None or not _payable(order, now) or attempt.state not in {"created", "prepaid"}:
        return moved(f"/pay/{order.number}")
    pay_url = attempt.pay_url
    if pay_url is None:
        pay_url = cast("str | None", await run_errand(PREPAY, {"attempt": attempt.id}))
    if pay_url:
        return moved(pay_url)
    async with db.read(tenant.id) as read:
        frame = await personal(request, read, tenant, language, shopper.id)
    return page("going_to_pay.html", frame, order=order)


@get("/pay/{number:str}/result", opt=_SHOPPER)
async def show_result(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page:
    """Say what came of paying, and what happens next."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    frame = await personal(request, read, tenant, language, shopper.id)
    say = frame.say
    if order.state == "cancelled":
        state, heading = "over", say("订单已取消")
    elif order.state == "unpaid":
        state, heading = "waiting", say("正在确认付款")
    else:
        state, heading = "paid", say("支付成功")
    hits = await search.newest(read, None, limit=_MORE) if state == "paid" else []
    return page(
        "result.html",
        frame,
        order=order,
        state=state,
        heading=heading,
        more=await cards_of(read, frame, hits),
    )


async def _cashier(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    order: Order,
    now: Instant,
    *,
    problem: Problem | None = None,
) -> Page:
    frame = await personal(request, read, tenant, language, shopper.id)
    known = payments.load_providers()
    offered = payments.providers(order.currency, demo=house_of(request).settings.demo)
    return page(
        "cashier.html",
        frame,
        status=problem.status if problem else 200,
        order=order,
        left=time_left(order.pay_by, now),
        problem=problem.text(language) if problem else "",
        methods=[(code, frame.text(titles), known[code].demo) for code, titles in offered.items()],
    )


def time_left(until: Instant, now: Instant) -> str:
    """Write the time that is left as minutes and seconds."""
    seconds = max(0, int((until - now).total_seconds()))
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def _payable(order: Order, now: Instant) -> bool:
    return order.state == "unpaid" and order.closing is None and order.pay_by > now


HANDLERS: Sequence[HTTPRouteHandler] = (show_cashier, begin_to_pay, go_to_pay, show_result)
