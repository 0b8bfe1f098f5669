"""Staff: who works in a mall, how they prove it, and what their role allows.

hears      -
announces  -
"""

from mall.staff.actions import (
    actor,
    change,
    create,
    set_password,
    sign_out,
    sign_out_everywhere,
    touch,
)
from mall.staff.errands import SIGN_IN, sign_in
from mall.staff.queries import AuditEntry, audit, everybody, member, session
from mall.staff.rules import (
    TOUCH_EVERY,
    BeyondOwnRole,
    EmailTaken,
    Forbidden,
    LastOwner,
    StaffMember,
    StaffOnly,
    StaffSignedIn,
    TooManyTries,
    WrongPassword,
)
from mall.staff.rules.permissions import ANYONE, PERMISSIONS, ROLES, SIGNED_IN, Role

__all__ = [
    "ANYONE",
    "PERMISSIONS",
    "ROLES",
    "SIGNED_IN",
    "SIGN_IN",
    "TOUCH_EVERY",
    "AuditEntry",
    "BeyondOwnRole",
    "EmailTaken",
    "Forbidden",
    "LastOwner",
    "Role",
    "StaffMember",
    "StaffOnly",
    "StaffSignedIn",
    "TooManyTries",
    "WrongPassword",
    "actor",
    "audit",
    "change",
    "create",
    "everybody",
    "member",
    "session",
    "set_password",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "touch",
]
