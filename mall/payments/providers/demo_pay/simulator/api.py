"""What merchants call, and what drills and tests control."""

import json
import time
from collections.abc import Callable
from typing import Any

from . import faults
from .asking import Refusal
from .clock import Clock, read, written
from .faults import Fault
from .ledger import Ledger
from .options import Options
from .signing import is_signed, merchant_key, signature
from .trading import Trading

_SKEW = 300  # seconds
type Answer = tuple[int, bytes, dict[str, str]]
type Headers = Callable[[str], str]


class Api:
    """The protocol over the ledger."""

    def __init__(self, options: Options, ledger: Ledger, trading: Trading, clock: Clock) -> None:
        """Answer from the ledger."""
        self._options, self._ledger = options, ledger
        self._trading, self._clock = trading, clock

    def call(self, method: str, target: str, header: Headers, body: bytes) -> Answer:
        """Answer a merchant, as a fault has it."""
        merchant = header("Demo-Merchant")
        key = merchant_key(self._options.secret, merchant)
        nonce = header("Demo-Nonce")
        why = self._distrust(key, method, target, header, body)
        if why:
            return _json(401, {"code": "SIGN_ERROR", "text": why})
        fault = faults.take(self._ledger, merchant, faults.CALLS)
        kind = fault.kind if fault else ""
        if kind == "away":
            return _json(503, {"code": "AWAY", "text": "come back later"})
        try:
            status, shown = 200, self._act(merchant, method, target, body)
        except Refusal as refusal:
            status, shown = refusal.status, {"code": refusal.code, "text": refusal.text}
        if kind == "unknown":
            return _json(504, {"code": "TIMEOUT", "text": "no answer from behind"})
        if fault is not None and kind == "slow":
            time.sleep(min(fault.seconds, 60))
        code, content, headers = _json(status, shown)
        if kind == "unsigned":
            key = merchant_key(b"somebody else", merchant)
        sign = signature(key, "answer", str(status), nonce, body=content)
        return code, content, headers | {"Demo-Signature": sign}

    def control(self, method: str, target: str, body: bytes) -> Answer:
        """Do what a drill or a test asks for."""
        try:
            asked = _object(body) if body else {}
            return _json(200, self._control(method, target.split("?")[0], asked))
        except Refusal as refusal:
            return _json(refusal.status, {"code": refusal.code, "text": refusal.text})
        except (ValueError, KeyError, TypeError) as wrong:
            return _json(400, {"code": "BAD_REQUEST", "text": str(wrong)})

    def _distrust(self, key: bytes, method: str, target: str, header: Headers, body: bytes) -> str:
        timestamp, nonce = header("Demo-Timestamp"), header("Demo-Nonce")
        merchant = header("Demo-Merchant")
        if not merchant or not nonce or not timestamp.isdigit():
            return "Demo-Merchant, Demo-Timestamp and Demo-Nonce are needed"
        now = self._clock.now()
        if abs(now - int(timestamp)) >= _SKEW:
            return f"the clocks differ: it is {int(now)} here"
        parts = ("request", method, target, timestamp, nonce)
        if not is_signed(key, header("Demo-Signature"), *parts, body=body):
            return "the signature does not fit"
        with self._ledger.writing():
            self._ledger.run("DELETE FROM nonce WHERE at < ?", now - 2 * _SKEW)
            row = (merchant, nonce, now)
            if not self._ledger.run("INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", *row):
                return "this request was sent before"
        return ""

    def _act(self, merchant: str, method: str, target: str, body: bytes) -> dict[str, Any]:
        match method, target.split("?")[0].strip("/").split("/")[1:]:
            case "POST", ["trades"]:
                return self._trading.prepay(merchant, _object(body))
            case "GET", ["trades", number]:
                return self._trading.query(merchant, number)
            case "POST", ["trades", number, "close"]:
                return self._trading.close(merchant, number)
            case "POST", ["refunds"]:
                return self._trading.refund(merchant, _object(body))
            case "GET", ["refunds", number]:
                return self._trading.refund_query(merchant, number)
            case "GET", ["bills", day]:
                return self._trading.bill(merchant, day)
            case _:
                raise Refusal(404, "NOT_FOUND", f"nothing answers {method} {target}")

    def _control(self, method: str, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        merchant = str(asked.get("merchant", ""))
        match method, path.strip("/").split("/")[1:]:
            case "POST", ["faults"]:
                count, seconds = int(asked.get("count", 1)), float(asked.get("seconds", 60))
                kind = str(asked["kind"])
                faults.order(self._ledger, kind, merchant=merchant, count=count, seconds=seconds)
                return self._faults()
            case "GET", ["faults"]:
                return self._faults()
            case "DELETE", ["faults"]:
                self._ledger.run("DELETE FROM fault")
                return self._faults()
            case "POST", ["pay"]:
                return self._pay(merchant, asked)
            case "POST", ["clock"]:
                if "now" in asked:
                    self._clock.ahead = read(str(asked["now"])) - time.time()
                self._clock.ahead += float(asked.get("advance_seconds", 0))
                return {"now": written(self._clock.now())}
            case "POST", ["notices", "resend"]:
                again = "UPDATE notice SET next_at = ?, tries = 0 WHERE id = ?"
                return {"notices": self._ledger.run(again, self._clock.now(), str(asked["id"]))}
            case "POST", ["notices", "hold"]:
                hold = "INSERT OR IGNORE INTO held VALUES (?, ?)"
                return {"held": self._ledger.run(hold, merchant, str(asked["about"]))}
            case "POST", ["notices", "release"]:
                release = "DELETE FROM held WHERE merchant = ? AND about = ?"
                return {"released": self._ledger.run(release, merchant, str(asked["about"]))}
            case "GET", ["ledger"]:
                return {
                    name: self._ledger.rows(f"SELECT * FROM {name}")  # noqa: S608 - our names
                    for name in ("trade", "refund", "notice")
                }
            case _:
                raise Refusal(404, "NOT_FOUND", f"nothing answers {method} {path}")

    def _pay(self, merchant: str, asked: dict[str, Any]) -> dict[str, Any]:
        trade = self._trading.find(merchant, str(asked["out_trade_no"]))
        if trade is None:
            raise Refusal(404, "TRADE_NOT_EXIST", "there is no such trade")
        kind = str(asked.get("fault", ""))
        fault = Fault(kind, float(asked.get("seconds", 60))) if kind else None
        method = str(asked.get("method", "wechat"))
        return self._trading.shown(self._trading.pay(trade["token"], method, fault))

    def _faults(self) -> dict[str, Any]:
        waiting = self._ledger.rows("SELECT * FROM fault WHERE remaining > 0 ORDER BY row")
        return {"faults": waiting, "kinds": list(faults.KINDS)}


def _object(body: bytes) -> dict[str, Any]:
    try:
        read_as = json.loads(body)
    except ValueError as wrong:
        raise Refusal(400, "BAD_REQUEST", str(wrong)) from wrong
    if not isinstance(read_as, dict):
        raise Refusal(400, "BAD_REQUEST", "a JSON object is needed")
    return {str(name): value for name, value in read_as.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON


def _json(status: int, shown: dict[str, Any]) -> Answer:
    content = json.dumps(shown, ensure_ascii=False).encode()
    return status, content, {"Content-Type": "application/json; charset=utf-8"}
