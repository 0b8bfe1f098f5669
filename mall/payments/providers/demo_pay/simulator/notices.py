"""Notifications: written with what they tell of, carried by a thread until they are taken."""

import http.client
import json
import logging
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from .clock import Clock, written
from .faults import Fault
from .ledger import Ledger, Row
from .signing import merchant_key, signature

log = logging.getLogger("demo_pay")

_COPIES = 3
_TIMEOUT = 5.0  # seconds for the receiver to answer
_STEP = 0.2


class Outbox:
    """Writes notifications into the ledger, in the transaction of what they tell of."""

    def __init__(self, ledger: Ledger, clock: Clock, tries_at_most: int) -> None:
        """Write to the ledger."""
        self._ledger, self._clock, self._tries = ledger, clock, tries_at_most

    def paid(
        self, trade: Row, shown: dict[str, Any], opened: dict[str, Any], fault: Fault | None
    ) -> None:
        """Tell that a trade was paid, as a fault has it."""
        kind = fault.kind if fault else ""
        if kind == "lost":
            return
        now, seconds = self._clock.now(), fault.seconds if fault else 0.0
        wait = seconds if kind == "late" else 0.0
        notice = self._notice("trade.succeeded", trade["merchant"], trade=shown)
        for _ in range(_COPIES if kind == "duplicate" else 1):
            self._add(trade, notice, at=now + wait)
        if kind == "out_of_order":
            older = self._notice("trade.opened", trade["merchant"], trade=opened)
            self._add(trade, older, at=now + 1)

    def forged(self, trade: Row, shown: dict[str, Any]) -> None:
        """Have somebody without the key tell that a trade was paid."""
        notice = self._notice("trade.succeeded", trade["merchant"], trade=shown)
        self._add(trade, notice, at=self._clock.now(), forged=True)

    def refund_ended(self, refund: Row, shown: dict[str, Any]) -> None:
        """Tell how a refund ended."""
        notice = self._notice(f"refund.{refund['state']}", refund["merchant"], refund=shown)
        self._add(refund, notice, at=self._clock.now())

    def _notice(self, kind: str, merchant: str, **about: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"N{secrets.token_hex(12)}",
            "type": kind,
            "merchant": merchant,
            "created_at": written(self._clock.now()),
            **about,
        }

    def _add(self, about: Row, notice: dict[str, Any], *, at: float, forged: bool = False) -> None:
        row = {
            "id": notice["id"],
            "merchant": about["merchant"],
            "url": about["notify_url"],
            "body": json.dumps(notice, ensure_ascii=False),
            "forged": int(forged),
            "tries_at_most": 1 if forged else self._tries,
            "next_at": at,
        }
        self._ledger.add("notice", row)


class Courier:
    """Carries notifications; what a killed process left undone, the next one carries."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        secret: bytes,
        through: str | None,
        delays: tuple[float, ...],
    ) -> None:
        """Carry from the ledger; ``through`` is where all go, None: where they say."""
        self._ledger, self._clock, self._secret = ledger, clock, secret
        self._through, self._delays = through, delays
        self._ended = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="courier")

    def run(self) -> None:
        """Carry until ``end`` is called."""
        while not self._ended.wait(_STEP):
            for row in self._take_due():
                self._pool.submit(self._carry, row)

    def end(self) -> None:
        """Stop carrying."""
        self._ended.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take_due(self) -> list[Row]:
        now = self._clock.now()
        with self._ledger.writing():
            due = self._ledger.rows(
                "SELECT * FROM notice WHERE next_at <= ? AND NOT EXISTS (SELECT 1 FROM held"
                " WHERE held.merchant = notice.merchant"
                " AND json_extract(body, '$.type') LIKE about || '.%')"
                " ORDER BY next_at, row LIMIT 20",
                now,
            )
            for row in due:  # before it is carried: a kill meanwhile only brings it once more
                tries = int(row["tries"]) + 1
                wait = self._delays[min(tries, len(self._delays) - 1)]
                more = tries < row["tries_at_most"]
                self._ledger.run(
                    "UPDATE notice SET tries = ?, next_at = ? WHERE row = ?",
                    *(tries, now + _TIMEOUT + wait if more else None, row["row"]),
                )
        return due

    def _carry(self, row: Row) -> None:
        try:
            status = self._post(row)
        except (OSError, http.client.HTTPException, ValueError) as failure:
            self._note(row, type(failure).__name__)
            return
        self._note(row, str(status), taken=200 <= status < 300)

    def _note(self, row: Row, last: str, *, taken: bool = False) -> None:
        log.info("notice %s try %s: %s", row["id"], row["tries"] + 1, last)
        if taken:
            self._ledger.run(
                "UPDATE notice SET next_at = NULL, last = ? WHERE row = ?", last, row["row"]
            )
        else:
            self._ledger.run("UPDATE notice SET last = ? WHERE row = ?", last, row["row"])

    def _post(self, row: Row) -> int:
        url = urlsplit(str(row["url"]))
        target = urlsplit(self._through) if self._through else url
        host = target.hostname or ""
        if host == "localhost" or host.endswith(".localhost"):
            host = "127.0.0.1"  # not every resolver knows that these names are this machine
        make = http.client.HTTPSConnection if target.scheme == "https" else _plain
        connection = make(host, target.port, timeout=_TIMEOUT)
        body = row["body"].encode()
        try:
            path = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request("POST", path, body, self._headers(row, url.netloc, body))
            return connection.getresponse().status
        finally:
            connection.close()

    def _headers(self, row: Row, host: str, body: bytes) -> dict[str, str]:
        secret = secrets.token_bytes(32) if row["forged"] else self._secret
        timestamp, nonce = str(int(self._clock.now())), secrets.token_hex(16)
        key = merchant_key(secret, row["merchant"])
        return {
            "Host": host,
            "Content-Type": "application/json",
            "User-Agent": "demo-pay-simulator",
            "Demo-Timestamp": timestamp,
            "Demo-Nonce": nonce,
            "Demo-Signature": signature(key, "notice", timestamp, nonce, body=body),
        }


_plain = http.client.HTTPConnection
