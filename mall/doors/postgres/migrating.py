"""Bringing the schema up to date, as the owner, one process at a time."""

from importlib.resources import files
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, create_engine, text

from mall.kernel.schema import APP_ROLE, import_all_tables, policies, schemas

MIGRATIONS = Path(str(files("mall"))).parent / "migrations"
_ONE_AT_A_TIME = 4_715_201_831


def configuration(connection: Connection | None = None) -> Config:
    """Make alembic's configuration; the connection is handed to ``migrations/env.py``."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(owner_url: str) -> None:
    """Apply what is missing. A repeated call changes nothing; a second process waits its turn."""
    engine = create_engine(owner_url, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            connection.execute(text("SET lock_timeout = '30s'"))
            connection.execute(text(f"SELECT pg_advisory_lock({_ONE_AT_A_TIME})"))
            connection.commit()
            _apply_job_tables(connection)
            command.upgrade(configuration(connection), "head")
            connection.commit()
    finally:
        engine.dispose()


def pending(url: str) -> bool:
    """Tell whether the schema is older than this program."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            options = {"version_table_schema": "kernel"}
            context = MigrationContext.configure(connection, opts=options)
            return context.get_current_revision() != head
    finally:
        engine.dispose()


def _apply_job_tables(connection: Connection) -> None:
    """Create procrastinate's own tables in a schema of their own, once."""
    known = connection.execute(
        text("SELECT to_regclass('procrastinate.procrastinate_jobs')")
    ).scalar()
    if known is None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS procrastinate"))
        connection.execute(text("SET search_path = procrastinate"))
        raw.execute(SchemaManager.get_schema().encode())  # one text with many statements
        for line in _GRANTS:
            connection.execute(text(line))
        connection.execute(text("RESET search_path"))
    connection.commit()


_GRANTS = [
    f"GRANT USAGE ON SCHEMA procrastinate TO {APP_ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA procrastinate TO {APP_ROLE}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA procrastinate TO {APP_ROLE}",
    f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA procrastinate TO {APP_ROLE}",
]


def create_everything(owner_url: str) -> None:
    """Create the schema straight from the code's tables, without history; for tests."""
    metadata = import_all_tables()
    engine = create_engine(owner_url)
    try:
        with engine.connect() as connection:
            _apply_job_tables(connection)
            for name in schemas(metadata):
                connection.execute(text(f'CREATE SCHEMA "{name}"'))
            metadata.create_all(connection)
            for line in policies(metadata):
                connection.execute(text(line))
            connection.commit()
    finally:
        engine.dispose()
