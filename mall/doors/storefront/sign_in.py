"""Signing in: by a one-time code, by e-mail and password; leaving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import cart, members
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.expected import any_text, secret, text_up_to, tick
from mall.doors.storefront.filled import asked, errors_of, filled
from mall.doors.storefront.links import inside
from mall.doors.storefront.pages import (
    Page,
    cart_cookie,
    framed,
    moved,
    navigation_of,
    page,
)
from mall.kernel.db import Read, Tx
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language
from mall.kernel.problems import Problem
from mall.kernel.source import Source
from mall.members import CodeSent, Shopper, SignedIn
from mall.members.shop_api import COOKIE, session_cookie
from mall.tenants import Tenant

_ANYONE = {"access": "anyone"}
CODE_AT_MOST = 20  # digits, and what stands between them
_FIELDS = {
    "members.bad_phone": "phone",
    "members.wrong_code": "code",
    "members.bad_email": "email",
    "members.wrong_password": "password",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the visitor has written so far. Passwords and codes are never shown again."""

    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A code is on its way."""

    to: str
    minutes: int
    again: int  # seconds until another may be asked for


@get("/sign-in", opt=_ANYONE)
async def show_sign_in(request: AnyRequest, read: Read, tenant: Tenant, language: Language) -> Page:
    """Ask for a phone number."""
    return await _page(request, read, tenant, language, "code", leads_on(request))


@get("/sign-in/password", opt=_ANYONE)
async def show_password(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language
) -> Page:
    """Ask for e-mail and password."""
    return await _page(request, read, tenant, language, "password", leads_on(request))


@post("/sign-in/ask", opt=_ANYONE, status_code=200)
async def ask_code(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page:
    """Send a code, and ask for it."""
    form = await filled(request)
    typed, leads = Typed(phone=form.text("phone")), inside(form.text("next"), "")
    try:
        form.check({"phone": any_text()})
        sent = await members.ask_code(
            run_errand, phone=typed.phone, language=language, source=source
        )
    except Problem as problem:
        return await _refused(request, tenant, language, "code", leads, typed, problem)
    async with house_of(request).db.read(tenant.id) as read:
        return await _page(
            request, read, tenant, language, "code", leads, typed=typed, sent=on_its_way(sent)
        )


@post("/sign-in/code", opt=_ANYONE, status_code=200)
async def sign_in_with_code(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page | Redirect:
    """Sign in with the code; a new number becomes a member."""
    form = await filled(request)
    typed, leads = Typed(phone=form.text("phone")), inside(form.text("next"), "")
    try:
        form.check({"phone": any_text(), "code": text_up_to(CODE_AT_MOST, needed=True)})
        signed_in = await members.sign_in_with_code(
            run_errand,
            phone=typed.phone,
            code=form.text("code"),
            language=language,
            source=source,
        )
    except Problem as problem:
        life = Sent(members.masked(typed.phone), 5, 0)
        return await _refused(request, tenant, language, "code", leads, typed, problem, sent=life)
    return await welcome(request, tenant, signed_in, source, leads)


@post("/sign-in/password", opt=_ANYONE, status_code=200)
async def sign_in_with_password(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page | Redirect:
    """Sign in with e-mail and password."""
    form = await filled(request)
    typed, leads = Typed(email=form.text("email")), inside(form.text("next"), "")
    try:
        form.check({"email": any_text(), "password": secret(members.PASSWORD_AT_MOST)})
        members.email_address(typed.email)  # what is no address is said at its own field
        signed_in = await members.sign_in_with_password(
            run_errand, email=typed.email, password=form.text("password"), source=source
        )
    except Problem as problem:
        return await _refused(request, tenant, language, "password", leads, typed, problem)
    return await welcome(request, tenant, signed_in, source, leads)


@post("/sign-out", opt={"access": "shopper"}, status_code=200)
async def sign_out(request: AnyRequest, tx: Tx, source: Source, shopper: Shopper) -> Redirect:
    """Sign out here, or everywhere."""
    form = await filled(request)
    form.check({"everywhere": tick()}, {"everywhere": ""})
    if source.token and shopper.member is not None:
        await members.sign_out(tx, source.token, everywhere=form.ticked("everywhere"))
    gone = Cookie(key=COOKIE, value="", max_age=0, httponly=True, samesite="lax")
    return moved("/account", cookies=[gone, cart_cookie(0)])


async def welcome(
    request: AnyRequest, tenant: Tenant, signed_in: SignedIn, source: Source, leads: str
) -> Redirect:
    """Give who has signed in the cookies, and lead them on."""
    async with house_of(request).db.read(tenant.id) as read:
        units = await cart.cart_units(read, signed_in.shopper.id)
    cookies = [session_cookie(signed_in.token, source), cart_cookie(units)]
    return moved(leads or "/account", cookies=cookies)


async def _refused(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    way: str,
    leads: str,
    typed: Typed,
    problem: Problem,
    *,
    sent: Sent | None = None,
) -> Page:
    errors = errors_of(problem, language, _FIELDS)
    if sent and "phone" in errors:
        sent = None  # the number itself is wrong: it has to be written again
    async with house_of(request).db.read(tenant.id) as read:
        return await _page(
            request,
            read,
            tenant,
            language,
            way,
            leads,
            typed=typed,
            sent=sent,
            errors=errors,
            status=problem.status,
        )


async def _page(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    way: str,
    leads: str,
    *,
    typed: Typed | None = None,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Page:
    frame = framed(request, tenant, language, await navigation_of(read), personal=True)
    shown: dict[str, Any] = {"sent": sent, "typed": typed or Typed(), "errors": errors or {}}
    demo = house_of(request).settings.demo
    return page("sign_in.html", frame, status=status, way=way, next=leads, demo=demo, **shown)


def on_its_way(sent: CodeSent) -> Sent:
    """Say what is told to who asked for a code."""
    return Sent(sent.to, sent.expires_in_seconds // 60, sent.again_in_seconds)


def leads_on(request: AnyRequest) -> str:
    """Read which page is to follow; "" for none."""
    return inside(asked(request).text("next"), "")


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_sign_in,
    show_password,
    ask_code,
    sign_in_with_code,
    sign_in_with_password,
    sign_out,
)
