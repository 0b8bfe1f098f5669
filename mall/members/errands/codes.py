"""What every errand with a one-time code does: count the sending, count the try, compare."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from mall.kernel import attempts
from mall.kernel.attempts import Limits
from mall.kernel.crypto import new_code
from mall.kernel.db import Tx
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.members import rules, store
from mall.members.rules import TooManyTries


@dataclass(frozen=True, slots=True)
class FreshCode:
    """A code, and what is stored of it."""

    code: str
    tag: bytes


@dataclass(frozen=True, slots=True)
class CodeTried:
    """A code that somebody gave; ``tag`` b"": there is none that could fit."""

    tenant_id: TenantId
    destination: str
    code: str
    tag: bytes


async def limit(tx: Tx, limits: Mapping[str, Limits], now: Instant) -> None:
    """Count one attempt under every name. Raises TooManyTries."""
    wait = await attempts.take(tx, limits, now)
    if wait:
        raise TooManyTries(wait)


def make_code(outside: Outside, tenant_id: TenantId, destination: str) -> FreshCode:
    """Make a code and the tag that stands for it in the database."""
    code = new_code(rules.CODE_DIGITS)
    return FreshCode(code, _tag(outside, tenant_id, destination, code))


async def try_code(
    tx: Tx, destination: str, code: str, *, source: Source, now: Instant
) -> CodeTried:
    """Count a try; only the first five at a living code are compared at all.

    Raises TooManyTries.
    """
    await limit(tx, {f"members.tries_from/{source.ip}": rules.CODES_FROM_ONE_PLACE}, now)
    found = await store.try_code(tx, destination)
    alive = found is not None and found[1] <= rules.CODE_TRIES and found[2] > now
    return CodeTried(tx.tenant_id, destination, code.strip(), found[0] if found and alive else b"")


def fits(outside: Outside, tried: CodeTried) -> bool:
    """Compare, in the same time whatever is wrong."""
    given = _tag(outside, tried.tenant_id, tried.destination, tried.code)
    return hmac.compare_digest(given, tried.tag)


def _tag(outside: Outside, tenant_id: TenantId, destination: str, code: str) -> bytes:
    return outside.secrets.tag("members.code", f"{tenant_id}/{destination}/{code}")
