"""Proving who one is: codes and passwords.

Every try is counted and committed before anything is compared, so tries made all at once are
limited like any others; slow hashes are computed with no transaction open. Doors run these at
once, through ``RunErrand``; none is ever queued, so no code and no password is ever a job.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from mall.kernel import attempts, passwords
from mall.kernel.attempts import Limits
from mall.kernel.crypto import new_code
from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.ids import MemberId, TenantId, new_uuid
from mall.kernel.outside import Outside
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.members import rules, store
from mall.members.actions import begin_session
from mall.members.rules import (
    CodeSent,
    EmailTaken,
    Member,
    SignedIn,
    TooManyTries,
    WrongCode,
    WrongPassword,
)
from mall.messaging import Recipient, send


async def ask_code(run: RunErrand, *, phone: str, language: str, source: Source) -> CodeSent:
    """Send a one-time code to a phone, a member's or not. Raises BadPhone, TooManyTries."""
    args = {"phone": phone, "language": language, "source": source}
    return cast(CodeSent, await run(ASK_CODE, args))


async def sign_in_with_code(
    run: RunErrand, *, phone: str, code: str, language: str, source: Source
) -> SignedIn:
    """Begin a session; a new number becomes a member. Raises BadPhone, WrongCode, TooManyTries."""
    args = {"phone": phone, "code": code, "language": language, "source": source}
    return cast(SignedIn, await run(SIGN_IN_WITH_CODE, args))


async def register(
    run: RunErrand, *, email: str, password: str, name: str, language: str, source: Source
) -> SignedIn:
    """Make a member and begin a session.

    Raises BadEmail, WeakPassword, EmailTaken, TooManyTries.
    """
    args = {"email": email, "password": password, "name": name, "language": language}
    return cast(SignedIn, await run(REGISTER, args | {"source": source}))


async def sign_in_with_password(
    run: RunErrand, *, email: str, password: str, source: Source
) -> SignedIn:
    """Begin a session. Raises WrongPassword, TooManyTries."""
    args = {"email": email, "password": password, "source": source}
    return cast(SignedIn, await run(SIGN_IN_WITH_PASSWORD, args))


@dataclass(frozen=True, slots=True)
class CodeWanted:
    """Where a code goes."""

    tenant_id: TenantId
    phone: str
    language: str


@dataclass(frozen=True, slots=True)
class FreshCode:
    """A code, and what is stored of it."""

    code: str
    tag: bytes


@dataclass(frozen=True, slots=True)
class CodeTried:
    """A code that somebody gave; ``tag`` b"": there is none that could fit."""

    tenant_id: TenantId
    phone: str
    code: str
    tag: bytes
    language: str
    source: Source


@dataclass(frozen=True, slots=True)
class PasswordGiven:
    """A password and whom it is said to be of; ``stored`` is "" for nobody."""

    member: Member | None
    email: str
    password: str
    stored: str
    source: Source


async def prepare_asking(tx: Tx, args: Args, now: Instant) -> CodeWanted:
    """Count the sending."""
    phone, source = rules.phone_number(str(args["phone"])), cast(Source, args["source"])
    limits = {
        f"members.code_to/{phone}": rules.SENDS,
        f"members.code_from/{source.ip}": rules.SENDS_FROM_ONE_PLACE,
    }
    await _take(tx, limits, now)
    return CodeWanted(tx.tenant_id, phone, str(args["language"]))


async def make_code(outside: Outside, wanted: CodeWanted) -> FreshCode:
    """Make a code and the tag that stands for it in the database."""
    code = new_code(rules.CODE_DIGITS)
    return FreshCode(code, _tag(outside, wanted.tenant_id, wanted.phone, code))


async def record_code(tx: Tx, wanted: CodeWanted, fresh: FreshCode, now: Instant) -> Done:
    """Store the tag and have the code sent."""
    await store.put_code(tx, wanted.phone, fresh.tag, now + rules.CODE_LIFE)
    await send(
        tx,
        "code",
        Recipient(phone=wanted.phone),
        {"code": fresh.code},
        language=wanted.language,
        key=f"code/{new_uuid()}",
        now=now,
    )
    life, pause = rules.CODE_LIFE, rules.SENDS[0][0]
    return Done(
        CodeSent(rules.masked(wanted.phone), int(life.total_seconds()), int(pause.total_seconds()))
    )


async def prepare_code(tx: Tx, args: Args, now: Instant) -> CodeTried:
    """Count the try; only the first five at a living code are compared at all."""
    phone, source = rules.phone_number(str(args["phone"])), cast(Source, args["source"])
    await _take(tx, {f"members.tries_from/{source.ip}": rules.CODES_FROM_ONE_PLACE}, now)
    found = await store.try_code(tx, phone)
    alive = found is not None and found[1] <= rules.CODE_TRIES and found[2] > now
    tag = found[0] if found and alive else b""
    code = str(args["code"]).strip()
    return CodeTried(tx.tenant_id, phone, code, tag, str(args["language"]), source)


async def compare_code(outside: Outside, tried: CodeTried) -> bool:
    """Compare, in the same time whatever is wrong."""
    given = _tag(outside, tried.tenant_id, tried.phone, tried.code)
    return hmac.compare_digest(given, tried.tag)


async def record_code_sign_in(tx: Tx, tried: CodeTried, fits: bool, now: Instant) -> Done:
    """Use the code up and begin the session. Raises WrongCode."""
    if not fits or not await store.use_code(tx, tried.phone, tried.tag):
        raise WrongCode
    found = await store.find(tx, "phone", tried.phone)
    if found is None:
        new = Member(MemberId(new_uuid()), "", tried.phone, "", tried.language)
        await store.add_member(tx, new, password_hash="", now=now)
        found = await store.find(tx, "phone", tried.phone)
    assert found is not None
    return Done(await begin_session(tx, found[0], tried.source.token, now))


async def prepare_registration(tx: Tx, args: Args, now: Instant) -> PasswordGiven:
    """Check what was written and count the try."""
    email, source = rules.email_address(str(args["email"])), cast(Source, args["source"])
    password = rules.checked_password(str(args["password"]))
    limits = {f"members.registered_from/{source.ip}": rules.REGISTRATIONS_FROM_ONE_PLACE}
    await _take(tx, limits, now)
    name = " ".join(str(args["name"]).split())[: rules.NAME_AT_MOST]
    new = Member(MemberId(new_uuid()), name, "", email, str(args["language"]))
    return PasswordGiven(new, email, password, "", source)


async def hash_password(outside: Outside, given: PasswordGiven) -> str:
    """Hash the password."""
    return await passwords.hashed(given.password)


async def record_registration(tx: Tx, given: PasswordGiven, hashed: str, now: Instant) -> Done:
    """Store the member and begin the session. Raises EmailTaken."""
    assert given.member is not None
    if not await store.add_member(tx, given.member, password_hash=hashed, now=now):
        raise EmailTaken
    return Done(await begin_session(tx, given.member, given.source.token, now))


async def prepare_password(tx: Tx, args: Args, now: Instant) -> PasswordGiven:
    """Count the try and find the member."""
    email, source = str(args["email"]).strip().lower()[:254], cast(Source, args["source"])
    limits = {
        _passwords_of(email): rules.PASSWORDS_OF_ONE,
        f"members.passwords_from/{source.ip}": rules.PASSWORDS_FROM_ONE_PLACE,
    }
    await _take(tx, limits, now)
    member, stored = (await store.find(tx, "email", email) if email else None) or (None, "")
    return PasswordGiven(member, email, str(args["password"]), stored, source)


async def compare_password(outside: Outside, given: PasswordGiven) -> bool:
    """Compare, for as long whether there is such a member or not."""
    return await passwords.fits(given.password, given.stored)


async def record_password_sign_in(tx: Tx, given: PasswordGiven, fits: bool, now: Instant) -> Done:
    """Begin the session. Raises WrongPassword."""
    if not fits or given.member is None:
        raise WrongPassword
    await attempts.forgive(tx, _passwords_of(given.email))
    return Done(await begin_session(tx, given.member, given.source.token, now))


async def _take(tx: Tx, limits: Mapping[str, Limits], now: Instant) -> None:
    wait = await attempts.take(tx, limits, now)
    if wait:
        raise TooManyTries(wait)


def _passwords_of(email: str) -> str:
    return f"members.passwords_of/{email}"


def _tag(outside: Outside, tenant_id: TenantId, phone: str, code: str) -> bytes:
    return outside.secrets.tag("members.code", f"{tenant_id}/{phone}/{code}")


ASK_CODE = Errand("members.ask_code", prepare_asking, make_code, record_code)
SIGN_IN_WITH_CODE = Errand(
    "members.sign_in_with_code", prepare_code, compare_code, record_code_sign_in
)
REGISTER = Errand("members.register", prepare_registration, hash_password, record_registration)
SIGN_IN_WITH_PASSWORD = Errand(
    "members.sign_in_with_password", prepare_password, compare_password, record_password_sign_in
)
