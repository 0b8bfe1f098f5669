"""Payments: attempts, refunds, what providers answer, and the decisions about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from mall.kernel.ids import AttemptId, OrderId, RefundId
from mall.kernel.money import Money
from mall.kernel.time import Instant
from mall.payments.rules.problems import NotThatMuch

type AttemptState = Literal["created", "prepaid", "closing", "succeeded", "closed", "refused"]
type RefundState = Literal["wanted", "unknown", "asked", "succeeded", "failed"]

OPEN: frozenset[AttemptState] = frozenset({"created", "prepaid", "closing"})
PAYABLE: frozenset[AttemptState] = frozenset({"created", "prepaid"})
RUNNING: frozenset[RefundState] = frozenset({"wanted", "unknown", "asked"})

REFUND_TRIES_AT_MOST = 8
_FIRST_AGAIN, _LAST_AGAIN = timedelta(seconds=2), timedelta(minutes=10)
_WORKER_BEHIND = timedelta(minutes=2)
_ATTEMPT_POLLS = tuple(
    timedelta(seconds=n) for n in (10, 10, 20, 30, 60, 60, 120, 300, 600, 1_800, 3_600)
)
_REFUND_POLLS = tuple(timedelta(seconds=n) for n in (10, 60, 300, 1_800, 3_600))  # rules 4.17


@dataclass(frozen=True, slots=True)
class Ok[Value]:
    """The provider answered, and its answer can be trusted."""

    value: Value


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider definitely did not do it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer that can be trusted: it may have been done or not. Never taken as a failure."""

    why: str


type Answer[Value] = Ok[Value] | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Trade:
    """An attempt as its provider sees it."""

    state: Literal["open", "succeeded", "closed", "missing"]
    reference: str = ""  # the provider's own number
    pay_url: str | None = None  # where the buyer pays, while open
    paid: Money | None = None  # what really arrived, when succeeded
    paid_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class RefundTrade:
    """A refund as its provider sees it."""

    state: Literal["asked", "succeeded", "failed", "missing"]
    reference: str = ""
    refunded: Money | None = None
    ended_at: Instant | None = None
    why: str = ""  # when failed


@dataclass(frozen=True, slots=True)
class Notice:
    """What a verified notification says."""

    id: str  # the provider's; copies of one notification share it
    kind: Literal["trade", "refund"]
    out_no: str  # of the attempt, or of the refund
    stands: Trade | RefundTrade
    body: dict[str, object]  # as it was signed, for later questions


@dataclass(frozen=True, slots=True)
class Forged:
    """A notification that cannot be from the provider, or not for this mall, or not from now."""

    why: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to pay an order with one provider; an order can have many."""

    id: AttemptId
    order_id: OrderId
    provider: str
    out_no: str  # our number at the provider, its idempotency key
    amount: Money
    subject: str
    return_url: str
    expires_at: Instant
    state: AttemptState
    close_asked: bool  # the order waits to hear that nothing can be paid any more
    pay_url: str | None
    reference: str
    paid: Money | None
    paid_at: Instant | None
    why: str  # the provider's words, when refused
    tries: int  # calls that wanted something done
    polls: int
    asked_at: Instant | None  # of the first call; None: the provider has never heard of it
    tried_at: Instant | None  # of the last call that wanted something done
    created_at: Instant
    ended_at: Instant | None

    @property
    def is_open(self) -> bool:
        """Tell whether money may still arrive in the ordinary way."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back to the buyer."""

    id: RefundId
    order_id: OrderId
    attempt_id: AttemptId
    key: str  # what caused it; one cause refunds once
    out_no: str
    amount: Money
    reason: str
    state: RefundState
    reference: str
    why: str
    tries: int
    polls: int
    wanted_at: Instant
    ended_at: Instant | None


@dataclass(frozen=True, slots=True)
class Book:
    """All payments and refunds of one order, under its lock."""

    attempts: tuple[Attempt, ...] = ()
    refunds: tuple[Refund, ...] = ()

    def attempt(self, attempt_id: AttemptId) -> Attempt:
        """Find one attempt."""
        return next(one for one in self.attempts if one.id == attempt_id)

    def refund(self, refund_id: RefundId) -> Refund:
        """Find one refund."""
        return next(one for one in self.refunds if one.id == refund_id)


def reusable(book: Book, provider: str, amount: Money, now: Instant) -> Attempt | None:
    """Find a living attempt that asks for just this."""
    for one in reversed(book.attempts):
        same = one.provider == provider and one.amount == amount
        if same and one.state in PAYABLE and one.expires_at > now:
            return one
    return None


def left_of(book: Book, attempt: Attempt, *, failed_counts: bool = False) -> int:
    """Tell how much of an attempt's money is here and not on its way back, in minor units.

    ``failed_counts``: leave out what was to go back and could not; an operator looks after that.
    """
    if attempt.state != "succeeded" or attempt.paid is None:
        return 0
    back = sum(
        refund.amount.minor
        for refund in book.refunds
        if refund.attempt_id == attempt.id and (failed_counts or refund.state != "failed")
    )
    return attempt.paid.minor - back


def is_paid(book: Book) -> bool:
    """Tell whether an attempt has brought just what it asked for, and the money was kept.

    A wrong amount does not count: the order sends it back.
    """
    return any(
        one.paid == one.amount and left_of(book, one, failed_counts=True) > 0
        for one in book.attempts
    )


def has_money(book: Book) -> bool:
    """Tell whether money of the order is here that nobody has asked to send back."""
    return any(left_of(book, one, failed_counts=True) > 0 for one in book.attempts)


def is_over(book: Book) -> bool:
    """Tell whether nothing can be paid any more and no money of the order was kept."""
    return not has_money(book) and not any(one.is_open for one in book.attempts)


def check_left(book: Book, source: Attempt, amount: Money) -> None:
    """Check that so much of an attempt's money can go back. Raises NotThatMuch."""
    same = source.paid is not None and source.paid.currency == amount.currency
    left = left_of(book, source) if same else 0
    if left < amount.minor:
        raise NotThatMuch(amount.minor, left)


def again_after(tries: int) -> timedelta:
    """Tell how long to wait after so many tries: 2, 4, 8 ... seconds, ten minutes at most."""
    return min(_FIRST_AGAIN * 2 ** min(max(tries - 1, 0), 12), _LAST_AGAIN)


def attempt_poll_after(polls: int) -> timedelta:
    """Tell when to ask about an attempt next: soon after its creation, then ever less often."""
    return _ATTEMPT_POLLS[min(polls, len(_ATTEMPT_POLLS) - 1)]


def refund_poll_after(polls: int) -> timedelta:
    """Tell when to ask about a refund next: 1, 5, 30 minutes, then hourly (rules 4.17)."""
    return _REFUND_POLLS[min(polls, len(_REFUND_POLLS) - 1)]


def chain_is_dead(attempt: Attempt, now: Instant) -> bool:
    """Tell whether nobody seems to be trying to close a closing attempt any more."""
    if attempt.tried_at is None:
        return True
    return attempt.tried_at + again_after(attempt.tries) + _WORKER_BEHIND < now


def moves(before: AttemptState, trade: Trade) -> AttemptState:
    """Tell the state that an attempt is in, now that its provider said this.

    A success is final; a closed attempt that turns out to be paid is a success all the same.
    """
    if before == "succeeded" or trade.state == "succeeded":
        return "succeeded"
    if trade.state == "closed":
        return "closed" if before in OPEN else before
    if trade.state == "open" and before == "created" and trade.pay_url:
        return "prepaid"
    return before


def refund_moves(before: RefundState, trade: RefundTrade) -> RefundState:
    """Tell the state that a refund is in, now that its provider said this."""
    if before == "succeeded" or trade.state == "missing":
        return before
    if trade.state == "asked":
        return before if before == "failed" else "asked"
    return trade.state


def parted(attempts: Sequence[Attempt]) -> tuple[list[Attempt], list[Attempt]]:
    """Part open attempts into those that can end here, and those that their provider must close.

    A provider that was never called knows nothing of the attempt.
    """
    unheard = [one for one in attempts if one.state == "created" and one.asked_at is None]
    return unheard, [one for one in attempts if one.is_open and one not in unheard]
