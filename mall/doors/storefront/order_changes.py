"""What a buyer does with an order: cancel, receive, ask for money back, buy again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import cart, orders
from mall.doors.given import AnyRequest
from mall.doors.storefront import order_words
from mall.doors.storefront.cards import images_of
from mall.doors.storefront.expected import Expected, choice, token, whole
from mall.doors.storefront.filled import Filled, errors_of, filled
from mall.doors.storefront.links import linked
from mall.doors.storefront.orders import ShownLine, order_page, shown_line
from mall.doors.storefront.pages import Page, cart_cookie, moved, page, personal
from mall.doors.storefront.saying import Saying
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language
from mall.kernel.ids import SkuId, new_uuid
from mall.kernel.problems import InvalidFields, Problem
from mall.kernel.time import Instant
from mall.members import Shopper
from mall.orders import Order
from mall.tenants import Tenant

_SHOPPER = {"access": "shopper"}
_UNITS = "units-"


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A line that can be sent back, and how many units the buyer has written."""

    shown: ShownLine
    no: int
    left: int
    typed: str


@get("/orders/{number:str}/cancel", opt=_SHOPPER)
async def ask_to_cancel(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page:
    """Say what cancelling would do."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    frame = await personal(request, read, tenant, language, shopper.id)
    return page("order_cancel.html", frame, order=order, problem="")


@post("/orders/{number:str}/cancel", opt=_SHOPPER, status_code=200)
async def cancel_order(
    request: AnyRequest,
    number: str,
    tx: Tx,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    buyer: Actor,
    now: Instant,
) -> Page | Redirect:
    """Cancel an order that has not been sent."""
    order = await orders.by_number(tx, number, shopper_id=shopper.id)
    try:
        await orders.cancel(tx, order.id, "buyer", actor=buyer, now=now)
    except Problem as problem:
        why = order_words.why_not_cancelled(
            Saying(language, tenant.currency, tenant.time_zone), order
        )
        return await _refused(request, tx, tenant, language, shopper, order, now, problem, why)
    return moved(linked(f"/orders/{order.number}", [("done", "cancel")]))


@post("/orders/{number:str}/receive", opt=_SHOPPER, status_code=200)
async def receive_order(
    request: AnyRequest,
    number: str,
    tx: Tx,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    buyer: Actor,
    now: Instant,
) -> Page | Redirect:
    """Confirm that the goods have arrived."""
    order = await orders.by_number(tx, number, shopper_id=shopper.id)
    try:
        await orders.receive(tx, order.id, actor=buyer, now=now)
    except Problem as problem:
        return await _refused(request, tx, tenant, language, shopper, order, now, problem)
    return moved(linked(f"/orders/{order.number}", [("done", "receive")]))


@post("/orders/{number:str}/again", opt=_SHOPPER, status_code=200)
async def buy_again(number: str, tx: Tx, shopper: Shopper, now: Instant) -> Redirect:
    """Put what is still for sale into the cart once more."""
    order = await orders.by_number(tx, number, shopper_id=shopper.id)
    units = Counter[SkuId]()
    for line in order.lines:
        units[line.sku_id] += line.quantity
    await cart.add_again(tx, shopper.id, units, now=now)  # the cart shows what made it
    return moved("/cart", cookies=[cart_cookie(await cart.cart_units(tx, shopper.id))])


@get("/orders/{number:str}/refund", opt=_SHOPPER)
async def ask_for_refund(
    request: AnyRequest,
    number: str,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
) -> Page | Redirect:
    """Ask which units should go back, and why."""
    order = await orders.by_number(read, number, shopper_id=shopper.id)
    if "refund" not in order_words.what_can_be_done(order):
        return moved(f"/orders/{order.number}")
    return await _form(request, read, tenant, language, shopper, order, Filled({}))


@post("/orders/{number:str}/refund", opt=_SHOPPER, status_code=200)
async def request_refund(
    request: AnyRequest,
    number: str,
    tx: Tx,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    buyer: Actor,
    now: Instant,
) -> Page | Redirect:
    """Ask for units back; with ``step=preview`` only say what that would give back."""
    form = await filled(request)
    order = await orders.by_number(tx, number, shopper_id=shopper.id)
    units = _units(form, order)
    try:
        form.check(_expected(order), {"key": "", "step": ""})
        if form.text("step") == "preview" or not units:
            return await _form(
                request, tx, tenant, language, shopper, order, form, nothing=not units
            )
        await orders.request_return(
            tx,
            order.id,
            units,
            reason=form.text("reason"),
            key=f"buyer/{form.text('key') or new_uuid().hex}",
            actor=buyer,
            now=now,
        )
    except Problem as problem:
        return await _form(request, tx, tenant, language, shopper, order, form, problem=problem)
    return moved(linked(f"/orders/{order.number}", [("done", "refund")]))


def _expected(order: Order) -> Mapping[str, Expected]:
    """Say what the form may hold; the reasons in every language, which may have been changed."""
    units = {
        f"{_UNITS}{one.line_no}": whole(0, one.quantity - one.refunded, needed=False)
        for one in order.lines
    }
    return units | {
        "reason": choice(order_words.every_reason(), needed=True),
        "key": token(),
        "step": choice(("", "preview")),
    }


def _units(form: Filled, order: Order) -> Mapping[int, int]:
    wanted = {line.line_no: form.number(f"{_UNITS}{line.line_no}") for line in order.lines}
    return {line_no: units for line_no, units in wanted.items() if units > 0}


async def _form(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    order: Order,
    form: Filled,
    *,
    nothing: bool = False,
    problem: Problem | None = None,
) -> Page:
    frame = await personal(request, read, tenant, language, shopper.id)
    say, units = frame.say, dict(_units(form, order))
    errors = {"units": say("请填写要退的件数")} if nothing else dict[str, str]()
    preview: int | None = None
    if units and problem is None:
        try:
            plan = orders.refund_preview(order, units, seller_at_fault=False)
            preview = plan.total_minor
        except Problem as refusal:
            problem = refusal
    if problem is not None:
        errors = errors_of(problem, language)
        errors = errors if isinstance(problem, InvalidFields) else {"units": errors[""]}
    lines = [
        ReturnLine(
            shown_line(line),
            line.line_no,
            line.quantity - line.refunded,
            form.text(f"{_UNITS}{line.line_no}") or "0",
        )
        for line in order.lines
        if line.quantity > line.refunded
    ]
    return page(
        "refund.html",
        frame,
        status=422 if errors else 200,
        order=order,
        key=new_uuid().hex if "" in errors else form.text("key") or new_uuid().hex,
        problem=errors.get("", ""),
        lines=lines,
        images=await images_of(read, (line.placed.image for line in order.lines)),
        errors=errors,
        reasons=order_words.reasons(say),
        typed_reason=order_words.reason_in(say, form.text("reason")),
        preview=preview,
    )


async def _refused(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    order: Order,
    now: Instant,
    problem: Problem,
    why: str = "",
) -> Page:
    return await order_page(
        request,
        read,
        tenant,
        language,
        shopper,
        order,
        now,
        problem=why or problem.text(language),
        status=problem.status,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    ask_to_cancel,
    cancel_order,
    receive_order,
    buy_again,
    ask_for_refund,
    request_refund,
)
