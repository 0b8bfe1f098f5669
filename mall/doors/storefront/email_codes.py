"""Registering by e-mail and setting a forgotten password anew: an address, its code, a password.

Both ways have two pages: one asks for the address, the other for the code that went there and for
the password. What they say is the same whether the address is a member's or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import members
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.expected import Expected, any_text, text_up_to
from mall.doors.storefront.filled import Filled, errors_of, filled
from mall.doors.storefront.links import inside, linked
from mall.doors.storefront.pages import Page, framed, navigation_of, page
from mall.doors.storefront.sign_in import CODE_AT_MOST, Sent, leads_on, on_its_way, welcome
from mall.kernel.db import Read
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language
from mall.kernel.problems import Problem
from mall.kernel.source import Source
from mall.tenants import Tenant

type Way = Literal["register", "reset"]

_ANYONE = {"access": "anyone"}
_FIELDS = {
    "members.bad_email": "email",
    "members.email_taken": "email",
    "members.wrong_code": "code",
    "members.weak_password": "password",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the visitor has written so far. Passwords and codes are never shown again."""

    email: str = ""
    name: str = ""


@get("/register", opt=_ANYONE)
async def show_register(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language
) -> Page:
    """Ask for the address of a new member."""
    return await _page(request, read, tenant, language, "register", leads_on(request), Typed())


@get("/password", opt=_ANYONE)
async def show_forgotten(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language
) -> Page:
    """Ask for the address of somebody who has forgotten the password."""
    return await _page(request, read, tenant, language, "reset", leads_on(request), Typed())


@post("/register/ask", opt=_ANYONE, status_code=200)
async def ask_to_register(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page:
    """Send a message to the address, and ask for the code in it."""
    return await _ask(request, tenant, language, "register", run_errand, source)


@post("/password/ask", opt=_ANYONE, status_code=200)
async def ask_to_reset(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page:
    """Send a message to the address, and ask for the code in it."""
    return await _ask(request, tenant, language, "reset", run_errand, source)


@post("/register", opt=_ANYONE, status_code=200)
async def register(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page | Redirect:
    """Become a member with e-mail, code and password."""
    form = await filled(request)
    typed = _typed(form)
    try:
        _check(form, {"name": text_up_to(members.NAME_AT_MOST)})
        signed_in = await members.register(
            run_errand,
            email=typed.email,
            code=form.text("code"),
            password=form.text("password"),
            name=typed.name,
            language=language,
            source=source,
        )
    except Problem as problem:
        return await _refused(request, tenant, language, "register", form, problem, coded=True)
    return await welcome(request, tenant, signed_in, source, _leads(form))


@post("/password", opt=_ANYONE, status_code=200)
async def reset_password(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    run_errand: RunErrand,
    source: Source,
) -> Page | Redirect:
    """Set a new password with the code, and be signed in here and nowhere else."""
    form = await filled(request)
    try:
        _check(form, {})
        signed_in = await members.reset_password(
            run_errand,
            email=_typed(form).email,
            code=form.text("code"),
            password=form.text("password"),
            language=language,
            source=source,
        )
    except Problem as problem:
        return await _refused(request, tenant, language, "reset", form, problem, coded=True)
    leads = linked("/account", [("done", "password"), ("next", _leads(form))])
    return await welcome(request, tenant, signed_in, source, leads)


async def _ask(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    way: Way,
    run_errand: RunErrand,
    source: Source,
) -> Page:
    form = await filled(request)
    typed = _typed(form)
    ask = members.ask_to_register if way == "register" else members.ask_to_reset
    try:
        form.check({"email": any_text()})
        sent = await ask(run_errand, email=typed.email, language=language, source=source)
    except Problem as problem:
        again = "code" in form
        return await _refused(request, tenant, language, way, form, problem, coded=again)
    async with house_of(request).db.read(tenant.id) as read:
        return await _page(
            request, read, tenant, language, way, _leads(form), typed, sent=on_its_way(sent)
        )


async def _refused(
    request: AnyRequest,
    tenant: Tenant,
    language: Language,
    way: Way,
    form: Filled,
    problem: Problem,
    *,
    coded: bool,
) -> Page:
    """Say what is wrong on the page where it was written: an earlier code may still be good.

    ``coded``: that was the page that asks for the code.
    """
    errors, typed = errors_of(problem, language, _FIELDS), _typed(form)
    sent = None
    if coded and "email" not in errors:
        minutes = members.EMAIL_CODE_LIFE.seconds // 60
        sent = Sent(members.masked(typed.email), minutes, 0)
    async with house_of(request).db.read(tenant.id) as read:
        return await _page(
            request,
            read,
            tenant,
            language,
            way,
            _leads(form),
            typed,
            sent=sent,
            errors=errors,
            status=problem.status,
        )


async def _page(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    way: Way,
    leads: str,
    typed: Typed,
    *,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Page:
    frame = framed(request, tenant, language, await navigation_of(read), personal=True)
    return page(
        "email_code.html",
        frame,
        status=status,
        way=way,
        next=leads,
        typed=typed,
        sent=sent,
        errors=errors or {},
        demo=house_of(request).settings.demo,
        least=members.PASSWORD_AT_LEAST,
        most=members.PASSWORD_AT_MOST,
    )


def _check(form: Filled, also: Mapping[str, Expected]) -> None:
    code = text_up_to(CODE_AT_MOST, needed=True)
    form.check({"email": any_text(), "code": code, "password": any_text(), **also})


def _typed(form: Filled) -> Typed:
    return Typed(form.text("email"), form.text("name"))


def _leads(form: Filled) -> str:
    return inside(form.text("next"), "")


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_register,
    ask_to_register,
    register,
    show_forgotten,
    ask_to_reset,
    reset_password,
)
