"""Signing in with an e-mail address and its password."""

from dataclasses import dataclass
from typing import cast

from mall.kernel import attempts, passwords
from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.outside import Outside
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.members import rules, store
from mall.members.actions import begin_session
from mall.members.errands import codes
from mall.members.rules import Member, SignedIn, WrongPassword


async def sign_in_with_password(
    run: RunErrand, *, email: str, password: str, source: Source
) -> SignedIn:
    """Begin a session. Raises WrongPassword, TooManyTries."""
    args = {"email": email, "password": password, "source": source}
    return cast(SignedIn, await run(SIGN_IN_WITH_PASSWORD, args))


@dataclass(frozen=True, slots=True)
class PasswordGiven:
    """A password and whom it is said to be of; ``stored`` is "" for nobody."""

    member: Member | None
    email: str
    password: str
    stored: str
    source: Source


async def prepare_password(tx: Tx, args: Args, now: Instant) -> PasswordGiven:
    """Count the try and find the member."""
    email, source = str(args["email"]).strip().lower()[:254], cast(Source, args["source"])
    limits = {
        _passwords_of(email): rules.PASSWORDS_OF_ONE,
        f"members.passwords_from/{source.ip}": rules.PASSWORDS_FROM_ONE_PLACE,
    }
    await codes.limit(tx, limits, now)
    member, stored = (await store.find(tx, "email", email) if email else None) or (None, "")
    return PasswordGiven(member, email, str(args["password"]), stored, source)


async def compare_password(outside: Outside, given: PasswordGiven) -> bool:
    """Compare, for as long whether there is such a member or not."""
    return await passwords.fits(given.password, given.stored)


async def record_password_sign_in(tx: Tx, given: PasswordGiven, fits: bool, now: Instant) -> Done:
    """Begin the session. Raises WrongPassword."""
    if not fits or given.member is None:
        raise WrongPassword
    await forgive_tries(tx, given.email)
    return Done(await begin_session(tx, given.member, given.source.token, now))


async def forgive_tries(tx: Tx, email: str) -> None:
    """Forget the passwords that were tried for an address: its owner has come."""
    await attempts.forgive(tx, _passwords_of(email))


def _passwords_of(email: str) -> str:
    return f"members.passwords_of/{email}"


SIGN_IN_WITH_PASSWORD = Errand(
    "members.sign_in_with_password", prepare_password, compare_password, record_password_sign_in
)
