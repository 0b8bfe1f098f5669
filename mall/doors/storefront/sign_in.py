"""Signing in: a code to the phone, or e-mail and password. The cart comes along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import members
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.filled import Filled, asked, errors_of, filled
from mall.doors.storefront.links import inside
from mall.doors.storefront.pages import Page, framed, moved, navigation_of, page
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language
from mall.kernel.problems import Problem
from mall.kernel.source import Source
from mall.members import SignedIn
from mall.members.shop_api import session_cookie
from mall.tenants import Tenant

type Way = Literal["code", "password", "register"]

_FIELDS = {
    "members.bad_phone": "phone",
    "members.wrong_code": "code",
    "members.bad_email": "email",
    "members.email_taken": "email",
    "members.weak_password": "password",
    "members.wrong_password": "password",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was written, to be shown again. Passwords never are."""

    phone: str = ""
    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A code is on its way."""

    to: str
    minutes: int
    again: int


@get("/sign-in", opt={"access": "anyone"})
async def ask_phone(request: AnyRequest, tenant: Tenant, language: Language) -> Page:
    """Ask for a phone number."""
    return await _page(request, tenant, language, "code", asked(request))


@get("/sign-in/password", opt={"access": "anyone"})
async def ask_password(request: AnyRequest, tenant: Tenant, language: Language) -> Page:
    """Ask for e-mail and password."""
    return await _page(request, tenant, language, "password", asked(request))


@get("/register", opt={"access": "anyone"})
async def ask_registration(request: AnyRequest, tenant: Tenant, language: Language) -> Page:
    """Ask who is new."""
    return await _page(request, tenant, language, "register", asked(request))


@post("/sign-in/ask", opt={"access": "anyone"})
async def send_code(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page:
    """Send a code and ask for it."""
    form = await filled(request)
    try:
        found = await members.ask_code(
            run_errand, phone=form.text("phone"), language=language, source=source
        )
    except Problem as refusal:
        return await _page(request, tenant, language, "code", form, refusal=refusal)
    sent = Sent(found.to, found.expires_in_seconds // 60, found.again_in_seconds)
    return await _page(request, tenant, language, "code", form, sent=sent)


@post("/sign-in/code", opt={"access": "anyone"})
async def sign_in_with_code(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page | Redirect:
    """Sign in with a code; a number that is new becomes a member."""
    form = await filled(request)
    try:
        signed_in = await members.sign_in_with_code(
            run_errand,
            phone=form.text("phone"),
            code=form.text("code").strip(),
            language=language,
            source=source,
        )
    except Problem as refusal:
        sent = Sent(members.masked(form.text("phone")), 5, 60)
        return await _page(request, tenant, language, "code", form, sent=sent, refusal=refusal)
    return _welcome(form, signed_in, source)


@post("/sign-in/password", opt={"access": "anyone"})
async def sign_in_with_password(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page | Redirect:
    """Sign in with e-mail and password."""
    form = await filled(request)
    try:
        signed_in = await members.sign_in_with_password(
            run_errand, email=form.text("email"), password=form.text("password"), source=source
        )
    except Problem as refusal:
        return await _page(request, tenant, language, "password", form, refusal=refusal)
    return _welcome(form, signed_in, source)


@post("/register", opt={"access": "anyone"})
async def register(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page | Redirect:
    """Become a member."""
    form = await filled(request)
    try:
        signed_in = await members.register(
            run_errand,
            email=form.text("email"),
            password=form.text("password"),
            name=form.text("name")[:50],
            language=language,
            source=source,
        )
    except Problem as refusal:
        return await _page(request, tenant, language, "register", form, refusal=refusal)
    return _welcome(form, signed_in, source)


def _welcome(form: Filled, signed_in: SignedIn, source: Source) -> Redirect:
    cookie = session_cookie(signed_in.token, source)
    return moved(inside(form.text("next"), "/account"), cookies=[cookie])


async def _page(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    way: Way,
    form: Filled,
    *,
    sent: Sent | None = None,
    refusal: Problem | None = None,
) -> Page:
    async with house_of(request).db.read(tenant.id) as read:
        navigation = await navigation_of(read)
    frame = framed(request, tenant, language, navigation, personal=True)
    errors: Mapping[str, str] = errors_of(refusal, language, _FIELDS) if refusal else {}
    wanted = form.text("next")
    return page(
        "sign_in.html",
        frame,
        status=refusal.status if refusal else 200,
        way=way,
        next=inside(wanted, "") if wanted else "",
        sent=sent,
        typed=Typed(form.text("phone")[:30], form.text("email")[:254], form.text("name")[:50]),
        errors=errors,
        demo=house_of(request).settings.demo,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    ask_phone,
    ask_password,
    ask_registration,
    send_code,
    sign_in_with_code,
    sign_in_with_password,
    register,
)
