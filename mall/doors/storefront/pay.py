"""Paying: choose a way, go to the provider's cashier, come back to what happened."""

from collections.abc import Sequence

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import orders, payments, search
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront import links
from mall.doors.storefront.cards import cards_of
from mall.doors.storefront.expected import choice
from mall.doors.storefront.filled import errors_of, filled
from mall.doors.storefront.pages import Page, moved, page, personal
from mall.kernel.db import Read
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language
from mall.kernel.problems import Problem
from mall.kernel.time import Instant, utc_now
from mall.members import Shopper
from mall.tenants import Tenant

_MORE = 4
_FIELDS = {"payments.not_offered": "provider"}


@get("/pay/{number:str}", opt={"access": "shopper"})
async def show_cashier(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page | Redirect:
    """Show the amount, the time left, and the ways to pay."""
    return await _cashier(request, number, read, tenant, language, shopper)


@post("/pay/{number:str}", opt={"access": "shopper"})
async def start_paying(
    request: AnyRequest,
    number: str,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    run_errand: RunErrand,
) -> Page | Redirect:
    """Begin to pay, and go on to the provider."""
    form = await filled(request)
    back = f"{links.origin(request)}/pay/{number}/result"
    demo = house_of(request).settings.demo
    offered = payments.providers(tenant.currency, demo=demo)
    try:
        form.check({"provider": choice(offered, needed=True)})
        await orders.start_payment(
            run_errand,
            number=number,
            shopper_id=shopper.id,
            provider=form.text("provider"),
            demo=demo,
            return_url=back,
        )
    except Problem as refusal:
        async with house_of(request).db.read(tenant.id) as read:
            return await _cashier(request, number, read, tenant, language, shopper, refusal)
    return moved(f"/pay/{number}/going")


@get("/pay/{number:str}/going", opt={"access": "shopper"})
async def go_to_pay(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page | Redirect:
    """Go to the provider's cashier as soon as its address is known."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    if order.state != "unpaid":
        return moved(f"/pay/{number}/result")
    tried = await payments.attempts(read, order.id)
    url = next((one.pay_url for one in reversed(tried) if one.is_open and one.pay_url), None)
    if url is not None:
        return Redirect(url, status_code=303)
    frame = await personal(request, read, tenant, language, shopper.id)
    return page("going_to_pay.html", frame, order=order)


@get("/pay/{number:str}/result", opt={"access": "shopper"})
async def show_result(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page:
    """Tell what has become of the payment, and what happens next."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    frame = await personal(request, read, tenant, language, shopper.id)
    state = {"unpaid": "waiting", "cancelled": "cancelled"}.get(order.state, "paid")
    headings = {
        "waiting": frame.say("正在确认支付结果"),
        "paid": frame.say("支付成功"),
        "cancelled": frame.say("订单已取消"),
    }
    more = await search.newest(read, None, limit=_MORE) if state == "paid" else []
    return page(
        "result.html",
        frame,
        order=order,
        state=state,
        heading=headings[state],
        more=await cards_of(read, frame, more),
    )


async def _cashier(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    refusal: Problem | None = None,
) -> Page | Redirect:
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    if order.state != "unpaid" or order.closing is not None:
        return moved(f"/pay/{number}/result")
    frame = await personal(request, read, tenant, language, shopper.id)
    errors = errors_of(refusal, language, _FIELDS) if refusal else {}
    demo = house_of(request).settings.demo
    methods = [
        (code, frame.text(one.titles), one.demo)
        for code, one in payments.providers(order.currency, demo=demo).items()
    ]
    return page(
        "cashier.html",
        frame,
        status=refusal.status if refusal else 200,
        order=order,
        methods=methods,
        left=time_left(order.pay_by, utc_now()),
        errors=errors,
    )


def time_left(until: Instant, now: Instant) -> str:
    """Write the time left as minutes and seconds; script counts it down."""
    seconds = max(0, int((until - now).total_seconds()))
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


HANDLERS: Sequence[HTTPRouteHandler] = (show_cashier, start_paying, go_to_pay, show_result)
