"""Proving that an e-mail address is one's own: to register with it, to set a new password.

Who asks is told the same, and made to wait as long, whether the address is a member's or not: a
code is made, its tag stored and a message sent for both. Only the message differs, and only the
owner of the address reads it; where there is nothing to prove, the code is in no message.
"""

from dataclasses import dataclass
from typing import Literal, cast

from mall.kernel import passwords
from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.ids import MemberId, ShopperId, TenantId, new_uuid
from mall.kernel.outside import Outside
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.members import rules, store
from mall.members.actions import begin_session
from mall.members.errands import codes
from mall.members.errands.codes import CodeTried, FreshCode
from mall.members.errands.password import forgive_tries
from mall.members.rules import CodeSent, EmailTaken, Member, SignedIn, WrongCode
from mall.messaging import Recipient, TemplateCode, send

type Purpose = Literal["register", "reset"]

_TO_MEMBERS: dict[Purpose, TemplateCode] = {"register": "registered", "reset": "reset"}
_TO_OTHERS: dict[Purpose, TemplateCode] = {"register": "registration", "reset": "unregistered"}
_FROM_ONE_PLACE = {
    "register": rules.REGISTRATIONS_FROM_ONE_PLACE,
    "reset": rules.SENDS_FROM_ONE_PLACE,
}


async def ask_to_register(run: RunErrand, *, email: str, language: str, source: Source) -> CodeSent:
    """Send a code to an address; to a member's, word that there is an account already.

    Raises BadEmail, TooManyTries.
    """
    return await _ask(run, "register", email, language, source)


async def ask_to_reset(run: RunErrand, *, email: str, language: str, source: Source) -> CodeSent:
    """Send a code to a member's address; to any other, word that there is no account.

    Raises BadEmail, TooManyTries.
    """
    return await _ask(run, "reset", email, language, source)


async def register(
    run: RunErrand,
    *,
    email: str,
    code: str,
    password: str,
    name: str,
    language: str,
    source: Source,
) -> SignedIn:
    """Make a member and begin a session.

    Raises BadEmail, WeakPassword, WrongCode, TooManyTries, and EmailTaken for who holds a code that
    fits.
    """
    args = {"email": email, "code": code, "password": password, "name": name}
    return cast(SignedIn, await run(REGISTER, args | {"language": language, "source": source}))


async def reset_password(
    run: RunErrand, *, email: str, code: str, password: str, language: str, source: Source
) -> SignedIn:
    """Set a new password, end all sessions of the member, and begin one here.

    Raises BadEmail, WeakPassword, WrongCode, TooManyTries.
    """
    args = {"email": email, "code": code, "password": password, "name": ""}
    return cast(SignedIn, await run(RESET, args | {"language": language, "source": source}))


async def _ask(
    run: RunErrand, purpose: Purpose, email: str, language: str, source: Source
) -> CodeSent:
    args = {"purpose": purpose, "email": email, "language": language, "source": source}
    return cast(CodeSent, await run(ASK_BY_EMAIL, args))


@dataclass(frozen=True, slots=True)
class LetterWanted:
    """Where a code goes, and what for."""

    tenant_id: TenantId
    purpose: Purpose
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class ProofGiven:
    """A code that somebody gave, and the password that is to be theirs."""

    email: str
    tried: CodeTried
    password: str
    name: str
    language: str
    source: Source


async def prepare_letter(tx: Tx, args: Args, now: Instant) -> LetterWanted:
    """Count the sending."""
    email, source = rules.email_address(str(args["email"])), cast(Source, args["source"])
    purpose = cast(Purpose, args["purpose"])
    limits = {
        f"members.code_to/{_destination(purpose, email)}": rules.SENDS,
        f"members.{purpose}_from/{source.ip}": _FROM_ONE_PLACE[purpose],
    }
    await codes.limit(tx, limits, now)
    return LetterWanted(tx.tenant_id, purpose, email, str(args["language"]))


async def make_code(outside: Outside, wanted: LetterWanted) -> FreshCode:
    """Make a code, even where it will be told to nobody."""
    return codes.make_code(outside, wanted.tenant_id, _destination(wanted.purpose, wanted.email))


async def record_letter(tx: Tx, wanted: LetterWanted, fresh: FreshCode, now: Instant) -> Done:
    """Store the tag and have a message sent; which one depends on who reads it."""
    life, to_whom = rules.EMAIL_CODE_LIFE, _TO_OTHERS
    if await store.find(tx, "email", wanted.email) is not None:
        to_whom = _TO_MEMBERS
    destination = _destination(wanted.purpose, wanted.email)
    await store.put_code(tx, destination, fresh.tag, now + life)
    await send(
        tx,
        to_whom[wanted.purpose],
        Recipient(email=wanted.email),
        {"code": fresh.code},
        language=wanted.language,
        key=f"code/{new_uuid()}",
        now=now,
    )
    return Done(rules.code_sent(wanted.email, life))


async def prepare_registration(tx: Tx, args: Args, now: Instant) -> ProofGiven:
    """Check what was written and count the try."""
    return await _proof(tx, "register", args, now)


async def prepare_reset(tx: Tx, args: Args, now: Instant) -> ProofGiven:
    """Check what was written and count the try."""
    return await _proof(tx, "reset", args, now)


async def hash_if_it_fits(outside: Outside, given: ProofGiven) -> str:
    """Hash the password; "" when the code does not fit, so that guessing costs us little."""
    return await passwords.hashed(given.password) if codes.fits(outside, given.tried) else ""


async def record_registration(tx: Tx, given: ProofGiven, hashed: str, now: Instant) -> Done:
    """Store the member and begin the session. Raises WrongCode, EmailTaken."""
    await _use(tx, given, hashed)
    new = Member(MemberId(new_uuid()), given.name, "", given.email, given.language)
    if not await store.add_member(tx, new, password_hash=hashed, now=now):
        raise EmailTaken
    return Done(await begin_session(tx, new, given.source.token, now))


async def record_reset(tx: Tx, given: ProofGiven, hashed: str, now: Instant) -> Done:
    """Store the password, end every session and begin one here. Raises WrongCode."""
    await _use(tx, given, hashed)
    found = await store.find(tx, "email", given.email)
    if found is None:
        raise WrongCode
    member, _ = found
    await store.put_password(tx, member.id, hashed)
    await store.end_sessions_of(tx, ShopperId(member.id))
    await forgive_tries(tx, given.email)
    await send(
        tx,
        "password_changed",
        Recipient(email=given.email),
        {},
        language=given.language,
        key=f"password/{new_uuid()}",
        now=now,
    )
    return Done(await begin_session(tx, member, given.source.token, now))


async def _proof(tx: Tx, purpose: Purpose, args: Args, now: Instant) -> ProofGiven:
    """Take what was given; a password that cannot be used costs no try."""
    email, source = rules.email_address(str(args["email"])), cast(Source, args["source"])
    password = rules.checked_password(str(args["password"]))
    destination, code = _destination(purpose, email), str(args["code"])
    tried = await codes.try_code(tx, destination, code, source=source, now=now)
    name = " ".join(str(args["name"]).split())[: rules.NAME_AT_MOST]
    return ProofGiven(email, tried, password, name, str(args["language"]), source)


async def _use(tx: Tx, given: ProofGiven, hashed: str) -> None:
    """Use the code up; it is worth nothing a second time. Raises WrongCode."""
    tried = given.tried
    if not hashed or not await store.use_code(tx, tried.destination, tried.tag):
        raise WrongCode


def _destination(purpose: Purpose, email: str) -> str:
    """Name a code: one that was sent for a purpose proves nothing for another."""
    return f"{purpose}/{email}"


ASK_BY_EMAIL = Errand("members.ask_by_email", prepare_letter, make_code, record_letter)
REGISTER = Errand("members.register", prepare_registration, hash_if_it_fits, record_registration)
RESET = Errand("members.reset_password", prepare_reset, hash_if_it_fits, record_reset)
