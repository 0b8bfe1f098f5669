"""Who shops, how they prove it, and where things are sent: plain values and limits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Literal

from mall.kernel.i18n import Texts
from mall.kernel.ids import AddressId, MemberId, ShopperId
from mall.kernel.problems import (
    Conflict,
    FieldError,
    Invalid,
    InvalidFields,
    NotSignedIn,
    Problem,
    TooMany,
)
from mall.kernel.time import Instant

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
EMAIL_CODE_LIFE = timedelta(minutes=15)  # mail is slower than a text
CODE_TRIES = 5
SENDS = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5), (timedelta(days=1), 10))
SENDS_FROM_ONE_PLACE = ((timedelta(hours=1), 30), (timedelta(days=1), 100))  # offices share one
CODES_FROM_ONE_PLACE = ((timedelta(hours=1), 100),)
PASSWORDS_OF_ONE = ((timedelta(minutes=15), 10), (timedelta(days=1), 50))
PASSWORDS_FROM_ONE_PLACE = ((timedelta(minutes=15), 60),)
REGISTRATIONS_FROM_ONE_PLACE = ((timedelta(hours=1), 20), (timedelta(days=1), 60))
SESSION_LIFE = timedelta(days=30)
ADDRESSES_AT_MOST = 20
PASSWORD_AT_LEAST = 8
PASSWORD_AT_MOST = 200
NAME_AT_MOST = 50
DETAIL_AT_MOST = 200

type Gender = Literal["", "female", "male", "other"]  # "": not told

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_FOREIGN = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL = re.compile(r"[^@\s\x00-\x20]{1,64}@[^@\s\x00-\x20.]+(\.[^@\s\x00-\x20.]+)+")


@dataclass(frozen=True, slots=True)
class Member:
    """A shopper whom the mall knows."""

    id: MemberId
    name: str
    phone: str  # E.164, "" when unknown
    email: str  # lower case, "" when unknown
    language: str
    gender: Gender = ""


@dataclass(frozen=True, slots=True)
class Shopper:
    """Whoever shops: a guest (``member`` None) or a member, whose shopper id is the member id."""

    id: ShopperId
    member: Member | None

    @property
    def member_id(self) -> MemberId | None:
        """Give the member's id; None for a guest."""
        return self.member.id if self.member else None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that came back: the shopper behind it, a member or a guest."""

    shopper: Shopper
    expires_at: Instant

    @property
    def shopper_id(self) -> ShopperId:
        """Give the id that carts and orders go by."""
        return self.shopper.id

    @property
    def member_id(self) -> MemberId | None:
        """Give the member's id; None for a guest."""
        return self.shopper.member_id


@dataclass(frozen=True, slots=True)
class Begun:
    """A fresh session of a guest; ``token`` is the only copy of its secret."""

    token: str
    shopper: Shopper
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session of a member; ``token`` is the only copy of its secret."""

    token: str
    member: Member
    guest: ShopperId | None  # who the browser was before; the rooms above have been told
    expires_at: Instant

    @property
    def member_id(self) -> MemberId:
        """Give the member's id."""
        return self.member.id

    @property
    def shopper(self) -> Shopper:
        """Give the member as a shopper."""
        return Shopper(ShopperId(self.member.id), self.member)


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way, whether that number or address is a member's or not."""

    to: str  # masked
    expires_in_seconds: int
    again_in_seconds: int


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a member's address book."""

    id: AddressId
    member_id: MemberId
    name: str
    phone: str
    region_code: str  # six digits, GB/T 2260
    region: tuple[str, ...]  # its names from the province down
    detail: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """An address as somebody wrote it."""

    name: str
    phone: str
    region_code: str
    detail: str
    is_default: bool = False


@dataclass(eq=False)
class BadPhone(Invalid):
    """A number nobody can be reached under."""

    code: ClassVar[str] = "members.bad_phone"
    texts: ClassVar[Texts] = {
        "zh-CN": "请输入正确的手机号（境外号码以 + 开头）",
        "en": "Enter a mobile number; outside of mainland China begin with +",
    }


@dataclass(eq=False)
class BadEmail(Invalid):
    """A text that is no e-mail address."""

    code: ClassVar[str] = "members.bad_email"
    texts: ClassVar[Texts] = {
        "zh-CN": "请输入正确的邮箱地址",
        "en": "Enter an e-mail address",
    }


@dataclass(eq=False)
class WeakPassword(Invalid):
    """A password that is too short, or too long to be meant."""

    code: ClassVar[str] = "members.weak_password"
    texts: ClassVar[Texts] = {
        "zh-CN": "密码至少需要 {least} 位，最多 200 位",
        "en": "A password has at least {least} and at most 200 characters",
    }
    least: int = PASSWORD_AT_LEAST


@dataclass(eq=False)
class WrongCode(Invalid):
    """The code is wrong, used, or too old. Which of these is not told."""

    code: ClassVar[str] = "members.wrong_code"
    texts: ClassVar[Texts] = {
        "zh-CN": "验证码错误或已过期，请重新获取",
        "en": "The code is wrong or has expired; ask for a new one",
    }


@dataclass(eq=False)
class WrongPassword(NotSignedIn):
    """The address or the password is wrong. Which of the two is not told."""

    code: ClassVar[str] = "members.wrong_password"
    texts: ClassVar[Texts] = {
        "zh-CN": "邮箱或密码错误",
        "en": "The e-mail address or the password is wrong",
    }


@dataclass(eq=False)
class SignInFirst(NotSignedIn):
    """This is for members."""

    code: ClassVar[str] = "members.sign_in_first"
    texts: ClassVar[Texts] = {"zh-CN": "请先登录", "en": "Please sign in first"}


@dataclass(eq=False)
class TooManyTries(TooMany):
    """A limit of codes or passwords is used up for now."""

    code: ClassVar[str] = "members.too_many_tries"
    texts: ClassVar[Texts] = {
        "zh-CN": "操作太频繁，请 {retry_after_seconds} 秒后再试",
        "en": "Too many tries; please wait {retry_after_seconds} seconds",
    }


@dataclass(eq=False)
class EmailTaken(Conflict):
    """That address is registered already. Told to none but who has proved to own it."""

    code: ClassVar[str] = "members.email_taken"
    texts: ClassVar[Texts] = {
        "zh-CN": "该邮箱已注册，请直接登录",
        "en": "This e-mail address is registered; please sign in",
    }


@dataclass(eq=False)
class BookFull(Conflict):
    """One more address than a book holds."""

    code: ClassVar[str] = "members.book_full"
    texts: ClassVar[Texts] = {
        "zh-CN": "最多保存 {most} 个地址，请先删除不用的",
        "en": "An address book holds {most} addresses; remove one first",
    }
    most: int = ADDRESSES_AT_MOST


@dataclass(eq=False)
class BadRegion(Invalid):
    """A region code that is no district."""

    code: ClassVar[str] = "members.bad_region"
    texts: ClassVar[Texts] = {
        "zh-CN": "请选择省、市、区",
        "en": "Choose a province, a city and a district",
    }


_NAME_TEXTS: Texts = {
    "zh-CN": f"请填写收货人姓名（最多 {NAME_AT_MOST} 个字）",
    "en": f"Enter a name of at most {NAME_AT_MOST} characters",
}
_DETAIL_TEXTS: Texts = {
    "zh-CN": f"请填写详细地址（最多 {DETAIL_AT_MOST} 个字）",
    "en": f"Enter street and number, at most {DETAIL_AT_MOST} characters",
}


def _of_field(path: str, problem: Problem) -> FieldError:
    return FieldError(path, problem.code.partition(".")[2], problem.texts)


def phone_number(written: str) -> str:
    """Write a number in E.164; eleven digits from 13 on are mainland mobiles. Raises BadPhone."""
    number = re.sub(r"[\s()-]", "", written)
    if _MOBILE.fullmatch(number):
        return f"+86{number}"
    if not _FOREIGN.fullmatch(number):
        raise BadPhone
    if number.startswith("+86") and not _MOBILE.fullmatch(number[3:]):
        raise BadPhone
    return number


def email_address(written: str) -> str:
    """Write an address as it is stored. Raises BadEmail."""
    address = written.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise BadEmail
    return address


def checked_password(password: str) -> str:
    """Give a password back that may be used. Raises WeakPassword."""
    if not PASSWORD_AT_LEAST <= len(password) <= PASSWORD_AT_MOST:
        raise WeakPassword
    return password


def code_sent(to: str, life: timedelta) -> CodeSent:
    """Say what is told to who asked for a code, whoever that is."""
    pause = SENDS[0][0]
    return CodeSent(masked(to), int(life.total_seconds()), int(pause.total_seconds()))


def checked_address(
    draft: Draft, region: Sequence[str] | None, *, id: AddressId, member_id: MemberId
) -> Address:
    """Make an address of a draft; ``region`` None: there is no such place.

    Raises InvalidFields, which names every wrong field.
    """
    errors: list[FieldError] = []
    phone = ""
    name, detail = " ".join(draft.name.split()), " ".join(draft.detail.split())
    if not 1 <= len(name) <= NAME_AT_MOST:
        errors.append(FieldError("name", "required", _NAME_TEXTS))
    try:
        phone = phone_number(draft.phone)
    except BadPhone as problem:
        errors.append(_of_field("phone", problem))
    if region is None:
        errors.append(_of_field("region_code", BadRegion()))
    if not 1 <= len(detail) <= DETAIL_AT_MOST:
        errors.append(FieldError("detail", "required", _DETAIL_TEXTS))
    if errors or region is None:
        raise InvalidFields(tuple(errors))
    return Address(
        id, member_id, name, phone, draft.region_code, tuple(region), detail, draft.is_default
    )


def put_into_book(book: Sequence[Address], new: Address) -> Address:
    """Decide how an address stands in its book: the first is the default. Raises BookFull."""
    others = [address for address in book if address.id != new.id]
    if len(others) == len(book) >= ADDRESSES_AT_MOST:
        raise BookFull
    alone = not any(address.is_default for address in others)
    return replace(new, is_default=new.is_default or alone)


def masked(address: str) -> str:
    """Write a number or address so that its owner knows it and others do not."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    return f"{address[:-8]}****{address[-4:]}" if len(address) > 8 else "****"
