"""Proving who one is. Passwords are slow on purpose, so no transaction is open meanwhile.

Every try is counted and committed before the password is looked at, so tries made all at once
are limited like any others. Doors run these at once, through ``RunErrand``; none is ever queued.
"""

from dataclasses import dataclass
from typing import cast

from mall.kernel import attempts, passwords
from mall.kernel.audit import record as audit
from mall.kernel.crypto import hash_token, new_token
from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.outside import Outside
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.staff import rules, store
from mall.staff.actions import actor, set_password
from mall.staff.rules import StaffMember, StaffSignedIn, TooManyTries, WrongPassword


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says who they are; ``staff`` None: nobody has that address."""

    staff: StaffMember | None
    password_hash: str
    password: str
    email: str
    source: Source
    new_password: str = ""


async def sign_in(run: RunErrand, *, email: str, password: str, source: Source) -> StaffSignedIn:
    """Begin a session in place of the one the source has. Raises WrongPassword, TooManyTries."""
    args = {"email": email, "password": password, "source": source}
    return cast(StaffSignedIn, await run(SIGN_IN, args))


async def change_password(
    run: RunErrand, *, staff: StaffMember, old: str, new: str, source: Source
) -> None:
    """Change one's own password; all sessions end. Raises WrongPassword, TooManyTries."""
    args = {"email": staff.email, "password": old, "new": rules.checked_password(new)}
    await run(CHANGE_PASSWORD, args | {"source": source})


async def prepare(tx: Tx, args: Args, now: Instant) -> Claim:
    """Count the try and find the account."""
    source = cast(Source, args["source"])
    email = str(args["email"]).strip().lower()[:254]
    wait = await attempts.take(
        tx,
        {
            _tries(email): rules.TRIES_OF_ACCOUNT,
            f"staff.source/{source.ip}": rules.TRIES_OF_SOURCE,
        },
        now,
    )
    if wait:
        raise TooManyTries(wait)
    staff, stored = await store.find(tx, email) or (None, "")
    return Claim(staff, stored, str(args["password"]), email, source, str(args.get("new", "")))


async def call(outside: Outside, claim: Claim) -> bool:
    """Compare the password, for as long whether there is such an account or not."""
    return await passwords.fits(claim.password, claim.password_hash)


async def record(tx: Tx, claim: Claim, fits: bool, now: Instant) -> Done:
    """Begin the session. Raises WrongPassword."""
    staff = await store.member(tx, claim.staff.id) if claim.staff else None
    if staff is None or not fits or not staff.active:
        raise WrongPassword
    await attempts.forgive(tx, _tries(claim.email))
    token, expires_at = new_token(), now + rules.LONGEST
    if claim.source.token:
        await store.end_session(tx, hash_token(claim.source.token))
    await store.add_session(
        tx,
        hash_token(token),
        staff.id,
        ip=claim.source.ip,
        user_agent=claim.source.user_agent,
        now=now,
        expires_at=expires_at,
    )
    came = {"ip": claim.source.ip, "user_agent": claim.source.user_agent[:300]}
    await audit(tx, actor(staff), "staff.sign_in", ("staff", staff.id), None, came, now)
    return Done(StaffSignedIn(token, staff, expires_at))


async def compare_and_hash(outside: Outside, claim: Claim) -> str:
    """Hash the new password; "" when the old one does not fit."""
    fits = await passwords.fits(claim.password, claim.password_hash)
    return await passwords.hashed(claim.new_password) if fits else ""


async def record_password(tx: Tx, claim: Claim, hashed: str, now: Instant) -> Done:
    """Store the new password. Raises WrongPassword."""
    if not hashed or claim.staff is None:
        raise WrongPassword
    await attempts.forgive(tx, _tries(claim.email))
    await set_password(tx, claim.staff.id, hashed, by=claim.staff, now=now)
    return Done()


def _tries(email: str) -> str:
    return f"staff.account/{email}"


SIGN_IN = Errand("staff.sign_in", prepare, call, record)
CHANGE_PASSWORD = Errand("staff.change_password", prepare, compare_and_hash, record_password)
