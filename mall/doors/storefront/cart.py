"""The cart: every action is a form that works by itself; the script only saves reloading."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import cart, catalog, search
from mall.cart import UNITS_AT_MOST
from mall.doors.given import AnyRequest
from mall.doors.storefront.cards import images_of
from mall.doors.storefront.expected import TICKED, Expected, any_text, choice, one_id, whole
from mall.doors.storefront.filled import (
    NOTHING,
    Filled,
    asked,
    errors_of,
    filled,
    id_in,
    number_in,
)
from mall.doors.storefront.goods import OPTION, chosen_sku, exact_sku, missing_choices, product_page
from mall.doors.storefront.links import inside, linked
from mall.doors.storefront.pages import (
    Page,
    cart_cookie,
    moved,
    page,
    personal,
    public,
    rendered_nothing,
)
from mall.doors.storefront.saying import Saying
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language
from mall.kernel.ids import SkuId
from mall.kernel.problems import InvalidFields, Nothing, Problem
from mall.kernel.time import Instant
from mall.members import Shopper
from mall.tenants import Tenant

_SHOPPER = {"access": "shopper"}
_GONE = "/cart?why=gone"
_UNSEEN = {"sku": "", "product": "", "to": "", "selected": ""}  # no shopper has written these
_LINE, _TICK = one_id(needed=True), choice(("0", *TICKED), needed=True)
_ADDED: dict[str, Expected] = {
    "sku": one_id(),
    "product": any_text(),
    "quantity": whole(1, UNITS_AT_MOST, sent=False),
}


@dataclass(frozen=True, slots=True)
class Gone:
    """A line that was just taken out, and can come back."""

    sku_id: UUID
    quantity: int
    title: str


@get("/cart", opt=_SHOPPER)
async def show_cart(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Page:
    """Show the cart as things stand now; ``why`` says why the shopper was sent here."""
    return await _cart(request, read, tenant, language, shopper)


async def _cart(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    refused: InvalidFields | None = None,
    form: Filled = NOTHING,
) -> Page:
    """Show the cart; what was wrong in a form stands at the line that the form is of."""
    errors, wrong_line = errors_of(refused, language) if refused else {}, form.id("sku")
    frame = await personal(request, read, tenant, language, shopper.id)
    view = await cart.cart_view(read, shopper.id)
    open_lines = [line for line in view.lines if line.state in {"ok", "too_many"}]
    if all(line.sku_id != wrong_line for line in open_lines):
        errors = {"": next(iter(errors.values()))} if errors else {}
    able = [line for line in view.lines if line.buyable]
    return page(
        "cart.html",
        frame,
        status=refused.status if refused else 200,
        view=view,
        images=await images_of(read, (line.image for line in view.lines)),
        gone=await _gone(read, frame.say, asked(request).text("gone")),
        notice=errors.get("") or _why(frame.say, asked(request).text("why")),
        errors=errors,
        wrong_line=wrong_line if "quantity" in errors else None,
        typed_quantity=form.text("quantity"),
        off=len([line for line in view.lines if line.state in {"gone", "sold_out"}]),
        chosen_units=sum(line.quantity for line in view.chosen),
        all_on=bool(able) and all(line.selected for line in able),
    )


@post("/cart/add", opt=_SHOPPER, status_code=200)
async def add_to_cart(
    request: AnyRequest,
    tx: Tx,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    now: Instant,
) -> Response[bytes] | Redirect:
    """Put a variant into the cart: by its id, or by a product and its chosen values."""
    form = await filled(request)
    try:
        form.check(_added(form), _UNSEEN)
        quantity = form.number("quantity", 1)
        await cart.add(tx, shopper.id, await _wanted(tx, form), quantity, now=now)
    except Problem as problem:
        return await _refused(request, tx, tenant, language, form, problem)
    cookie = cart_cookie(await cart.cart_units(tx, shopper.id))
    if _by_script(request) and "back" not in form:
        say = Saying(language, tenant.currency, tenant.time_zone)
        said = {"text": say("已加入购物车"), "href": "/cart", "link": say("看购物车"), "closes": 1}
        return rendered_nothing({"HX-Trigger": json.dumps({"said": said})}, cookies=[cookie])
    return moved(inside(form.text("back"), "/cart"), cookies=[cookie])


@post("/cart/buy", opt=_SHOPPER, status_code=200)
async def buy_now(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Response[bytes] | Redirect:
    """Go straight to the checkout with one variant; the cart stays as it is."""
    form = await filled(request)
    try:
        form.check(_added(form), _UNSEEN)
        sku_id = await _wanted(read, form)
    except Problem as problem:
        return await _refused(request, read, tenant, language, form, problem)
    units = form.number("quantity", 1)
    return moved(linked("/checkout", [("item", f"{sku_id.hex}.{units}")]))


@post("/cart/quantity", opt=_SHOPPER, status_code=200)
async def change_quantity(
    request: AnyRequest, tx: Tx, tenant: Tenant, language: Language, shopper: Shopper
) -> Page | Redirect:
    """Set how many units a line has: to what a button says, else to what was written."""
    form = await filled(request)
    wanted = "to" if "to" in form else "quantity"
    try:
        form.check({"sku": _LINE, wanted: whole(0, UNITS_AT_MOST)}, _UNSEEN)
    except InvalidFields as problem:
        return await _cart(request, tx, tenant, language, shopper, problem, form)
    sku_id = form.id("sku")
    assert sku_id is not None, "it was looked at above"
    try:
        await cart.set_quantity(tx, shopper.id, SkuId(sku_id), form.number(wanted))
    except Nothing:  # taken out on another page meanwhile
        return moved(_GONE)
    return moved("/cart", cookies=[cart_cookie(await cart.cart_units(tx, shopper.id))])


@post("/cart/choose", opt=_SHOPPER, status_code=200)
async def choose_lines(
    request: AnyRequest, tx: Tx, tenant: Tenant, language: Language, shopper: Shopper
) -> Page | Redirect:
    """Tick or untick one line, or all of them."""
    form = await filled(request)
    try:
        form.check({"sku": one_id(), "selected": _TICK}, _UNSEEN)
    except InvalidFields as problem:
        return await _cart(request, tx, tenant, language, shopper, problem)
    sku_id = form.id("sku")
    which = [SkuId(sku_id)] if sku_id else None
    await cart.choose(tx, shopper.id, which, selected=form.ticked("selected"))
    lines = await cart.cart(tx, shopper.id) if sku_id else []
    gone = sku_id is not None and all(line.sku_id != sku_id for line in lines)
    return moved(_GONE if gone else "/cart")


@post("/cart/remove", opt=_SHOPPER, status_code=200)
async def remove_line(
    request: AnyRequest, tx: Tx, tenant: Tenant, language: Language, shopper: Shopper
) -> Page | Redirect:
    """Take a line out; the cart offers it back."""
    form, gone = await filled(request), ""
    try:
        form.check({"sku": _LINE}, _UNSEEN)
    except InvalidFields as problem:
        return await _cart(request, tx, tenant, language, shopper, problem)
    sku_id = form.id("sku")
    if sku_id is not None:
        lines = await cart.cart(tx, shopper.id)
        there = next((line for line in lines if line.sku_id == sku_id), None)
        gone = f"{sku_id.hex}.{there.quantity}" if there else ""
        await cart.remove(tx, shopper.id, [SkuId(sku_id)])
    cookie = cart_cookie(await cart.cart_units(tx, shopper.id))
    return moved(linked("/cart", [("gone", gone)]), cookies=[cookie])


@post("/cart/clear", opt=_SHOPPER, status_code=200)
async def clear_lines(tx: Tx, shopper: Shopper) -> Redirect:
    """Take out everything that cannot be bought any more."""
    view = await cart.cart_view(tx, shopper.id)
    off = [line.sku_id for line in view.lines if line.state in {"gone", "sold_out"}]
    await cart.remove(tx, shopper.id, off)
    return moved("/cart", cookies=[cart_cookie(await cart.cart_units(tx, shopper.id))])


def _added(form: Filled) -> dict[str, Expected]:
    """Say what the form of a product may hold; its options are found in the goods later."""
    return _ADDED | {name: any_text() for name in form.names() if name.startswith(OPTION)}


async def _wanted(read: Read, form: Filled) -> SkuId:
    """Find the variant that a form is about. Raises Nothing."""
    sku_id = form.id("sku")
    if sku_id is not None:
        return SkuId(sku_id)
    goods = await search.goods(read, form.text("product"))
    sku = exact_sku(goods, form) if goods else None
    if sku is None:
        raise Nothing("variant")
    return sku.id


async def _refused(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    form: Filled,
    problem: Problem,
) -> Response[bytes] | Redirect:
    """Say why not: beside the goods, or over them when the script asked."""
    say = Saying(language, tenant.currency, tenant.time_zone)
    errors = errors_of(problem, language)
    goods = await search.goods(read, form.text("product"))
    if goods is not None and isinstance(problem, Nothing):
        errors = dict.fromkeys(missing_choices(goods, form) or [""], say("请先选好规格"))
    if _by_script(request):
        words = next(iter(errors.values()))
        return rendered_nothing({"HX-Trigger": json.dumps({"said": {"text": words}})})
    if goods is None:
        raise problem
    frame = await public(request, read, tenant, language)
    return await product_page(
        read,
        frame,
        goods,
        chosen_sku(goods, form),
        quantity=form.text("quantity") or "1",
        errors=errors,
    )


async def _gone(read: Read, say: Saying, written: str) -> Gone | None:
    head, _, tail = written.partition(".")
    sku_id, quantity = id_in(head), number_in(tail)
    if sku_id is None or quantity < 1:
        return None
    facts = (await catalog.skus(read, [SkuId(sku_id)])).get(SkuId(sku_id))
    return Gone(sku_id, quantity, say.text(facts.title)) if facts else None


def _why(say: Saying, written: str) -> str:
    return {
        "nothing": say("没有可以结算的商品，请先勾选"),
        "gone": say("这件商品已不在购物车里"),
    }.get(written, "")


def _by_script(request: AnyRequest) -> bool:
    return request.headers.get("hx-request") == "true"


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_cart,
    add_to_cart,
    buy_now,
    change_quantity,
    choose_lines,
    remove_line,
    clear_lines,
)
