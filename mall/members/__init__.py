"""Members: who shops - guests too -, how members prove it, and where things are sent.

hears      -
announces  -
socket     at_sign_in: rooms above join a guest's things with a member's
"""

from mall.members.actions import (
    add_address,
    begin_guest,
    change_address,
    change_profile,
    remove_address,
    sign_out,
)
from mall.members.errands import ask_code, register, sign_in_with_code, sign_in_with_password
from mall.members.port import at_sign_in
from mall.members.queries import address, addresses, addresses_by_id, members, session
from mall.members.rules import (
    NAME_AT_MOST,
    PASSWORD_AT_MOST,
    Address,
    BadEmail,
    BadPhone,
    BadRegion,
    Begun,
    BookFull,
    CodeSent,
    Draft,
    EmailTaken,
    Member,
    Session,
    Shopper,
    SignedIn,
    SignInFirst,
    TooManyTries,
    WeakPassword,
    WrongCode,
    WrongPassword,
    checked_address,
    email_address,
    masked,
    phone_number,
)
from mall.members.rules.regions import Region, region_names, region_path, regions

__all__ = [
    "NAME_AT_MOST",
    "PASSWORD_AT_MOST",
    "Address",
    "BadEmail",
    "BadPhone",
    "BadRegion",
    "Begun",
    "BookFull",
    "CodeSent",
    "Draft",
    "EmailTaken",
    "Member",
    "Region",
    "Session",
    "Shopper",
    "SignInFirst",
    "SignedIn",
    "TooManyTries",
    "WeakPassword",
    "WrongCode",
    "WrongPassword",
    "add_address",
    "address",
    "addresses",
    "addresses_by_id",
    "ask_code",
    "at_sign_in",
    "begin_guest",
    "change_address",
    "change_profile",
    "checked_address",
    "email_address",
    "masked",
    "members",
    "phone_number",
    "region_names",
    "region_path",
    "regions",
    "register",
    "remove_address",
    "session",
    "sign_in_with_code",
    "sign_in_with_password",
    "sign_out",
]
