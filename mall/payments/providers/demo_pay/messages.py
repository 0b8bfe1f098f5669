"""What demo pay says, as typed messages, and what it means to the port."""

from datetime import datetime

import msgspec

from mall.kernel.money import Money
from mall.payments.rules import RefundTrade, Trade


class TradeMessage(msgspec.Struct):
    """A trade, in answers and notifications."""

    merchant: str
    out_trade_no: str
    trade_no: str
    state: str  # open, succeeded, closed
    amount_minor: int
    currency: str
    pay_url: str | None = None
    paid_minor: int | None = None
    paid_at: datetime | None = None


class RefundMessage(msgspec.Struct):
    """A refund, in answers and notifications."""

    merchant: str
    out_trade_no: str
    out_refund_no: str
    refund_no: str
    state: str  # processing, succeeded, failed
    amount_minor: int
    currency: str
    ended_at: datetime | None = None
    why: str = ""


class BillLineMessage(msgspec.Struct):
    """A line of a bill."""

    kind: str  # payment, refund
    out_no: str
    reference: str
    amount_minor: int
    currency: str
    at: datetime


class BillMessage(msgspec.Struct):
    """A day's bill; the count must fit."""

    day: str
    count: int
    lines: list[BillLineMessage]


class RefusalMessage(msgspec.Struct):
    """Why something was not done."""

    code: str
    text: str


class NoticeMessage(msgspec.Struct):
    """A notification; one of the two is there."""

    id: str
    type: str
    merchant: str
    trade: TradeMessage | None = None
    refund: RefundMessage | None = None


def trade_of(message: TradeMessage) -> Trade | None:
    """Read a trade; None when it makes no sense."""
    if message.state == "open":
        return Trade("open", message.trade_no, pay_url=message.pay_url)
    if message.state == "closed":
        return Trade("closed", message.trade_no)
    if message.state == "succeeded" and message.paid_minor is not None and message.paid_at:
        paid = Money(message.paid_minor, message.currency)
        return Trade("succeeded", message.trade_no, paid=paid, paid_at=message.paid_at)
    return None


def refund_of(message: RefundMessage) -> RefundTrade | None:
    """Read a refund; None when it makes no sense."""
    if message.state == "processing":
        return RefundTrade("asked", message.refund_no)
    refunded = Money(message.amount_minor, message.currency)
    if message.state == "succeeded":
        return RefundTrade("succeeded", message.refund_no, refunded, message.ended_at)
    if message.state == "failed":
        return RefundTrade(
            "failed", message.refund_no, ended_at=message.ended_at, why=message.why or "failed"
        )
    return None
