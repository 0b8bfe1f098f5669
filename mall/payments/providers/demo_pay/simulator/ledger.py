"""The ledger: trades, refunds, waiting notifications and faults, in SQLite, safe against kills."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS trade (
    merchant TEXT NOT NULL, out_trade_no TEXT NOT NULL,
    trade_no TEXT NOT NULL UNIQUE, token TEXT NOT NULL UNIQUE,
    asked TEXT NOT NULL,
    shop TEXT NOT NULL, subject TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    return_url TEXT NOT NULL, notify_url TEXT NOT NULL,
    state TEXT NOT NULL, method TEXT,
    paid_minor INTEGER, paid_at REAL,
    created_at REAL NOT NULL, expires_at REAL NOT NULL,
    PRIMARY KEY (merchant, out_trade_no)
);
CREATE INDEX IF NOT EXISTS trade_paid ON trade (merchant, paid_at);
CREATE TABLE IF NOT EXISTS refund (
    merchant TEXT NOT NULL, out_refund_no TEXT NOT NULL, out_trade_no TEXT NOT NULL,
    refund_no TEXT NOT NULL UNIQUE,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, reason TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '',
    due_at REAL NOT NULL, ends TEXT NOT NULL, ended_at REAL, created_at REAL NOT NULL,
    PRIMARY KEY (merchant, out_refund_no)
);
CREATE INDEX IF NOT EXISTS refund_due ON refund (state, due_at);
CREATE TABLE IF NOT EXISTS notice (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, merchant TEXT NOT NULL, url TEXT NOT NULL,
    body TEXT NOT NULL, forged INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, tries_at_most INTEGER NOT NULL,
    next_at REAL, last TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS notice_next ON notice (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS fault (
    row INTEGER PRIMARY KEY, kind TEXT NOT NULL, merchant TEXT NOT NULL,
    remaining INTEGER NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS held (
    merchant TEXT NOT NULL, about TEXT NOT NULL, PRIMARY KEY (merchant, about)
);
CREATE TABLE IF NOT EXISTS nonce (
    merchant TEXT NOT NULL, nonce TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (merchant, nonce)
);
"""

type Row = dict[str, Any]


class Ledger:
    """One writer at a time; what is committed is on the disk."""

    def __init__(self, folder: Path) -> None:
        """Open or make the ledger."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / "ledger.sqlite3", isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA cache_size = -2000")
        self._db.executescript(_SCHEMA)

    @contextmanager
    def writing(self) -> Generator[None]:
        """Do what is inside wholly or not at all; nobody else reads or writes meanwhile."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def rows(self, text: str, *values: object) -> list[Row]:
        """Run a statement and give its rows."""
        with self._lock:
            cursor = self._db.execute(text, values)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, text: str, *values: object) -> Row | None:
        """Give the first row, if there is one."""
        found = self.rows(text, *values)
        return found[0] if found else None

    def run(self, text: str, *values: object) -> int:
        """Run a statement; gives the number of rows it touched."""
        with self._lock:
            return self._db.execute(text, values).rowcount

    def add(self, table: str, row: Row) -> None:
        """Insert a row. ``table`` and the columns are our own words."""
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        self.run(f"INSERT INTO {table} ({columns}) VALUES ({marks})", *row.values())  # noqa: S608

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
