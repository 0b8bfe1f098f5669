"""The shopper's own corner: orders at a glance, profile, sign-out; in a demo, the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import members, messaging
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.filled import asked, filled
from mall.doors.storefront.orders import tabs
from mall.doors.storefront.pages import Page, cart_cookie, moved, page, personal
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import LANGUAGES, Language
from mall.kernel.ids import MemberId
from mall.kernel.problems import Nothing
from mall.kernel.source import Source
from mall.kernel.time import Instant, utc_now
from mall.members import Member, Shopper, SignInFirst, masked
from mall.tenants import Tenant

_DRAWINGS = {"unpaid": "wallet", "paid": "box", "shipped": "truck", "refund": "undo"}
_GENDERS = {"": "", "female": "female", "male": "male", "other": "other"}


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message of the demo's inbox."""

    to: str
    subject: str
    body: str
    written_at: Instant


@get("/account", opt={"access": "shopper"})
async def show_account(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Page:
    """Show where things stand for this shopper."""
    frame = await personal(request, read, tenant, language, shopper.id)
    member = shopper.member
    states = [
        (key, _DRAWINGS[key], name, count)
        for key, name, count in await tabs(read, frame, shopper)
        if key
    ]
    return page(
        "account.html",
        frame,
        member=member,
        contact=masked(member.phone or member.email) if member else "",
        states=states,
        demo=house_of(request).settings.demo,
        notice=frame.say("已保存") if asked(request).text("said") == "saved" else "",
    )


@get("/account/profile", opt={"access": "member"})
async def show_profile(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Page:
    """Show what the mall knows of the member."""
    frame = await personal(request, read, tenant, language, shopper.id)
    member = await _member(read, shopper)
    return page("profile.html", frame, member=member, typed=member, errors={})


@post("/account/profile", opt={"access": "member"})
async def change_profile(request: AnyRequest, tx: Tx, me: MemberId) -> Redirect:
    """Change name, gender and the language of messages."""
    form = await filled(request)
    language, gender = form.text("language"), form.text("gender")
    await members.change_profile(
        tx,
        me,
        name=form.text("name"),
        language=language if language in LANGUAGES else None,
        gender=gender if gender in _GENDERS else None,  # type: ignore[arg-type] # one of Gender
    )
    return moved("/account?said=saved")


@post("/sign-out", opt={"access": "anyone"})
async def sign_out(request: AnyRequest, tx: Tx, source: Source) -> Redirect:
    """Sign out here, or everywhere."""
    form = await filled(request)
    if source.token:
        await members.sign_out(tx, source.token, everywhere=form.ticked("everywhere"))
    gone = Cookie(key="mall_shopper", value="", max_age=0, httponly=True, samesite="lax")
    return moved("/", cookies=[gone, cart_cookie(0)])


@get("/inbox", opt={"access": "shopper"})
async def show_inbox(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Page:
    """Show the messages that the demo does not really send."""
    if not house_of(request).settings.demo:
        raise Nothing("page")
    frame = await personal(request, read, tenant, language, shopper.id)
    found = [
        ShownMessage(one.recipient.address, one.subject, one.body, one.written_at)
        for one in await messaging.inbox(read)
    ]
    return page("inbox.html", frame, messages=found, now=utc_now())


async def _member(read: Read, shopper: Shopper) -> Member:
    if shopper.member_id is None:
        raise SignInFirst
    found = (await members.members(read, [shopper.member_id])).get(shopper.member_id)
    if found is None:
        raise SignInFirst
    return found


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_account,
    show_profile,
    change_profile,
    sign_out,
    show_inbox,
)
