"""What merchants and payers can do, each whole or not at all."""

import json
import secrets
from typing import Any

from . import faults
from .asking import Refusal, address, amount_of, number, text
from .clock import Clock, day_of, read, span_of, written
from .ledger import Ledger, Row
from .notices import Outbox

_WISHES = ("amount_minor", "currency", "subject", "expires_at")  # one refund_no, one set of these


class Trading:
    """The rules of this provider over its ledger."""

    def __init__(
        self, ledger: Ledger, outbox: Outbox, clock: Clock, public: str, refund_seconds: float
    ) -> None:
        """Work on the ledger; ``public`` is the address of the cashier."""
        self._ledger, self._outbox, self._clock = ledger, outbox, clock
        self._public, self._refund_seconds = public, refund_seconds

    def prepay(self, merchant: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Open a trade. The same refund_no with the same wishes finds the first one."""
        wishes = json.dumps({name: asked.get(name) for name in _WISHES})
        fresh = self._fresh(merchant, asked, wishes)
        with self._ledger.writing():
            known = self.find(merchant, fresh["out_trade_no"])
            if known is None:
                self._ledger.add("trade", fresh)
                known = fresh
            elif known["asked"] == "":
                raise Refusal(409, "TRADE_CLOSED", "it was closed before it was opened")
            elif known["asked"] != wishes:
                raise Refusal(409, "OUT_TRADE_NO_USED", "this refund_no asks for something else")
            elif known["state"] == "succeeded":
                raise Refusal(409, "TRADE_PAID", "it is paid")
            elif known["state"] == "closed":
                raise Refusal(409, "TRADE_CLOSED", "it is closed")
            return self.shown(known)

    def query(self, merchant: str, out_trade_no: str) -> dict[str, Any]:
        """Tell how a trade stands."""
        with self._ledger.writing():
            return self.shown(self._need(merchant, out_trade_no))

    def close(self, merchant: str, out_trade_no: str) -> dict[str, Any]:
        """Close a trade. A refund_no that is not known yet can never be opened afterwards."""
        with self._ledger.writing():
            known = self.find(merchant, out_trade_no)
            if known is None:
                self._ledger.add("trade", self._tombstone(merchant, out_trade_no))
            elif known["state"] == "succeeded":
                raise Refusal(409, "TRADE_PAID", "it is paid")
            else:
                self._set_state(known, "closed")
            return self.shown(self._need(merchant, out_trade_no))

    def pay(self, token: str, method: str, fault: faults.Fault | None = None) -> Row:
        """Pay a trade from the cashier; gives it as it is then. A repeated call changes nothing."""
        with self._ledger.writing():
            trade = self._ledger.row("SELECT * FROM trade WHERE token = ?", token)
            if trade is None:
                raise Refusal(404, "TRADE_NOT_EXIST", "there is no such trade")
            trade = self._expired(trade)
            if trade["state"] != "open" and not _is_paid_all_the_same(trade, fault):
                return trade
            fault = fault or faults.take(self._ledger, trade["merchant"], faults.PAYMENT)
            kind = fault.kind if fault else ""
            if fault is not None and kind == "forged":
                self._outbox.forged(trade, self.shown(_as_if_paid(trade, self._clock.now())))
                return trade
            self._take_money(trade, method, fault)
            if kind == "double":
                others = self._ledger.rows(
                    "SELECT * FROM trade WHERE merchant = ? AND subject = ? AND state IN "
                    "('open', 'closed') AND asked != ''",
                    trade["merchant"],
                    trade["subject"],
                )
                for other in others:
                    self._take_money(other, method, None)
            return self._need(trade["merchant"], trade["out_trade_no"])

    def refund(self, merchant: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Take a refund on. The same refund_no with the same wishes finds the first one."""
        trade_no, refund_no = text(asked, "out_trade_no", 64), text(asked, "out_refund_no", 64)
        amount, currency = amount_of(asked)
        with self._ledger.writing():
            known = self._refund_row(merchant, refund_no)
            if known is None:
                trade = self._need(merchant, trade_no)
                self._check_refund(trade, amount, currency)
                self._ledger.add("refund", self._fresh_refund(trade, refund_no, asked))
                known = self._refund_row(merchant, refund_no)
            elif (known["out_trade_no"], known["amount_minor"]) != (trade_no, amount):
                raise Refusal(409, "OUT_REFUND_NO_USED", "this refund_no asks for something else")
            assert known is not None
            return shown_refund(known)

    def refund_query(self, merchant: str, refund_no: str) -> dict[str, Any]:
        """Tell how a refund stands."""
        known = self._refund_row(merchant, refund_no)
        if known is None:
            raise Refusal(404, "REFUND_NOT_EXIST", "there is no such refund")
        return shown_refund(known)

    def end_due_refunds(self) -> None:
        """End refunds that took long enough, and notify."""
        now = self._clock.now()
        due = "SELECT * FROM refund WHERE state = 'processing' AND due_at <= ? LIMIT 50"
        with self._ledger.writing():
            for row in self._ledger.rows(due, now):
                why = "" if row["ends"] == "succeeded" else "the payer's account is closed"
                self._ledger.run(
                    "UPDATE refund SET state = ?, ended_at = ?, why = ? "
                    "WHERE merchant = ? AND out_refund_no = ?",
                    *(row["ends"], now, why, row["merchant"], row["out_refund_no"]),
                )
                fresh = self._refund_row(row["merchant"], row["out_refund_no"])
                assert fresh is not None
                self._outbox.refund_ended(fresh, shown_refund(fresh))

    def bill(self, merchant: str, day: str) -> dict[str, Any]:
        """List everything that moved on a past day of China."""
        try:
            begin, end = span_of(day)
        except ValueError as wrong:
            raise Refusal(400, "BAD_DAY", str(wrong)) from wrong
        if day >= day_of(self._clock.now()):
            raise Refusal(400, "BILL_NOT_READY", "the day is not over")
        span = (merchant, begin, end)
        lines = self._ledger.rows(
            "SELECT 'payment' AS kind, out_trade_no AS out_no, trade_no AS reference, "
            "paid_minor AS amount_minor, currency, paid_at AS at FROM trade "
            "WHERE merchant = ? AND paid_at >= ? AND paid_at < ? AND state = 'succeeded' "
            "UNION ALL "
            "SELECT 'refund', out_refund_no, refund_no, amount_minor, currency, ended_at "
            "FROM refund WHERE merchant = ? AND ended_at >= ? AND ended_at < ? "
            "AND state = 'succeeded' ORDER BY at",
            *span,
            *span,
        )
        shown = [{**line, "at": written(line["at"])} for line in lines]
        return {"day": day, "count": len(shown), "lines": shown}

    def by_token(self, token: str) -> Row | None:
        """Find the trade that a cashier page is about."""
        with self._ledger.writing():
            trade = self._ledger.row("SELECT * FROM trade WHERE token = ?", token)
            return self._expired(trade) if trade else None

    def find(self, merchant: str, out_trade_no: str) -> Row | None:
        """Find a trade by the merchant's refund_no."""
        trade = self._ledger.row(
            "SELECT * FROM trade WHERE merchant = ? AND out_trade_no = ?", merchant, out_trade_no
        )
        return self._expired(trade) if trade else None

    def shown(self, trade: Row) -> dict[str, Any]:
        """Write a trade as merchants see it."""
        is_open = trade["state"] == "open"
        return {
            "merchant": trade["merchant"],
            "out_trade_no": trade["out_trade_no"],
            "trade_no": trade["trade_no"],
            "state": trade["state"],
            "amount_minor": trade["amount_minor"],
            "currency": trade["currency"],
            "pay_url": f"{self._public}/cashier/{trade['token']}" if is_open else None,
            "paid_minor": trade["paid_minor"],
            "paid_at": written(trade["paid_at"]),
        }

    def _need(self, merchant: str, out_trade_no: str) -> Row:
        trade = self.find(merchant, out_trade_no)
        if trade is None:
            raise Refusal(404, "TRADE_NOT_EXIST", "there is no such trade")
        return trade

    def _refund_row(self, merchant: str, refund_no: str) -> Row | None:
        return self._ledger.row(
            "SELECT * FROM refund WHERE merchant = ? AND out_refund_no = ?", merchant, refund_no
        )

    def _expired(self, trade: Row) -> Row:
        if trade["state"] == "open" and trade["expires_at"] <= self._clock.now():
            self._set_state(trade, "closed")
            return trade | {"state": "closed"}
        return trade

    def _set_state(self, trade: Row, state: str) -> None:
        self._ledger.run(
            "UPDATE trade SET state = ? WHERE merchant = ? AND out_trade_no = ?",
            *(state, trade["merchant"], trade["out_trade_no"]),
        )

    def _take_money(self, trade: Row, method: str, fault: faults.Fault | None) -> None:
        wrong = fault is not None and fault.kind == "wrong_amount"
        paid = trade["amount_minor"] + (0 if not wrong else -1 if trade["amount_minor"] > 1 else 1)
        now = self._clock.now()
        opened = self.shown(trade | {"state": "open"})
        self._ledger.run(
            "UPDATE trade SET state = 'succeeded', method = ?, paid_minor = ?, paid_at = ? "
            "WHERE merchant = ? AND out_trade_no = ?",
            *(method, paid, now, trade["merchant"], trade["out_trade_no"]),
        )
        fresh = self._need(trade["merchant"], trade["out_trade_no"])
        self._outbox.paid(fresh, self.shown(fresh), opened, fault)

    def _fresh(self, merchant: str, asked: dict[str, Any], wishes: str) -> Row:
        amount, currency = amount_of(asked)
        now = self._clock.now()
        try:
            expires_at = read(text(asked, "expires_at", 40))
        except ValueError as wrong:
            raise Refusal(400, "BAD_REQUEST", f"expires_at: {wrong}") from wrong
        return {
            "merchant": merchant,
            "out_trade_no": text(asked, "out_trade_no", 64),
            "trade_no": number("T", now),
            "token": secrets.token_urlsafe(18),
            "asked": wishes,
            "shop": text(asked, "shop", 100),
            "subject": text(asked, "subject", 200),
            "amount_minor": amount,
            "currency": currency,
            "return_url": address(asked, "return_url"),
            "notify_url": address(asked, "notify_url"),
            "state": "open",
            "method": None,
            "paid_minor": None,
            "paid_at": None,
            "created_at": now,
            "expires_at": expires_at,
        }

    def _tombstone(self, merchant: str, out_trade_no: str) -> Row:
        now = self._clock.now()
        asked = {
            "out_trade_no": out_trade_no,
            "shop": "-",
            "subject": "-",
            "amount_minor": 1,
            "currency": "CNY",
            "return_url": "http://localhost/",
            "notify_url": "http://localhost/",
            "expires_at": written(now),
        }
        return self._fresh(merchant, asked, "") | {"state": "closed"}

    def _check_refund(self, trade: Row, amount: int, currency: str) -> None:
        merchant = trade["merchant"]
        if trade["state"] != "succeeded":
            raise Refusal(409, "TRADE_NOT_PAID", "nothing was paid")
        if faults.take(self._ledger, merchant, ("refund_refused",)):
            raise Refusal(409, "NOT_ENOUGH", "the merchant's balance is too small")
        gone = self._ledger.row(
            "SELECT COALESCE(SUM(amount_minor), 0) AS minor FROM refund "
            "WHERE merchant = ? AND out_trade_no = ? AND state != 'failed'",
            *(merchant, trade["out_trade_no"]),
        )
        left = trade["paid_minor"] - (gone["minor"] if gone else 0)
        if currency != trade["currency"] or amount > left:
            raise Refusal(409, "REFUND_TOO_MUCH", f"{left} are left")

    def _fresh_refund(self, trade: Row, refund_no: str, asked: dict[str, Any]) -> Row:
        amount, currency = amount_of(asked)
        now = self._clock.now()
        fails = faults.take(self._ledger, trade["merchant"], ("refund_failed",))
        return {
            "merchant": trade["merchant"],
            "out_refund_no": refund_no,
            "out_trade_no": trade["out_trade_no"],
            "refund_no": number("R", now),
            "amount_minor": amount,
            "currency": currency,
            "reason": str(asked.get("reason", ""))[:200],
            "notify_url": address(asked, "notify_url"),
            "state": "processing",
            "due_at": now + self._refund_seconds,
            "ends": "failed" if fails else "succeeded",
            "created_at": now,
        }


def shown_refund(row: Row) -> dict[str, Any]:
    """Write a refund as merchants see it."""
    names = ("merchant", "out_trade_no", "out_refund_no", "refund_no", "state", "amount_minor")
    shown = {name: row[name] for name in (*names, "currency", "why")}
    return shown | {"ended_at": written(row["ended_at"])}


def _is_paid_all_the_same(trade: Row, fault: faults.Fault | None) -> bool:
    was_open = trade["state"] == "closed" and trade["asked"] != ""
    return was_open and fault is not None and fault.kind == "after_close"


def _as_if_paid(trade: Row, now: float) -> Row:
    return trade | {"state": "succeeded", "paid_minor": trade["amount_minor"], "paid_at": now}
