"""What staff reach over HTTP: their session, the staff list, the audit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import UNSET, Meta, Struct, UnsetType

from mall.kernel import paging, passwords
from mall.kernel.db import Read, Tx
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import StaffId
from mall.kernel.paging import Page
from mall.kernel.problems import Nothing
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.staff import actions, errands, queries, rules
from mall.staff.queries import AuditEntry
from mall.staff.rules import StaffMember
from mall.staff.rules.permissions import ANYONE, PERMISSIONS, ROLES, SIGNED_IN

COOKIE = "mall_staff"

type RoleCode = Literal["owner", "manager", "clerk", "support", "finance"]
type NameText = Annotated[str, Meta(min_length=1, max_length=50)]
type EmailText = Annotated[str, Meta(min_length=3, max_length=254)]
type GivenPassword = Annotated[str, Meta(min_length=1, max_length=200)]
type NewPassword = Annotated[
    str, Meta(min_length=rules.PASSWORD_LENGTH.start, max_length=rules.PASSWORD_LENGTH.stop - 1)
]


class SignIn(Struct, forbid_unknown_fields=True):
    """An e-mail address and its password."""

    email: EmailText
    password: GivenPassword


class ShownStaff(Struct):
    """Somebody of the staff."""

    id: StaffId
    name: str
    email: str
    role: str
    language: str
    active: bool
    permissions: list[str]


class NewSession(Struct):
    """The token is in the cookie too; programs send it as a bearer token."""

    token: str
    expires_at: Instant
    staff: ShownStaff


class ShownRole(Struct):
    """A role with its names and permissions."""

    code: str
    titles: Texts
    permissions: list[str]


class Roles(Struct):
    """What roles there are, and what the permissions are called."""

    roles: list[ShownRole]
    permissions: dict[str, Texts]


class CreateStaff(Struct, forbid_unknown_fields=True):
    """Somebody new."""

    name: NameText
    email: EmailText
    role: RoleCode
    password: NewPassword
    language: Language = "zh-CN"


class ChangeStaff(Struct, forbid_unknown_fields=True):
    """What is left out stays."""

    name: NameText | UnsetType = UNSET
    role: RoleCode | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    language: Language | UnsetType = UNSET


class SetPassword(Struct, forbid_unknown_fields=True):
    """Another password; every session of that account ends."""

    password: NewPassword


class ChangeMyPassword(Struct, forbid_unknown_fields=True):
    """Another password of mine; every session of mine ends."""

    old: GivenPassword
    new: NewPassword


@post("/session", status_code=201, opt={"permission": ANYONE})
async def sign_in(data: SignIn, run_errand: RunErrand, source: Source) -> Response[NewSession]:
    """Sign in to the console."""
    signed_in = await errands.sign_in(
        run_errand, email=data.email, password=data.password, source=source
    )
    body = NewSession(signed_in.token, signed_in.expires_at, _shown(signed_in.staff))
    cookie = Cookie(
        key=COOKIE,
        value=signed_in.token,
        max_age=int(rules.LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=source.secure,
    )
    return Response(body, cookies=[cookie])


@delete("/session", status_code=204, opt={"permission": SIGNED_IN})
async def sign_out(
    tx: Tx,
    staff: StaffMember,
    source: Source,
    everywhere: Annotated[bool, Parameter(description="End my other sessions too")] = False,
) -> Response[None]:
    """Sign out here, or everywhere."""
    await actions.sign_out(tx, source.token)
    if everywhere:
        await actions.sign_out_everywhere(tx, staff.id)
    gone = Cookie(key=COOKIE, value="", max_age=0, httponly=True, samesite="lax")
    return Response(None, status_code=204, cookies=[gone])


@get("/me", opt={"permission": SIGNED_IN})
async def show_me(staff: StaffMember) -> ShownStaff:
    """Show who I am and what I may do."""
    return _shown(staff)


@put("/me/password", status_code=204, opt={"permission": SIGNED_IN})
async def change_my_password(
    data: ChangeMyPassword, run_errand: RunErrand, staff: StaffMember, source: Source
) -> None:
    """Change my password."""
    await errands.change_password(
        run_errand, staff=staff, old=data.old, new=data.new, source=source
    )


@get("/roles", opt={"permission": "staff.read"})
async def list_roles(read: Read) -> Roles:
    """List the roles and what their permissions are called."""
    shown = [ShownRole(code, role.titles, sorted(role.permissions)) for code, role in ROLES.items()]
    return Roles(shown, dict(PERMISSIONS))


@get("/staff", opt={"permission": "staff.read"})
async def list_staff(read: Read) -> list[ShownStaff]:
    """List everybody who works here, or did."""
    return [_shown(one) for one in await queries.everybody(read)]


@post("/staff", status_code=201, opt={"permission": "staff.write"})
async def create_staff(data: CreateStaff, tx: Tx, staff: StaffMember, now: Instant) -> ShownStaff:
    """Take somebody on."""
    new = await actions.create(
        tx,
        name=data.name,
        email=data.email,
        role=data.role,
        password_hash=await passwords.hashed(data.password),
        language=data.language,
        by=staff,
        now=now,
    )
    return _shown(new)


@get("/staff/{staff_id:uuid}", opt={"permission": "staff.read"})
async def show_staff(staff_id: UUID, read: Read) -> ShownStaff:
    """Show one member of staff."""
    found = await queries.member(read, StaffId(staff_id))
    if found is None:
        raise Nothing("staff")
    return _shown(found)


@patch("/staff/{staff_id:uuid}", opt={"permission": "staff.write"})
async def change_staff(
    staff_id: UUID, data: ChangeStaff, tx: Tx, staff: StaffMember, now: Instant
) -> ShownStaff:
    """Change somebody's name, role or language, or close and open the account."""
    given: dict[str, Any] = {
        name: value
        for name in ("name", "role", "active", "language")
        if (value := getattr(data, name)) is not UNSET
    }
    return _shown(await actions.change(tx, StaffId(staff_id), **given, by=staff, now=now))


@put("/staff/{staff_id:uuid}/password", status_code=204, opt={"permission": "staff.write"})
async def set_password(
    staff_id: UUID, data: SetPassword, tx: Tx, staff: StaffMember, now: Instant
) -> None:
    """Give somebody another password."""
    hashed = await passwords.hashed(data.password)
    await actions.set_password(tx, StaffId(staff_id), hashed, by=staff, now=now)


@get("/audit", opt={"permission": "audit.read"})
async def list_audit(
    read: Read,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> Page[AuditEntry]:
    """List who changed what, the newest first."""
    before = paging.key_of(cursor, tuple[datetime, UUID]) if cursor else None
    found = await queries.audit(read, before=before, limit=limit + 1)
    return paging.cut(found, limit, _place_of)


def _place_of(entry: AuditEntry) -> tuple[Instant, UUID]:
    return entry.at, entry.id


def _shown(staff: StaffMember) -> ShownStaff:
    return ShownStaff(
        staff.id,
        staff.name,
        staff.email,
        staff.role,
        staff.language,
        staff.active,
        sorted(staff.permissions),
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    sign_in,
    sign_out,
    show_me,
    change_my_password,
    list_roles,
    list_staff,
    create_staff,
    show_staff,
    change_staff,
    set_password,
    list_audit,
)
