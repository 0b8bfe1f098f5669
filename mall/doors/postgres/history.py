"""A quick look whether migrations are due, for starts that should not load them."""

import hashlib
from importlib.metadata import version
from pathlib import Path

import psycopg

import mall
from mall.doors.postgres.addresses import libpq

_HOUSE = Path(mall.__file__).parent
MIGRATIONS = _HOUSE.parent / "migrations"
HISTORY_SCHEMA = "migrations"  # what has been applied: ours, and procrastinate's
SEEDED = "demo malls"


def fingerprint() -> str:
    """Sum up all that ``migrate`` works from: history, tables, policies, job schema."""
    sources = [
        *sorted(MIGRATIONS.rglob("*.py")),
        *sorted(_HOUSE.glob("*/tables.py")),
        *sorted((_HOUSE / "kernel").glob("*.py")),
        *sorted((_HOUSE / "doors" / "postgres").glob("*.py")),
    ]
    summed = hashlib.sha256(version("procrastinate").encode())
    for path in sources:
        summed.update(f"\0{path.relative_to(_HOUSE.parent)}\0".encode() + path.read_bytes())
    return summed.hexdigest()


def up_to_date(owner_url: str) -> bool:
    """Tell whether ``migrate`` ran with exactly these sources; False asks for a closer look."""
    with psycopg.connect(libpq(owner_url), connect_timeout=5) as connection:
        row = connection.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
            [HISTORY_SCHEMA],
        ).fetchone()
    return row is not None and row[0] == fingerprint()


def is_done(owner_url: str, what: str) -> bool:
    """Tell whether a piece of work that is done once for a database is noted as done."""
    with psycopg.connect(libpq(owner_url), connect_timeout=5) as connection:
        row = connection.execute("SELECT 1 FROM migrations.done WHERE what = %s", [what])
        return row.fetchone() is not None


def note_done(owner_url: str, what: str) -> None:
    """Note in the database itself that a piece of work is done."""
    with psycopg.connect(libpq(owner_url), connect_timeout=5) as connection:
        connection.execute("INSERT INTO migrations.done VALUES (%s) ON CONFLICT DO NOTHING", [what])
