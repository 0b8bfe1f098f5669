"""A provider in memory whose answers a test writes down beforehand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mall.kernel.money import Money
from mall.kernel.outside import Outside
from mall.payments.port import BillAsk, Delivered, PrepayAsk, Provider, RefundAsk, TradeAsk
from mall.payments.rules import Answer, Forged, Notice, Ok, RefundTrade, Trade, Unknown
from mall.payments.rules.reconciling import BillLine


@dataclass
class Scripted:
    """An honest little provider; ``next`` holds answers that come instead of the honest ones."""

    trades: dict[str, Trade] = field(default_factory=dict[str, Trade])
    refunds: dict[str, RefundTrade] = field(default_factory=dict[str, RefundTrade])
    lines: list[BillLine] = field(default_factory=list[BillLine])
    next: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    calls: list[str] = field(default_factory=list[str])
    does_it_anyway: bool = True  # a scripted answer hides that it was done

    def pay(self, out_no: str, minor: int, at: Any) -> None:
        """Let money arrive, whatever state the trade is in."""
        self.trades[out_no] = Trade("succeeded", f"T-{out_no}", None, Money(minor, "CNY"), at)

    def silence(self, call: str) -> None:
        """Leave the next call of this kind without an answer."""
        self.next.setdefault(call, []).append(Unknown("silence"))

    def provider(self) -> Provider:
        """Make the value that the room sees."""
        return Provider(
            titles={"zh-CN": "剧本", "en": "Scripted"},
            currencies=frozenset({"CNY"}),
            demo=True,
            time_zone="Asia/Shanghai",
            bill_after=timedelta(minutes=10),
            prepay=self._told("prepay", self._prepay),
            query=self._told("query", self._query),
            close=self._told("close", self._close),
            refund=self._told("refund", self._refund),
            refund_query=self._told("refund_query", self._refund_query),
            verify_notification=self._verify,
            bill=self._told("bill", self._bill),
        )

    def _told[Ask, Value](
        self, name: str, honest: Callable[[Ask], Answer[Value]]
    ) -> Callable[[Outside, Ask], Awaitable[Answer[Value]]]:
        async def call(outside: Outside, ask: Ask) -> Answer[Value]:
            self.calls.append(name)
            waiting = self.next.get(name)
            if waiting:
                answer = waiting.pop(0)
                if isinstance(answer, Unknown) and self.does_it_anyway:
                    honest(ask)
                return answer
            return honest(ask)

        return call

    def _prepay(self, ask: PrepayAsk) -> Answer[Trade]:
        fresh = Trade("open", f"T-{ask.out_no}", f"https://pay.example/{ask.out_no}")
        return Ok(self.trades.setdefault(ask.out_no, fresh))

    def _query(self, ask: TradeAsk) -> Answer[Trade]:
        return Ok(self.trades.get(ask.out_no, Trade("missing")))

    def _close(self, ask: TradeAsk) -> Answer[Trade]:
        known = self.trades.get(ask.out_no)
        if known is None or known.state == "open":
            self.trades[ask.out_no] = Trade("closed")
        return Ok(self.trades[ask.out_no])

    def _refund(self, ask: RefundAsk) -> Answer[RefundTrade]:
        fresh = RefundTrade("succeeded", f"R-{ask.out_no}", ask.amount, ask.now)
        return Ok(self.refunds.setdefault(ask.out_no, fresh))

    def _refund_query(self, ask: RefundAsk) -> Answer[RefundTrade]:
        return Ok(self.refunds.get(ask.out_no, RefundTrade("missing")))

    def _bill(self, ask: BillAsk) -> Answer[tuple[BillLine, ...]]:
        return Ok(tuple(self.lines))

    def _verify(self, outside: Outside, delivered: Delivered) -> Notice | Forged:
        return Forged("nobody signs here")
