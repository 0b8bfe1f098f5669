"""My address book."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import members
from mall.doors.given import AnyRequest
from mall.doors.storefront.expected import any_text, choice, tick
from mall.doors.storefront.filled import Filled, asked, errors_of, filled
from mall.doors.storefront.links import inside, linked
from mall.doors.storefront.pages import Page, moved, page, personal
from mall.doors.storefront.regions import AT_REGION, Picked, picked, picked_from
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import Language
from mall.kernel.ids import AddressId, MemberId, ShopperId
from mall.kernel.problems import InvalidFields, Nothing, Problem
from mall.members import Draft
from mall.tenants import Tenant

_MEMBER = {"access": "member"}
_BOOK = "/account/addresses"
_EXPECTED = {
    **dict.fromkeys(("name", "phone", "detail", *AT_REGION), any_text()),
    "is_default": tick(),
    "step": choice(("", "regions")),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """An address as it is written."""

    name: str = ""
    phone: str = ""
    detail: str = ""
    is_default: bool = False


@get("/account/addresses", opt=_MEMBER)
async def list_addresses(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, me: MemberId
) -> Page:
    """List my addresses, the default first."""
    frame = await personal(request, read, tenant, language, ShopperId(me))
    return page("addresses.html", frame, book=await members.addresses(read, me))


@get("/account/addresses/new", opt=_MEMBER)
async def new_address(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, me: MemberId
) -> Page:
    """Show an empty form; ``next`` is where to go on."""
    query = asked(request)
    leads = inside(query.text("next"), "")
    return await _form(request, read, tenant, language, me, None, Typed(), picked(query), leads)


@post("/account/addresses/new", opt=_MEMBER, status_code=200)
async def add_address(
    request: AnyRequest, tx: Tx, tenant: Tenant, language: Language, me: MemberId
) -> Page | Redirect:
    """Add an address."""
    return await _save(request, tx, tenant, language, me, None)


@get("/account/addresses/{address_id:uuid}", opt=_MEMBER)
async def show_address(
    request: AnyRequest,
    address_id: UUID,
    read: Read,
    tenant: Tenant,
    language: Language,
    me: MemberId,
) -> Page:
    """Show one of my addresses to change it."""
    found = await members.address(read, me, AddressId(address_id))
    typed = Typed(found.name, found.phone, found.detail, found.is_default)
    regions = picked_from(found.region_code)
    leads = inside(asked(request).text("next"), "")
    return await _form(request, read, tenant, language, me, found.id, typed, regions, leads)


@post("/account/addresses/{address_id:uuid}", opt=_MEMBER, status_code=200)
async def change_address(
    request: AnyRequest,
    address_id: UUID,
    tx: Tx,
    tenant: Tenant,
    language: Language,
    me: MemberId,
) -> Page | Redirect:
    """Write one of my addresses anew."""
    return await _save(request, tx, tenant, language, me, AddressId(address_id))


@post("/account/addresses/{address_id:uuid}/remove", opt=_MEMBER, status_code=200)
async def remove_address(address_id: UUID, tx: Tx, me: MemberId) -> Redirect:
    """Remove one of my addresses."""
    await members.remove_address(tx, me, AddressId(address_id))
    return moved(_BOOK)


async def _save(
    request: AnyRequest,
    tx: Tx,
    tenant: Tenant,
    language: Language,
    me: MemberId,
    address_id: AddressId | None,
) -> Page | Redirect:
    form = await filled(request)
    typed, regions, leads = _typed(form), picked(form), inside(form.text("next"), "")
    try:
        form.check(_EXPECTED, AT_REGION | {"step": ""})
    except InvalidFields as problem:
        errors = errors_of(problem, language)
        return await _form(
            request, tx, tenant, language, me, address_id, typed, regions, leads, errors
        )
    if form.text("step") == "regions":
        return await _form(request, tx, tenant, language, me, address_id, typed, regions, leads)
    draft = Draft(typed.name, typed.phone, regions.code, typed.detail, typed.is_default)
    try:
        if address_id is None:
            saved = await members.add_address(tx, me, draft)
        else:
            saved = await members.change_address(tx, me, address_id, draft)
    except Nothing:
        raise  # there is no such address, and so no form to mend
    except Problem as problem:
        errors = errors_of(problem, language)
        return await _form(
            request, tx, tenant, language, me, address_id, typed, regions, leads, errors
        )
    if leads.startswith("/checkout"):
        path, _, query = leads.partition("?")
        kept = [part for part in query.split("&") if part and not part.startswith("address=")]
        return moved(f"{path}?{'&'.join([*kept, f'address={saved.id.hex}'])}")
    return moved(leads or _BOOK)


async def _form(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    me: MemberId,
    address_id: AddressId | None,
    typed: Typed,
    regions: Picked,
    leads: str,
    errors: dict[str, str] | None = None,
) -> Page:
    frame = await personal(request, read, tenant, language, ShopperId(me))
    return page(
        "address.html",
        frame,
        status=422 if errors else 200,
        address_id=address_id,
        action=linked(f"{_BOOK}/{address_id or 'new'}"),
        next=leads,
        typed=typed,
        regions=regions.offered,
        chosen_regions=regions.chosen,
        errors=errors or {},
    )


def _typed(form: Filled) -> Typed:
    return Typed(
        form.text("name"), form.text("phone"), form.text("detail"), form.ticked("is_default")
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    list_addresses,
    new_address,
    add_address,
    show_address,
    change_address,
    remove_address,
)
