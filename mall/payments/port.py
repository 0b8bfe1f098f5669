"""The port that every payment provider fills.

Every call answers Ok, Rejected or Unknown and raises nothing: a time-out, a broken connection, a
5xx, a bad signature of the answer are all Unknown. All calls may be repeated under one number.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mall.kernel.i18n import Texts
from mall.kernel.money import Money
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.payments.rules import Answer, Forged, Notice, RefundTrade, Trade
from mall.payments.rules.reconciling import BillLine


@dataclass(frozen=True, slots=True)
class PrepayAsk:
    """A buyer wants to pay."""

    merchant: str  # the mall, as the provider knows it
    shop: str  # its name, for the cashier
    out_no: str
    amount: Money
    subject: str
    return_url: str  # absolute: where the buyer goes back to; notifications go to the same host
    expires_at: Instant
    asked_at: Instant  # of the first call under this number
    now: Instant


@dataclass(frozen=True, slots=True)
class TradeAsk:
    """A question about an attempt, or the wish to close it."""

    merchant: str
    out_no: str
    asked_at: Instant
    now: Instant


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Money is to go back, or a question about that."""

    merchant: str
    out_no: str  # of the refund
    trade_no: str  # our number of the attempt
    reference: str  # the provider's number of the attempt
    amount: Money
    paid: Money
    reason: str
    return_url: str  # of the attempt
    now: Instant


@dataclass(frozen=True, slots=True)
class BillAsk:
    """The list of everything that moved on one day."""

    merchant: str
    day: date  # in the provider's time zone
    now: Instant


@dataclass(frozen=True, slots=True)
class Delivered:
    """A notification as it came in; nothing of it is believed yet."""

    merchant: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    now: Instant


@dataclass(frozen=True, slots=True)
class Provider:
    """One way to pay."""

    titles: Texts
    currencies: frozenset[str]
    demo: bool  # True: no real money moves
    time_zone: str  # its bills cut days in this zone
    bill_after: timedelta  # a day's bill is ready so long after midnight
    prepay: Callable[[Outside, PrepayAsk], Awaitable[Answer[Trade]]]
    query: Callable[[Outside, TradeAsk], Awaitable[Answer[Trade]]]
    close: Callable[[Outside, TradeAsk], Awaitable[Answer[Trade]]]  # paid already: says so
    refund: Callable[[Outside, RefundAsk], Awaitable[Answer[RefundTrade]]]
    refund_query: Callable[[Outside, RefundAsk], Awaitable[Answer[RefundTrade]]]
    verify_notification: Callable[[Outside, Delivered], Notice | Forged]
    bill: Callable[[Outside, BillAsk], Awaitable[Answer[tuple[BillLine, ...]]]]
