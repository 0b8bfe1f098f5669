"""What shoppers reach over HTTP: sessions, their profile, their address book, the regions."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import UNSET, Meta, Struct, UnsetType

from mall.kernel.db import Read, Tx
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language
from mall.kernel.ids import AddressId, MemberId
from mall.kernel.problems import Nothing
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.members import actions, errands, queries, rules
from mall.members.rules import Address, CodeSent, Draft, Gender, Member, SignedIn
from mall.members.rules.regions import COUNTRY, Region, regions

COOKIE = "mall_shopper"

type PhoneText = Annotated[str, Meta(min_length=1, max_length=30)]
type EmailText = Annotated[str, Meta(min_length=3, max_length=254)]
type PasswordText = Annotated[str, Meta(min_length=1, max_length=rules.PASSWORD_AT_MOST)]
type NewPasswordText = Annotated[
    str, Meta(min_length=rules.PASSWORD_AT_LEAST, max_length=rules.PASSWORD_AT_MOST)
]
type CodeText = Annotated[str, Meta(pattern=r"^\s*[0-9]{6}\s*$", max_length=30)]


class AskCode(Struct, forbid_unknown_fields=True):
    """Where a one-time code should go."""

    phone: PhoneText


class AskByEmail(Struct, forbid_unknown_fields=True):
    """Where a one-time code should go."""

    email: EmailText


class CodeOnItsWay(Struct):
    """Said whether the number or address is a member's or not."""

    sent_to: str
    expires_in_seconds: int
    again_in_seconds: int


class VerifyCode(Struct, forbid_unknown_fields=True):
    """A number and the code that was sent there."""

    phone: PhoneText
    code: CodeText


class Register(Struct, forbid_unknown_fields=True):
    """A new member with e-mail and password, and the code that was sent there."""

    email: EmailText
    code: CodeText
    password: NewPasswordText
    name: Annotated[str, Meta(max_length=rules.NAME_AT_MOST)] = ""


class ResetPassword(Struct, forbid_unknown_fields=True):
    """An address, the code that was sent there, and the password from now on."""

    email: EmailText
    code: CodeText
    password: NewPasswordText


class SignIn(Struct, forbid_unknown_fields=True):
    """An e-mail address and its password."""

    email: EmailText
    password: PasswordText


class Me(Struct):
    """A member, as the member sees it."""

    id: MemberId
    name: str
    phone: str
    email: str
    language: str
    gender: Gender


class NewSession(Struct):
    """The token is in the cookie too; programs send it as a bearer token."""

    token: str
    expires_at: Instant
    member: Me


class ChangeMe(Struct, forbid_unknown_fields=True):
    """What is left out stays."""

    name: Annotated[str, Meta(max_length=rules.NAME_AT_MOST)] | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    gender: Gender | UnsetType = UNSET


class WriteAddress(Struct, forbid_unknown_fields=True):
    """An address to be stored."""

    name: Annotated[str, Meta(max_length=rules.NAME_AT_MOST)]
    phone: Annotated[str, Meta(max_length=30)]
    region_code: Annotated[str, Meta(max_length=6)]
    detail: Annotated[str, Meta(max_length=rules.DETAIL_AT_MOST)]
    is_default: bool = False

    def draft(self) -> Draft:
        """Hand it to the rules."""
        return Draft(self.name, self.phone, self.region_code, self.detail, self.is_default)


class MyAddress(Struct):
    """An address of my book."""

    id: AddressId
    name: str
    phone: str
    region_code: str
    region: tuple[str, ...]
    detail: str
    is_default: bool


@post("/session/code", status_code=202, opt={"access": "anyone"})
async def ask_code(
    data: AskCode, run_errand: RunErrand, language: Language, source: Source
) -> CodeOnItsWay:
    """Send a one-time code to a phone."""
    sent = await errands.ask_code(run_errand, phone=data.phone, language=language, source=source)
    return _on_its_way(sent)


@post("/session/code/verify", status_code=200, opt={"access": "anyone"})
async def verify_code(
    data: VerifyCode, run_errand: RunErrand, language: Language, source: Source
) -> Response[NewSession]:
    """Sign in with a code; a number that is new becomes a member."""
    signed_in = await errands.sign_in_with_code(
        run_errand, phone=data.phone, code=data.code, language=language, source=source
    )
    return with_session(signed_in, source)


@post("/members/code", status_code=202, opt={"access": "anyone"})
async def ask_to_register(
    data: AskByEmail, run_errand: RunErrand, language: Language, source: Source
) -> CodeOnItsWay:
    """Send a one-time code to an address to register with; the answer is the same for all."""
    sent = await errands.ask_to_register(
        run_errand, email=data.email, language=language, source=source
    )
    return _on_its_way(sent)


@post("/members", status_code=201, opt={"access": "anyone"})
async def register(
    data: Register, run_errand: RunErrand, language: Language, source: Source
) -> Response[NewSession]:
    """Become a member with e-mail, code and password, and be signed in."""
    signed_in = await errands.register(
        run_errand,
        email=data.email,
        code=data.code,
        password=data.password,
        name=data.name,
        language=language,
        source=source,
    )
    return with_session(signed_in, source)


@post("/password/code", status_code=202, opt={"access": "anyone"})
async def ask_to_reset(
    data: AskByEmail, run_errand: RunErrand, language: Language, source: Source
) -> CodeOnItsWay:
    """Send a one-time code to whoever has forgotten a password; the answer is the same for all."""
    sent = await errands.ask_to_reset(
        run_errand, email=data.email, language=language, source=source
    )
    return _on_its_way(sent)


@post("/password", status_code=200, opt={"access": "anyone"})
async def reset_password(
    data: ResetPassword, run_errand: RunErrand, language: Language, source: Source
) -> Response[NewSession]:
    """Set a new password with a code; every other session ends, and this one begins."""
    signed_in = await errands.reset_password(
        run_errand,
        email=data.email,
        code=data.code,
        password=data.password,
        language=language,
        source=source,
    )
    return with_session(signed_in, source)


@post("/session/password", status_code=200, opt={"access": "anyone"})
async def sign_in(data: SignIn, run_errand: RunErrand, source: Source) -> Response[NewSession]:
    """Sign in with e-mail and password."""
    signed_in = await errands.sign_in_with_password(
        run_errand, email=data.email, password=data.password, source=source
    )
    return with_session(signed_in, source)


@delete("/session", status_code=204, opt={"access": "anyone"})
async def sign_out(
    tx: Tx,
    source: Source,
    everywhere: Annotated[bool, Parameter(description="End my other sessions too")] = False,
) -> Response[None]:
    """Sign out here, or everywhere."""
    if source.token:
        await actions.sign_out(tx, source.token, everywhere=everywhere)
    gone = Cookie(key=COOKIE, value="", max_age=0, httponly=True, samesite="lax")
    return Response(None, status_code=204, cookies=[gone])


@get("/me", opt={"access": "member"})
async def show_me(read: Read, me: MemberId) -> Me:
    """Show my profile."""
    found = (await queries.members(read, [me])).get(me)
    if found is None:
        raise Nothing("member")
    return _me(found)


@patch("/me", opt={"access": "member"})
async def change_me(data: ChangeMe, tx: Tx, me: MemberId) -> Me:
    """Change my profile."""
    given: dict[str, Any] = {
        name: value
        for name in ("name", "language", "gender")
        if (value := getattr(data, name)) is not UNSET
    }
    return _me(await actions.change_profile(tx, me, **given))


@get("/me/addresses", opt={"access": "member"})
async def list_addresses(read: Read, me: MemberId) -> list[MyAddress]:
    """List my address book (20 at most), the default first."""
    return [_mine(address) for address in await queries.addresses(read, me)]


@post("/me/addresses", status_code=201, opt={"access": "member"})
async def add_address(data: WriteAddress, tx: Tx, me: MemberId) -> MyAddress:
    """Add an address."""
    return _mine(await actions.add_address(tx, me, data.draft()))


@get("/me/addresses/{address_id:uuid}", opt={"access": "member"})
async def show_address(address_id: UUID, read: Read, me: MemberId) -> MyAddress:
    """Show one of my addresses."""
    return _mine(await queries.address(read, me, AddressId(address_id)))


@put("/me/addresses/{address_id:uuid}", opt={"access": "member"})
async def change_address(address_id: UUID, data: WriteAddress, tx: Tx, me: MemberId) -> MyAddress:
    """Write one of my addresses anew."""
    return _mine(await actions.change_address(tx, me, AddressId(address_id), data.draft()))


@delete("/me/addresses/{address_id:uuid}", status_code=204, opt={"access": "member"})
async def remove_address(address_id: UUID, tx: Tx, me: MemberId) -> None:
    """Remove one of my addresses."""
    await actions.remove_address(tx, me, AddressId(address_id))


@get("/regions", opt={"access": "anyone"})
async def list_regions(
    parent: Annotated[
        str, Parameter(pattern="^[0-9]{6}$", description="A region's code; 000000: provinces")
    ] = COUNTRY,
) -> list[Region]:
    """List the regions of China right below another."""
    return list(regions(parent))


def with_session(signed_in: SignedIn, source: Source) -> Response[NewSession]:
    """Answer with the session, in the body and as a cookie."""
    body = NewSession(signed_in.token, signed_in.expires_at, _me(signed_in.member))
    return Response(body, cookies=[session_cookie(signed_in.token, source)])


def session_cookie(token: str, source: Source) -> Cookie:
    """Make the cookie that carries a shopper's token; doors use it for guests and pages too."""
    return Cookie(
        key=COOKIE,
        value=token,
        max_age=int(rules.SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=source.secure,
    )


def _on_its_way(sent: CodeSent) -> CodeOnItsWay:
    return CodeOnItsWay(sent.to, sent.expires_in_seconds, sent.again_in_seconds)


def _me(member: Member) -> Me:
    return Me(member.id, member.name, member.phone, member.email, member.language, member.gender)


def _mine(address: Address) -> MyAddress:
    return MyAddress(
        address.id,
        address.name,
        address.phone,
        address.region_code,
        address.region,
        address.detail,
        address.is_default,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    ask_code,
    verify_code,
    ask_to_register,
    register,
    ask_to_reset,
    reset_password,
    sign_in,
    sign_out,
    show_me,
    change_me,
    list_addresses,
    add_address,
    show_address,
    change_address,
    remove_address,
    list_regions,
)
