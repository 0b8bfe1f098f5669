"""A payment provider with books of its own, and every way in which it can disappoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal, cast

from mall.kernel.money import Money
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.payments.port import BillAsk, Delivered, PrepayAsk, Provider, RefundAsk, TradeAsk
from mall.payments.rules import (
    Answer,
    Forged,
    Notice,
    Ok,
    RefundTrade,
    Rejected,
    Trade,
    Unknown,
)
from mall.payments.rules.reconciling import BillLine

CODES = ("bank", "card")  # two ways to pay, so that a buyer can pay twice
type Fault = Literal["", "lost", "mute", "refused"]  # mute: it was done, and nobody hears of it


@dataclass
class TradeRow:
    """A trade as the provider booked it."""

    out_no: str
    order_number: str
    amount: Money | None  # None: closed before it was ever opened
    state: Literal["open", "succeeded", "closed"]
    expires_at: Instant | None
    paid: Money | None = None
    paid_at: Instant | None = None
    provider: str = ""


@dataclass
class RefundRow:
    """A refund as the provider booked it."""

    out_no: str
    trade_no: str
    amount: Money
    state: Literal["asked", "succeeded", "failed"]
    ended_at: Instant | None = None


@dataclass
class Bank:
    """The provider's books; shares no code with what keeps the mall's."""

    trades: dict[str, TradeRow] = field(default_factory=dict[str, TradeRow])
    refunds: dict[str, RefundRow] = field(default_factory=dict[str, RefundRow])
    notices: list[Notice] = field(default_factory=list[Notice])
    fault: Fault = ""  # of the next call
    complaints: list[str] = field(default_factory=list[str])  # what no honest mall would ask for

    def prepay(self, code: str, ask: PrepayAsk) -> Answer[Trade]:
        row = self.trades.get(ask.out_no)
        if row is None:
            row = TradeRow(ask.out_no, ask.subject, ask.amount, "open", ask.expires_at)
            row.provider = code
            self.trades[ask.out_no] = row
        elif row.state == "succeeded":
            return Rejected("TRADE_PAID", "it is paid")
        elif row.amount is None or row.state == "closed":
            return Rejected("TRADE_CLOSED", "it is closed")
        elif row.amount != ask.amount:
            self.complaints.append(f"{ask.out_no} asked for two amounts")
        return Ok(self.shown(row))

    def query(self, ask: TradeAsk) -> Answer[Trade]:
        row = self.trades.get(ask.out_no)
        return Ok(Trade("missing")) if row is None else Ok(self.shown(row))

    def close(self, ask: TradeAsk) -> Answer[Trade]:
        row = self.trades.get(ask.out_no)
        if row is None:
            row = TradeRow(ask.out_no, "", None, "closed", None)
            self.trades[ask.out_no] = row
        elif row.state == "open":
            row.state = "closed"
            self._tell(row.out_no, "trade", self.shown(row))
        return Ok(self.shown(row))

    def refund(self, ask: RefundAsk) -> Answer[RefundTrade]:
        row = self.refunds.get(ask.out_no)
        if row is None:
            trade = self.trades[ask.trade_no]
            gone = sum(
                one.amount.minor
                for one in self.refunds.values()
                if one.trade_no == ask.trade_no and one.state != "failed"
            )
            paid = trade.paid.minor if trade.paid else 0
            if gone + ask.amount.minor > paid:
                self.complaints.append(f"refund of {ask.amount.minor}, {paid - gone} are left")
                return Rejected("NOT_ENOUGH", "more than was paid")
            row = RefundRow(ask.out_no, ask.trade_no, ask.amount, "asked")
            self.refunds[ask.out_no] = row
        elif (row.trade_no, row.amount) != (ask.trade_no, ask.amount):
            self.complaints.append(f"{ask.out_no} asked for two amounts")
        return Ok(self.shown_refund(row))

    def refund_query(self, ask: RefundAsk) -> Answer[RefundTrade]:
        row = self.refunds.get(ask.out_no)
        return Ok(RefundTrade("missing")) if row is None else Ok(self.shown_refund(row))

    def pay(self, row: TradeRow, paid: Money, now: Instant) -> None:
        """Take a buyer's money, whatever the state of the trade: banks do."""
        row.state, row.paid, row.paid_at = "succeeded", paid, now
        self._tell(row.out_no, "trade", self.shown(row))

    def end(self, row: RefundRow, state: Literal["succeeded", "failed"], now: Instant) -> None:
        """End a refund that was taken on."""
        self._tell(row.out_no, "refund", self.shown_refund(row))
        row.state, row.ended_at = state, now
        self._tell(row.out_no, "refund", self.shown_refund(row))

    def bill(self, code: str, ask: BillAsk) -> Answer[tuple[BillLine, ...]]:
        """List what moved on a day."""
        lines = list[BillLine]()
        for row in self.trades.values():
            if row.provider == code and row.paid and row.paid_at and _day(row.paid_at) == ask.day:
                reference = f"T{row.out_no}"
                lines.append(BillLine("payment", row.out_no, reference, row.paid, row.paid_at))
        for back in self.refunds.values():
            done = back.ended_at if back.state == "succeeded" else None
            if self.trades[back.trade_no].provider == code and done and _day(done) == ask.day:
                reference = f"R{back.out_no}"
                lines.append(BillLine("refund", back.out_no, reference, back.amount, done))
        return Ok(tuple(lines))

    def _tell(
        self, out_no: str, kind: Literal["trade", "refund"], stands: Trade | RefundTrade
    ) -> None:
        self.notices.append(Notice(f"n{len(self.notices)}", kind, out_no, stands, {}))

    def shown(self, row: TradeRow) -> Trade:
        url = "https://bank.example/" + row.out_no if row.state == "open" else None
        return Trade(row.state, f"T{row.out_no}", url, row.paid, row.paid_at)

    def shown_refund(self, row: RefundRow) -> RefundTrade:
        why = "the account is closed" if row.state == "failed" else ""
        back = row.amount if row.state == "succeeded" else None
        return RefundTrade(row.state, f"R{row.out_no}", back, row.ended_at, why)

    def answered[Value](self, answer: Any, ask: Any) -> Answer[Value]:
        """Do what was asked, or not, and say so, or not."""
        fault, self.fault = self.fault, ""
        if fault == "lost":
            return Unknown("the question was lost")
        if fault == "refused":
            return Rejected("BUSY", "not now")
        said = answer(ask)
        return Unknown("the answer was lost") if fault == "mute" else said


def money(minor: int, currency: str) -> Money:
    """Make an amount of two columns."""
    return Money(minor, currency)


def _bank(outside: Outside) -> Bank:
    return cast(Bank, outside)


async def _prepay(code: str, outside: Outside, ask: PrepayAsk) -> Answer[Trade]:
    return _bank(outside).answered(partial(_bank(outside).prepay, code), ask)


async def _query(outside: Outside, ask: TradeAsk) -> Answer[Trade]:
    return _bank(outside).answered(_bank(outside).query, ask)


async def _close(outside: Outside, ask: TradeAsk) -> Answer[Trade]:
    return _bank(outside).answered(_bank(outside).close, ask)


async def _refund(outside: Outside, ask: RefundAsk) -> Answer[RefundTrade]:
    return _bank(outside).answered(_bank(outside).refund, ask)


async def _refund_query(outside: Outside, ask: RefundAsk) -> Answer[RefundTrade]:
    return _bank(outside).answered(_bank(outside).refund_query, ask)


async def _bill(code: str, outside: Outside, ask: BillAsk) -> Answer[tuple[BillLine, ...]]:
    return _bank(outside).answered(partial(_bank(outside).bill, code), ask)


def _day(at: Instant) -> date:
    return (at + timedelta(hours=8)).date()  # of China, without asking the mall's calendar


def _verify(outside: Outside, delivered: Delivered) -> Notice | Forged:
    number = int(delivered.body)
    if delivered.headers.get("signature") != "genuine":
        return Forged("the signature is wrong")
    return _bank(outside).notices[number]


_PROVIDERS: Mapping[str, Provider] = {
    code: Provider(
        titles={"zh-CN": "银行", "en": "Bank"},
        currencies=frozenset({"CNY"}),
        demo=True,
        time_zone="Asia/Shanghai",
        bill_after=timedelta(hours=10),
        prepay=partial(_prepay, code),
        query=_query,
        close=_close,
        refund=_refund,
        refund_query=_refund_query,
        verify_notification=_verify,
        bill=partial(_bill, code),
    )
    for code in CODES
}


def load_providers() -> Mapping[str, Provider]:
    """List the providers of this world; they share one set of books."""
    return _PROVIDERS
