"""The cart: every action is a form that works by itself; the script only saves reloading."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import cart, catalog, search
from mall.doors.given import AnyRequest
from mall.doors.storefront.cards import images_of
from mall.doors.storefront.filled import Filled, asked, filled, id_in, number_in
from mall.doors.storefront.goods import chosen_sku, exact_sku, product_page
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
from mall.kernel.problems import Nothing, Problem
from mall.kernel.time import Instant
from mall.members import Shopper
from mall.tenants import Tenant

_SHOPPER = {"access": "shopper"}


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
    """Show the cart as things stand now."""
    frame = await personal(request, read, tenant, language, shopper.id)
    view = await cart.cart_view(read, shopper.id)
    able = [line for line in view.lines if line.buyable]
    return page(
        "cart.html",
        frame,
        view=view,
        images=await images_of(read, (line.image for line in view.lines)),
        gone=await _gone(read, frame.say, asked(request).text("gone")),
        notice="",
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
    quantity = min(max(form.number("quantity", 1), 1), 999)
    try:
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
    quantity = min(max(form.number("quantity", 1), 1), 999)
    try:
        sku_id = await _wanted(read, form)
    except Problem as problem:
        return await _refused(request, read, tenant, language, form, problem)
    return moved(linked("/checkout", [("item", f"{sku_id.hex}.{quantity}")]))


@post("/cart/quantity", opt=_SHOPPER, status_code=200)
async def change_quantity(request: AnyRequest, tx: Tx, shopper: Shopper) -> Redirect:
    """Set how many units a line has."""
    form = await filled(request)
    sku_id = form.id("sku")
    wanted = form.number("to" if "to" in form else "quantity", -1)
    if sku_id is None or wanted < 0:
        return moved("/cart")
    with suppress(Nothing):  # taken out on another page meanwhile, which the cart shows
        await cart.set_quantity(tx, shopper.id, SkuId(sku_id), wanted)
    return moved("/cart", cookies=[cart_cookie(await cart.cart_units(tx, shopper.id))])


@post("/cart/choose", opt=_SHOPPER, status_code=200)
async def choose_lines(request: AnyRequest, tx: Tx, shopper: Shopper) -> Redirect:
    """Tick or untick one line, or all of them."""
    form = await filled(request)
    sku_id = form.id("sku")
    if sku_id is not None or "sku" not in form:
        which = [SkuId(sku_id)] if sku_id else None
        await cart.choose(tx, shopper.id, which, selected=form.ticked("selected"))
    return moved("/cart")


@post("/cart/remove", opt=_SHOPPER, status_code=200)
async def remove_line(request: AnyRequest, tx: Tx, shopper: Shopper) -> Redirect:
    """Take a line out; the cart offers it back."""
    sku_id = (await filled(request)).id("sku")
    gone = ""
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
    words = say("请先选好规格") if isinstance(problem, Nothing) else problem.text(language)
    if _by_script(request):
        headers = {"HX-Trigger": json.dumps({"said": {"text": words}})}
        return rendered_nothing(headers)
    goods = await search.goods(read, form.text("product"))
    if goods is None:
        raise problem
    frame = await public(request, read, tenant, language)
    return await product_page(
        read,
        frame,
        goods,
        chosen_sku(goods, form),
        quantity=max(form.number("quantity", 1), 1),
        notice=words,
        status=422,
    )


async def _gone(read: Read, say: Saying, written: str) -> Gone | None:
    head, _, tail = written.partition(".")
    sku_id, quantity = id_in(head), number_in(tail)
    if sku_id is None or quantity < 1:
        return None
    facts = (await catalog.skus(read, [SkuId(sku_id)])).get(SkuId(sku_id))
    return Gone(sku_id, quantity, say.text(facts.title)) if facts else None


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
