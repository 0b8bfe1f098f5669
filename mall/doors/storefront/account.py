"""My page and my profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from mall import members
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront import order_words
from mall.doors.storefront.expected import choice, text_up_to
from mall.doors.storefront.filled import asked, errors_of, filled
from mall.doors.storefront.links import inside
from mall.doors.storefront.orders import state_counts
from mall.doors.storefront.pages import Page, moved, page, personal
from mall.doors.storefront.saying import Saying
from mall.kernel.db import Read, Tx
from mall.kernel.i18n import LANGUAGES, Language
from mall.kernel.ids import MemberId, ShopperId
from mall.kernel.problems import InvalidFields
from mall.members import Shopper, masked
from mall.tenants import Tenant

_DRAWINGS = {"unpaid": "wallet", "to_ship": "box", "to_receive": "truck", "refunds": "undo"}
_GENDERS: dict[str, Literal["", "female", "male", "other"]] = {
    "": "",
    "female": "female",
    "male": "male",
    "other": "other",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A profile as it is written."""

    name: str
    gender: str
    language: str


@get("/account", opt={"access": "shopper"})
async def show_account(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, shopper: Shopper
) -> Page:
    """Show who I am to the mall, and the way to everything that is mine."""
    frame = await personal(request, read, tenant, language, shopper.id)
    counted = await state_counts(read, shopper)
    names = order_words.tab_names(frame.say)
    member = shopper.member
    done = asked(request).text("done")
    return page(
        "account.html",
        frame,
        member=member,
        contact=masked(member.phone or member.email) if member else "",
        states=[
            (key, drawing, names[key], counted.get(key, 0)) for key, drawing in _DRAWINGS.items()
        ],
        notice=_notice(frame.say, done),
        leads_on=inside(asked(request).text("next"), "") if done == "password" else "",
        demo=house_of(request).settings.demo,
    )


@get("/account/profile", opt={"access": "member"})
async def show_profile(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, me: MemberId
) -> Page:
    """Show my profile to change it."""
    return await _profile(request, read, tenant, language, me)


@post("/account/profile", opt={"access": "member"}, status_code=200)
async def change_profile(
    request: AnyRequest, tx: Tx, tenant: Tenant, language: Language, me: MemberId
) -> Page | Redirect:
    """Change my profile; what was not sent stays as it was."""
    form = await filled(request)
    gender, spoken = form.text("gender"), form.text("language")
    try:
        form.check(
            {
                "name": text_up_to(members.NAME_AT_MOST),
                "gender": choice(_GENDERS),
                "language": choice(LANGUAGES),
            }
        )
    except InvalidFields as problem:
        typed = Typed(form.text("name"), gender, spoken)
        errors = errors_of(problem, language)
        return await _profile(request, tx, tenant, language, me, typed, errors)
    await members.change_profile(
        tx,
        me,
        name=form.text("name") if "name" in form else None,
        gender=_GENDERS.get(gender) if "gender" in form else None,
        language=spoken if spoken in LANGUAGES else None,
    )
    return moved("/account?done=profile")


def _notice(say: Saying, done: str) -> str:
    if done == "profile":
        return say("已保存。")
    return say("新密码已生效，其他设备已退出登录。") if done == "password" else ""


async def _profile(
    request: AnyRequest,
    read: Read,
    tenant: Tenant,
    language: Language,
    me: MemberId,
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
) -> Page:
    member = (await members.members(read, [me]))[me]
    frame = await personal(request, read, tenant, language, ShopperId(me))
    return page(
        "profile.html",
        frame,
        status=422 if errors else 200,
        member=member,
        typed=typed or Typed(member.name, member.gender, member.language),
        errors=errors or {},
    )


HANDLERS: Sequence[HTTPRouteHandler] = (show_account, show_profile, change_profile)
