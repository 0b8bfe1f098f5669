"""One page from goods to an order. It shows what will be paid before anything is placed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import checkout, members
from mall.cart import UNITS_AT_MOST
from mall.checkout import Item, NothingToBuy, PlaceOrder, PlaceWant, PriceMoved, Quote
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.cards import images_of
from mall.doors.storefront.expected import (
    OUTDATED,
    any_text,
    choice,
    text_up_to,
    tick,
    token,
    whole,
)
from mall.doors.storefront.filled import (
    Filled,
    amount_in,
    asked,
    errors_of,
    filled,
    id_in,
    number_in,
)
from mall.doors.storefront.links import linked
from mall.doors.storefront.pages import Page, moved, page, personal
from mall.doors.storefront.regions import AT_REGION, Picked, picked
from mall.kernel.db import Read
from mall.kernel.i18n import Language
from mall.kernel.ids import AddressId, MemberId, SkuId, new_uuid
from mall.kernel.problems import Conflict, FieldError, InvalidFields, Problem
from mall.members import Address, Draft, Shopper, SignInFirst
from mall.orders import ShipTo
from mall.tenants import Tenant

_NOTE_AT_MOST = 200
_NOBODY = MemberId(UUID(int=0))
_NOTHING_CHOSEN = "/cart?why=nothing"
_UNSEEN = dict.fromkeys(("key", "shown", "from_cart", "step", "address"), "")  # nobody wrote these
_EXPECTED = {
    **dict.fromkeys(("name", "phone", "detail", *AT_REGION), any_text()),
    "note": text_up_to(_NOTE_AT_MOST),
    "address": any_text(),
    "key": token(),
    "shown": whole(0, 10**15 - 1),
    "from_cart": tick(),
    "step": choice(("", "regions", "freight")),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """The amount that the shopper had seen before."""

    before_minor: int


@dataclass(frozen=True, slots=True)
class Typed:
    """What the shopper wrote, to be shown again."""

    name: str = ""
    phone: str = ""
    detail: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Going:
    """Where an order would go, as far as it is known."""

    address: Address | None
    book: list[Address]
    picked: Picked

    @property
    def region(self) -> str | None:
        """Give the place that freight depends on; None: not known yet."""
        if self.address is not None:
            return self.address.region_code
        code = self.picked.code
        return code if code and members.region_names(code) else None


@get("/checkout", opt={"access": "shopper"})
async def show_checkout(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Page | Redirect:
    """Show what an order would cost: of named items, or of the ticked lines of the cart."""
    query = asked(request)
    named = _items(query)
    items = named or await checkout.chosen_items(read, shopper.id)
    if not items:
        return moved(_NOTHING_CHOSEN)
    going = await _going(read, shopper, query)
    return await _page(
        request, read, tenant, language, shopper, items=items, from_cart=not named, going=going
    )


@post("/checkout", opt={"access": "shopper"})
async def place_order(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    place: PlaceOrder,
) -> Page | Redirect:
    """Place the order, or show what stands in its way with everything as it was typed."""
    form = await filled(request)
    items, from_cart = _items(form), form.ticked("from_cart")
    db, typed = house_of(request).db, _typed(form)
    if not items:
        return moved(_NOTHING_CHOSEN)
    async with db.read(tenant.id) as read:
        going = await _going(read, shopper, form)
    problem: Problem | None = None
    try:
        _check(form, items, going)
        if form.text("step") == "":
            placed = await place(_want(form, shopper, tenant, language, items, from_cart, going))
            return moved(f"/pay/{placed.number}")
    except Problem as refusal:
        problem = refusal
    async with db.read(tenant.id) as read:
        return await _page(
            request,
            read,
            tenant,
            language,
            shopper,
            items=items,
            from_cart=from_cart,
            going=going,
            typed=typed,
            problem=problem,
            key=form.text("key"),
        )


def _check(form: Filled, items: Sequence[Item], going: Going) -> None:
    """Refuse what the page cannot have sent, or not as things stand now. Raises InvalidFields."""
    form.check(_EXPECTED, AT_REGION | _UNSEEN)
    unseen = going.address is not None and form.id("address") != going.address.id
    if len(items) != len(form.texts("item")) or unseen:
        raise InvalidFields((FieldError("", "invalid", OUTDATED),))


def _want(
    form: Filled,
    shopper: Shopper,
    tenant: Tenant,
    language: Language,
    items: Sequence[Item],
    from_cart: bool,
    going: Going,
) -> PlaceWant:
    return PlaceWant(
        shopper_id=shopper.id,
        member_id=shopper.member_id,
        items=checkout.checked_items(items),
        from_cart=from_cart,
        ship_to=_ship_to(form, shopper, going),
        shown_payable_minor=amount_in(form.text("shown"), -1),
        buyer_note=form.text("note").strip(),
        channel="web",
        language=language,
        currency=tenant.currency,
        time_zone=tenant.time_zone,
        idempotency_key=form.text("key") or uuid4().hex,
    )


def _ship_to(form: Filled, shopper: Shopper, going: Going) -> AddressId | ShipTo:
    if shopper.member_id is None and "address" in form:
        raise SignInFirst  # a member's form, whose session has ended meanwhile
    if shopper.member_id is not None:
        if going.address is None:
            raise checkout.NoAddress
        return going.address.id
    code = going.picked.code
    draft = Draft(form.text("name"), form.text("phone"), code, form.text("detail"))
    names = members.region_names(code)
    checked = members.checked_address(draft, names, id=AddressId(new_uuid()), member_id=_NOBODY)
    return ShipTo(checked.name, checked.phone, code, checked.region, checked.detail)


async def _going(read: Read, shopper: Shopper, form: Filled) -> Going:
    if shopper.member_id is None:
        return Going(None, [], picked(form))
    book = await members.addresses(read, shopper.member_id)
    wanted = form.id("address")
    chosen = next((one for one in book if one.id == wanted), book[0] if book else None)
    return Going(chosen, book, picked(form))


async def _page(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    *,
    items: Sequence[Item],
    from_cart: bool,
    going: Going,
    typed: Typed | None = None,
    problem: Problem | None = None,
    key: str = "",
) -> Page | Redirect:
    frame = await personal(request, read, tenant, language, shopper.id)
    quote = await _quoted(read, items, going, tenant, problem)
    if quote is None or not quote.lines:
        return moved(_NOTHING_CHOSEN)
    images = await images_of(read, (line.image for line in quote.lines))
    errors: Mapping[str, str] = errors_of(problem, language) if problem else {}
    if isinstance(problem, SignInFirst):
        errors = {"": frame.say("登录已过期，请重新登录后再提交，商品都还在。")}
    fresh_key = isinstance(problem, Conflict | InvalidFields) or not key
    pairs = [] if from_cart else [("item", f"{one.sku_id.hex}.{one.quantity}") for one in items]
    here = linked("/checkout", pairs)
    return page(
        "checkout.html",
        frame,
        status=problem.status if problem else 200,
        key=uuid4().hex if fresh_key else key,
        quote=quote,
        items=items,
        from_cart=from_cart,
        problem="" if isinstance(problem, PriceMoved) else errors.get("", ""),
        moved=Moved(problem.shown_minor) if isinstance(problem, PriceMoved) else None,
        signed_in=shopper.member_id is not None,
        address=going.address,
        book=[(one, linked("/checkout", [*pairs, ("address", one.id.hex)])) for one in going.book],
        new_address=linked("/account/addresses/new", [("next", here)]),
        sign_in=linked("/sign-in", [("next", here)]),
        typed=typed or Typed(),
        errors=errors,
        regions=going.picked.offered,
        chosen_regions=going.picked.chosen,
        images=images,
        units=sum(line.quantity for line in quote.lines),
        blocked=any(line.state != "ok" for line in quote.lines),
    )


async def _quoted(
    read: Read, items: Sequence[Item], going: Going, tenant: Tenant, problem: Problem | None
) -> Quote | None:
    if isinstance(problem, PriceMoved):
        return problem.quote
    try:
        return await checkout.quote(read, items, region=going.region, currency=tenant.currency)
    except NothingToBuy:
        return None


def _items(form: Filled) -> tuple[Item, ...]:
    """Read items as ``<sku>.<quantity>``; what is none is passed over."""
    found = list[Item]()
    for written in form.texts("item"):
        head, _, tail = written.partition(".")
        sku_id, units = id_in(head), number_in(tail)
        if sku_id is not None and 1 <= units <= UNITS_AT_MOST:
            found.append(Item(SkuId(sku_id), units))
    return tuple(found)


def _typed(form: Filled) -> Typed:
    return Typed(form.text("name"), form.text("phone"), form.text("detail"), form.text("note"))


HANDLERS: Sequence[HTTPRouteHandler] = (show_checkout, place_order)
