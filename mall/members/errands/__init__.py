"""Proving who one is: codes and passwords, a file a way.

Every try is counted and committed before anything is compared, so tries made all at once are
limited like any others; slow hashes are computed with no transaction open. Doors run these at
once, through ``RunErrand``; none is ever queued, so no code and no password is ever a job.
"""

from mall.members.errands.email import ask_to_register, ask_to_reset, register, reset_password
from mall.members.errands.password import sign_in_with_password
from mall.members.errands.phone import ask_code, sign_in_with_code

__all__ = [
    "ask_code",
    "ask_to_register",
    "ask_to_reset",
    "register",
    "reset_password",
    "sign_in_with_code",
    "sign_in_with_password",
]
