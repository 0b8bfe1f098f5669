"""Who works in a mall, and what must stay true whoever changes it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from mall.kernel.i18n import Texts
from mall.kernel.ids import StaffId
from mall.kernel.problems import Conflict, Invalid, NotAllowed, NotSignedIn, TooMany
from mall.kernel.time import Instant
from mall.staff.rules.permissions import ROLES

IDLE = timedelta(hours=12)  # a session ends when it was not used for so long
LONGEST = timedelta(days=30)  # and in any case after this
TOUCH_EVERY = timedelta(minutes=5)  # how exact "used" is
TRIES_OF_ACCOUNT = ((timedelta(minutes=15), 10), (timedelta(days=1), 50))
TRIES_OF_SOURCE = ((timedelta(minutes=15), 30),)
PASSWORD_LENGTH = range(10, 201)

_EMAIL = re.compile(r"[^@\s\x00-\x20]{1,64}@[^@\s\x00-\x20.]+(\.[^@\s\x00-\x20.]+)*")


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works in the mall."""

    id: StaffId
    name: str
    email: str
    role: str
    permissions: frozenset[str]
    language: str = "zh-CN"
    active: bool = True
    seen_at: Instant | None = None  # when the session was last marked as used

    def may(self, permission: str) -> bool:
        """Tell whether the role has a permission."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class StaffSignedIn:
    """A fresh session; ``token`` is the only copy of its secret."""

    token: str
    staff: StaffMember
    expires_at: Instant


@dataclass(eq=False)
class WrongPassword(NotSignedIn):
    """The address or the password is wrong, or the account is closed. Which is not told."""

    code: ClassVar[str] = "staff.wrong_password"
    texts: ClassVar[Texts] = {
        "zh-CN": "邮箱或密码错误",
        "en": "The e-mail address or the password is wrong",
    }


@dataclass(eq=False)
class StaffOnly(NotSignedIn):
    """This is for staff who are signed in."""

    code: ClassVar[str] = "staff.sign_in_first"
    texts: ClassVar[Texts] = {"zh-CN": "请先登录管理后台", "en": "Please sign in to the console"}


@dataclass(eq=False)
class Forbidden(NotAllowed):
    """The role does not have the permission."""

    code: ClassVar[str] = "staff.forbidden"
    texts: ClassVar[Texts] = {
        "zh-CN": "您的角色没有此权限（{permission}）",
        "en": "Your role does not have this permission ({permission})",
    }
    permission: str


@dataclass(eq=False)
class TooManyTries(TooMany):
    """Too many passwords were tried for this account, or from this place."""

    code: ClassVar[str] = "staff.too_many_tries"
    texts: ClassVar[Texts] = {
        "zh-CN": "尝试次数过多，请 {retry_after_seconds} 秒后再试",
        "en": "Too many tries; please wait {retry_after_seconds} seconds",
    }


@dataclass(eq=False)
class BadEmail(Invalid):
    """A text that is no e-mail address."""

    code: ClassVar[str] = "staff.bad_email"
    texts: ClassVar[Texts] = {"zh-CN": "请输入正确的邮箱地址", "en": "Enter an e-mail address"}


@dataclass(eq=False)
class WeakPassword(Invalid):
    """A password that is too short, or too long to be meant."""

    code: ClassVar[str] = "staff.weak_password"
    texts: ClassVar[Texts] = {
        "zh-CN": "密码需要 {least} 到 {most} 位",
        "en": "A password has {least} to {most} characters",
    }
    least: int = PASSWORD_LENGTH.start
    most: int = PASSWORD_LENGTH.stop - 1


@dataclass(eq=False)
class UnknownRole(Invalid):
    """There is no such role."""

    code: ClassVar[str] = "staff.unknown_role"
    texts: ClassVar[Texts] = {"zh-CN": "没有这个角色", "en": "There is no such role"}
    role: str


@dataclass(eq=False)
class EmailTaken(Conflict):
    """Somebody in this mall has that address."""

    code: ClassVar[str] = "staff.email_taken"
    texts: ClassVar[Texts] = {
        "zh-CN": "该邮箱已有员工使用",
        "en": "Somebody on the staff uses this address",
    }


@dataclass(eq=False)
class LastOwner(Conflict):
    """A mall keeps one active owner at least."""

    code: ClassVar[str] = "staff.last_owner"
    texts: ClassVar[Texts] = {
        "zh-CN": "至少保留一位启用的店主",
        "en": "One active owner has to remain",
    }


@dataclass(eq=False)
class BeyondOwnRole(NotAllowed):
    """Nobody gives, or takes away, permissions that they do not have."""

    code: ClassVar[str] = "staff.beyond_own_role"
    texts: ClassVar[Texts] = {
        "zh-CN": "不能管理权限高于自己的员工",
        "en": "You cannot manage staff whose role may do more than yours",
    }


def email_address(written: str) -> str:
    """Write an address as it is stored. Raises BadEmail."""
    address = written.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise BadEmail
    return address


def checked_password(password: str) -> str:
    """Give a password back that may be used. Raises WeakPassword."""
    if len(password) not in PASSWORD_LENGTH:
        raise WeakPassword
    return password


def permissions_of(role: str) -> frozenset[str]:
    """List what a role may do; a role that this version does not know may do nothing."""
    return ROLES[role].permissions if role in ROLES else frozenset()


def with_role(member: StaffMember, role: str) -> StaffMember:
    """Give a member of staff another role. Raises UnknownRole."""
    if role not in ROLES:
        raise UnknownRole(role)
    return replace(member, role=role, permissions=permissions_of(role))


def check_reach(by: StaffMember | None, *touched: StaffMember) -> None:
    """Refuse changes of or to somebody who may do more. ``by`` None: the system, which may.

    Raises BeyondOwnRole.
    """
    if by is not None and any(one.permissions - by.permissions for one in touched):
        raise BeyondOwnRole


def check_owner_remains(everybody: Sequence[StaffMember], changed: StaffMember) -> None:
    """Refuse a change after which nobody owns the mall. Raises LastOwner."""
    after = [changed if one.id == changed.id else one for one in everybody]
    had = any(one.role == "owner" and one.active for one in everybody)
    if had and not any(one.role == "owner" and one.active for one in after):
        raise LastOwner
