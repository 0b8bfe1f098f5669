"""The evidence: one snapshot of the database, and a bench where it is laid beside the rest.

The bench is a SQLite file of the checker's own that is thrown away: histories, the ledger and the
few columns of the mall that are compared with them. So a million orders need no memory.
"""

import sqlite3
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import psycopg

from tests.faults.checker import bench, diary, ledger

_AT_ONCE = 5_000  # rows that travel together


class CannotJudge(Exception):
    """The checker was not given what it needs to decide anything; the text says what."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything there is to look at. ``patience``: seconds that something may be on its way."""

    mall: psycopg.Connection[tuple[Any, ...]]
    bench: sqlite3.Connection
    patience: float
    now: float

    def count(self, at: Literal["mall", "bench"], text: str) -> int:
        """Run a statement that gives one number."""
        [(_, row)] = self.stream(at, text)
        return int(row[0] or 0)

    def stream(
        self, at: Literal["mall", "bench"], text: str
    ) -> Iterator[tuple[Sequence[str], Sequence[Any]]]:
        """Run a statement and give its rows one after another, each with the names of columns."""
        values = {"patience": self.patience, "now": self.now}
        if at == "bench":
            found = self.bench.execute(text, values)
            names = [column[0] for column in found.description]
            yield from ((names, row) for row in found)
            return
        with self.mall.cursor("checker") as cursor:
            cursor.itersize = _AT_ONCE
            cursor.execute(text.encode(), values)
            names = [column.name for column in cursor.description or ()]
            yield from ((names, row) for row in cursor)


@contextmanager
def gather(database: str, history: Path, book: str, patience: float) -> Generator[Evidence]:
    """Lay everything out for the checks inside the ``with``. Raises CannotJudge.

    Histories are read first and the database last: what a client was told is in it by then.
    """
    with (
        tempfile.TemporaryDirectory(prefix="checker-") as folder,
        closing(sqlite3.connect(Path(folder) / "bench.sqlite3")) as tables,
    ):
        tables.executescript(bench.TABLES)
        _fill(tables, "entry", map(bench.entry_row, diary.entries(history)))
        try:
            trades, refunds = ledger.read(book)
            _fill(tables, "trade", trades)
            _fill(tables, "trade_refund", refunds)
        except (ledger.NoLedger, sqlite3.Error) as failure:
            raise CannotJudge(f"the ledger of payments cannot be read: {failure}") from failure
        with _connected(database) as mall:
            evidence = Evidence(mall, tables, patience, time.time())
            for name, text in bench.COPIES.items():
                _fill(tables, name, (row for _, row in evidence.stream("mall", text)))
            tables.executescript(bench.INDEXES)
            yield evidence


@contextmanager
def _connected(database: str) -> Generator[psycopg.Connection[tuple[Any, ...]]]:
    url = database.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        mall = psycopg.connect(url, connect_timeout=10, application_name="checker")
    except psycopg.OperationalError as failure:
        raise CannotJudge(f"the database cannot be reached: {failure}") from failure
    with closing(mall):
        mall.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        mall.read_only = True
        _check_role(mall)
        yield mall


_ROLE = """
SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user
"""
_CAN_WRITE = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname !~ '^pg_'
   AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))
 LIMIT 1
"""


def _check_role(mall: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Refuse a role that could change what it judges, and one that does not see every mall."""
    [(name, is_super, sees_all)] = mall.execute(_ROLE).fetchall()
    if is_super:
        raise CannotJudge(f"the role {name} is a superuser: give one that can only read")
    if can_write := mall.execute(_CAN_WRITE).fetchone():
        raise CannotJudge(f"the role {name} can write {can_write[0]}: give one that can only read")
    if not sees_all:
        raise CannotJudge(f"the role {name} sees no mall's rows: it needs BYPASSRLS")


def _fill(tables: sqlite3.Connection, name: str, rows: Iterable[Sequence[Any]]) -> None:
    columns = len(tables.execute(f"SELECT * FROM {name} LIMIT 0").description)
    marks = ", ".join("?" * columns)
    tables.executemany(f"INSERT OR REPLACE INTO {name} VALUES ({marks})", cast("Any", rows))
    tables.commit()
