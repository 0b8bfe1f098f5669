"""The address book of a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import members
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.filled import Filled, asked, errors_of, filled
from mall.doors.storefront.links import inside
from mall.doors.storefront.pages import Page, moved, page, personal
from mall.doors.storefront.regions import Picked, picked, picked_from
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language
from mall.kernel.ids import AddressId, MemberId
from mall.kernel.problems import Problem
from mall.members import Address, Draft, Shopper
from mall.tenants import Tenant

_BOOK = "/account/addresses"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was written, to be shown again."""

    name: str = ""
    phone: str = ""
    detail: str = ""
    is_default: bool = False


@get(_BOOK, opt={"access": "member"})
async def show_book(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    me: MemberId,
) -> Page:
    """Show the book, the default first."""
    frame = await personal(request, read, tenant, language, shopper.id)
    return page("addresses.html", frame, book=await members.addresses(read, me))


@get(f"{_BOOK}/new", opt={"access": "member"})
async def ask_address(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Page:
    """Ask for a new address."""
    return await _page(request, read, tenant, language, shopper, picked(Filled({})), Typed())


@get(f"{_BOOK}/{{address_id:uuid}}", opt={"access": "member"})
async def show_address(
    request: AnyRequest,
    address_id: UUID,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    me: MemberId,
) -> Page:
    """Show an address to be changed."""
    known: Address = await members.address(read, me, AddressId(address_id))
    typed = Typed(known.name, known.phone, known.detail, known.is_default)
    place = picked_from(known.region_code)
    return await _page(request, read, tenant, language, shopper, place, typed, known.id)


@post(f"{_BOOK}/new", opt={"access": "member"})
async def add_address(
    request: AnyRequest, tenant: Tenant, language: Language, shopper: Shopper, me: MemberId
) -> Page | Redirect:
    """Add an address."""
    return await _save(request, tenant, language, shopper, me, None)


@post(f"{_BOOK}/{{address_id:uuid}}", opt={"access": "member"})
async def change_address(
    request: AnyRequest,
    address_id: UUID,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    me: MemberId,
) -> Page | Redirect:
    """Write an address anew."""
    return await _save(request, tenant, language, shopper, me, AddressId(address_id))


@post(f"{_BOOK}/{{address_id:uuid}}/remove", opt={"access": "member"})
async def remove_address(address_id: UUID, tx: Tx, me: MemberId) -> Redirect:
    """Take an address out."""
    await members.remove_address(tx, me, AddressId(address_id))
    return moved(_BOOK)


@post(f"{_BOOK}/{{address_id:uuid}}/default", opt={"access": "member"})
async def make_default(address_id: UUID, tx: Tx, me: MemberId) -> Redirect:
    """Make an address the one that orders go to."""
    known = await members.address(tx, me, AddressId(address_id))
    draft = Draft(known.name, known.phone, known.region_code, known.detail, True)
    await members.change_address(tx, me, known.id, draft)
    return moved(_BOOK)


async def _save(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    me: MemberId,
    address_id: AddressId | None,
) -> Page | Redirect:
    form, db = await filled(request), house_of(request).db
    place, errors = picked(form), dict[str, str]()
    typed = Typed(
        form.text("name"), form.text("phone"), form.text("detail"), form.ticked("is_default")
    )
    if form.text("step") != "regions":
        draft = Draft(typed.name, typed.phone, place.code, typed.detail, typed.is_default)
        try:
            async with db.write(tenant.id) as tx:
                if address_id is None:
                    await members.add_address(tx, me, draft)
                else:
                    await members.change_address(tx, me, address_id, draft)
            return moved(inside(form.text("next"), _BOOK))
        except Problem as refusal:
            errors = errors_of(refusal, language)
    async with db.read(tenant.id) as read:
        return await _page(
            request,
            read,
            tenant,
            language,
            shopper,
            place,
            typed,
            address_id,
            errors=errors,
            after=form.text("next"),
        )


async def _page(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    shopper: Shopper,
    place: Picked,
    typed: Typed,
    address_id: AddressId | None = None,
    *,
    errors: Mapping[str, str] | None = None,
    after: str | None = None,
) -> Page:
    frame = await personal(request, read, tenant, language, shopper.id)
    wanted = asked(request).text("next") if after is None else after
    return page(
        "address.html",
        frame,
        status=422 if errors else 200,
        address_id=address_id,
        action=f"{_BOOK}/{address_id}" if address_id else f"{_BOOK}/new",
        next=inside(wanted, "") if wanted else "",
        typed=typed,
        errors=errors or {},
        regions=place.offered,
        chosen_regions=place.chosen,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_book,
    ask_address,
    show_address,
    add_address,
    change_address,
    remove_address,
    make_default,
)
