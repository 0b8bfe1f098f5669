"""Beginning to pay: the attempt is written down first, then its provider is asked at once.

This is the PREPAY errand of payments, whose first step shares the transaction of the attempt.
"""

from dataclasses import dataclass
from typing import Any, cast

from mall import payments
from mall.kernel.db import Tx
from mall.kernel.errands import Again, Args, Done, Errand, RunErrand
from mall.kernel.ids import AttemptId, ShopperId
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.orders import queries
from mall.orders.actions import pay
from mall.payments import PREPAY


@dataclass(frozen=True, slots=True)
class Started:
    """Where paying stands; ``pay_url`` None: the provider is slow, ask for the attempt again."""

    attempt_id: AttemptId | None  # None: the order cost nothing and is paid
    pay_url: str | None


@dataclass(frozen=True, slots=True)
class _Asking:
    """An attempt, and what its provider is asked; None: nothing, the attempt has ended."""

    attempt_id: AttemptId
    question: Any


async def start_payment(
    run: RunErrand,
    *,
    number: str,
    shopper_id: ShopperId,
    provider: str,
    demo: bool,
    return_url: str,
) -> Started:
    """Begin to pay a shopper's order. ``return_url`` is absolute; ``demo``: money need not be real.

    Raises Nothing, WrongState, and what payments say of the provider.
    """
    args = {
        "number": number,
        "shopper": shopper_id,
        "provider": provider,
        "demo": demo,
        "back": return_url,
    }
    started = cast("Started | None", await run(START, args))
    return started or Started(None, None)


async def _prepare(tx: Tx, args: Args, now: Instant) -> _Asking | None:
    order = await queries.by_number(tx, args["number"], shopper_id=args["shopper"])
    if args["provider"] not in payments.providers(order.currency, demo=args["demo"]):
        raise payments.NotOffered(args["provider"], order.currency)
    attempt_id = await pay.pay(
        tx, order.id, provider=args["provider"], return_url=args["back"], now=now
    )
    if attempt_id is None:
        return None
    return _Asking(attempt_id, await PREPAY.prepare(tx, {"attempt": attempt_id}, now))


async def _call(outside: Outside, asking: _Asking) -> Any:
    return None if asking.question is None else await PREPAY.call(outside, asking.question)


async def _record(tx: Tx, asking: _Asking, answer: Any, now: Instant) -> Done:
    if asking.question is None:
        return Done(Started(asking.attempt_id, None))
    outcome = await PREPAY.record(tx, asking.question, answer, now)
    if isinstance(outcome, Again):  # by itself: the order is being paid, whoever wants to know
        await tx.send(PREPAY, {"attempt": asking.attempt_id}, after=outcome.after)
        return Done(Started(asking.attempt_id, None))
    return Done(Started(asking.attempt_id, outcome.value))


START = Errand("orders.start_payment", _prepare, _call, _record)
