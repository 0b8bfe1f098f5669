"""Reads the ledger of the payment simulator: its SQLite file, or its control address."""

import json
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

type Row = tuple[Any, ...]

TRADE = (
    "merchant",
    "out_trade_no",
    "subject",
    "state",
    "amount_minor",
    "paid_minor",
    "paid_at",
    "created_at",
    "expires_at",
)
REFUND = ("merchant", "out_refund_no", "out_trade_no", "amount_minor", "state", "created_at")


class NoLedger(Exception):
    """There is no ledger to read where it was said to be."""


def read(where: str) -> tuple[Iterator[Row], Iterator[Row]]:
    """Give the trades and the refunds; columns as ``TRADE`` and ``REFUND`` say.

    ``where`` is the file, or an address like http://127.0.0.1:8001. Raises NoLedger.
    """
    if where.startswith(("http://", "https://")):
        return _from_address(where.rstrip("/") + "/control/ledger")
    path = Path(where)
    if not path.is_file():
        raise NoLedger(f"there is no file {path}")
    return _from_file(path, "trade", TRADE), _from_file(path, "refund", REFUND)


def _from_file(path: Path, name: str, columns: tuple[str, ...]) -> Iterator[Row]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as book:
        yield from book.execute(f"SELECT {', '.join(columns)} FROM {name}")  # our own names


def _from_address(address: str) -> tuple[Iterator[Row], Iterator[Row]]:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            told = json.load(answer)
    except (OSError, ValueError) as failure:
        raise NoLedger(f"{address}: {failure}") from failure
    trades = (tuple(one[name] for name in TRADE) for one in told["trade"])
    refunds = (tuple(one[name] for name in REFUND) for one in told["refund"])
    return trades, refunds
