"""Beginning to pay: the attempt is written down first, then its provider is asked at once."""

from dataclasses import dataclass
from typing import cast

from mall import payments
from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.ids import AttemptId, ShopperId
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.orders import queries
from mall.orders.actions import pay


@dataclass(frozen=True, slots=True)
class Started:
    """Where paying stands; ``pay_url`` None: the provider is slow, ask for the attempt again."""

    attempt_id: AttemptId | None  # None: the order cost nothing and is paid
    pay_url: str | None


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
    attempt_id = cast("AttemptId | None", await run(START, args))
    if attempt_id is None:
        return Started(None, None)
    return Started(attempt_id, await payments.address_to_pay(run, attempt_id))


async def _prepare(tx: Tx, args: Args, now: Instant) -> tuple[AttemptId | None]:
    order = await queries.by_number(tx, args["number"], shopper_id=args["shopper"])
    if args["provider"] not in payments.providers(order.currency, demo=args["demo"]):
        raise payments.NotOffered(args["provider"], order.currency)
    return (
        await pay.pay(tx, order.id, provider=args["provider"], return_url=args["back"], now=now),
    )


async def _call(outside: Outside, started: tuple[AttemptId | None]) -> None:
    """Ask nobody: payments has an errand of its own for that."""


async def _record(tx: Tx, started: tuple[AttemptId | None], answer: None, now: Instant) -> Done:
    return Done(started[0])


START = Errand("orders.start_payment", _prepare, _call, _record)
