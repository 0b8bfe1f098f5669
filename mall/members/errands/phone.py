"""Signing in with a phone and a one-time code; a number that is new becomes a member."""

from dataclasses import dataclass
from typing import cast

from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.ids import MemberId, TenantId, new_uuid
from mall.kernel.outside import Outside
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.members import rules, store
from mall.members.actions import begin_session
from mall.members.errands import codes
from mall.members.errands.codes import CodeTried, FreshCode
from mall.members.rules import CodeSent, Member, SignedIn, WrongCode
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


@dataclass(frozen=True, slots=True)
class CodeWanted:
    """Where a code goes."""

    tenant_id: TenantId
    phone: str
    language: str


@dataclass(frozen=True, slots=True)
class CodeGiven:
    """A code that somebody gave, and for which phone."""

    phone: str
    tried: CodeTried
    language: str
    source: Source


async def prepare_asking(tx: Tx, args: Args, now: Instant) -> CodeWanted:
    """Count the sending."""
    phone, source = rules.phone_number(str(args["phone"])), cast(Source, args["source"])
    limits = {
        f"members.code_to/{phone}": rules.SENDS,
        f"members.code_from/{source.ip}": rules.SENDS_FROM_ONE_PLACE,
    }
    await codes.limit(tx, limits, now)
    return CodeWanted(tx.tenant_id, phone, str(args["language"]))


async def make_code(outside: Outside, wanted: CodeWanted) -> FreshCode:
    """Make a code."""
    return codes.make_code(outside, wanted.tenant_id, wanted.phone)


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
    return Done(rules.code_sent(wanted.phone, rules.CODE_LIFE))


async def prepare_code(tx: Tx, args: Args, now: Instant) -> CodeGiven:
    """Count the try."""
    phone, source = rules.phone_number(str(args["phone"])), cast(Source, args["source"])
    tried = await codes.try_code(tx, phone, str(args["code"]), source=source, now=now)
    return CodeGiven(phone, tried, str(args["language"]), source)


async def compare_code(outside: Outside, given: CodeGiven) -> bool:
    """Compare, in the same time whatever is wrong."""
    return codes.fits(outside, given.tried)


async def record_code_sign_in(tx: Tx, given: CodeGiven, fits: bool, now: Instant) -> Done:
    """Use the code up and begin the session. Raises WrongCode."""
    if not fits or not await store.use_code(tx, given.phone, given.tried.tag):
        raise WrongCode
    found = await store.find(tx, "phone", given.phone)
    if found is None:
        new = Member(MemberId(new_uuid()), "", given.phone, "", given.language)
        await store.add_member(tx, new, password_hash="", now=now)
        found = await store.find(tx, "phone", given.phone)
    assert found is not None
    return Done(await begin_session(tx, found[0], given.source.token, now))


ASK_CODE = Errand("members.ask_code", prepare_asking, make_code, record_code)
SIGN_IN_WITH_CODE = Errand(
    "members.sign_in_with_code", prepare_code, compare_code, record_code_sign_in
)
