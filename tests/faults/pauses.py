"""Pauses between reading and writing, put into the database of a test and into nothing else.

A trigger sleeps for some random milliseconds before every statement that changes a table: whoever
has read and decided by then waits, while everybody else goes on.
"""

from collections.abc import Generator
from contextlib import contextmanager

from psycopg import sql

from tests.faults.standing import Standing

_AT_MOST_SECONDS = 0.006
SCARCE = (
    "inventory.stock",
    "inventory.holding",
    "orders.order",
    "orders.refund",
    "payments.attempt",
    "payments.refund",
    "payments.notification",
    "members.code",
    "kernel.attempt",
    "cart.line",
)
_MAKE = """
CREATE SCHEMA IF NOT EXISTS faults;
CREATE OR REPLACE FUNCTION faults.pause() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_sleep(pg_catalog.random() * TG_ARGV[0]::float);
    RETURN NULL;
END $$
"""
_PUT = """
CREATE OR REPLACE TRIGGER pause BEFORE INSERT OR UPDATE OR DELETE ON {}
FOR EACH STATEMENT EXECUTE FUNCTION faults.pause({})
"""


@contextmanager
def pauses(mall: Standing) -> Generator[None]:
    """Let writers of scarce things hesitate inside the ``with``."""
    tables = [sql.Identifier(*name.split(".")) for name in SCARCE]
    seconds = sql.Literal(str(_AT_MOST_SECONDS))
    with mall.database() as rows:
        rows.execute(_MAKE)
        for table in tables:
            rows.execute(sql.SQL(_PUT).format(table, seconds))
    try:
        yield
    finally:
        with mall.database() as rows:
            for table in tables:
                rows.execute(sql.SQL("DROP TRIGGER IF EXISTS pause ON {}").format(table))
