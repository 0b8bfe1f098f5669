"""Bringing the schema up to date, as the owner, one process at a time."""

from argparse import Namespace
from collections.abc import Generator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, cast

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Table, create_engine, text

from mall.doors.postgres.history import HISTORY_SCHEMA, MIGRATIONS, fingerprint
from mall.kernel.schema import (
    APP_ROLE,
    DIRECTORY_TABLES,
    import_all_tables,
    policies,
    policy,
    schemas,
)

_ONE_AT_A_TIME = 4_715_201_831


def configuration(connection: Connection | None = None) -> Config:
    """Make alembic's configuration; the connection is handed to ``migrations/env.py``."""
    config = Config(cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(owner_url: str) -> None:
    """Apply what is missing. A repeated call changes nothing; a second process waits its turn."""
    with _connected(owner_url) as connection:
        connection.execute(text("SET lock_timeout = '30s'"))
        connection.execute(text(f"SELECT pg_advisory_lock({_ONE_AT_A_TIME})"))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {HISTORY_SCHEMA}"))
        connection.execute(
            text(f"CREATE TABLE IF NOT EXISTS {HISTORY_SCHEMA}.done (what text PRIMARY KEY)")
        )
        connection.commit()
        _apply_job_tables(connection)
        for name in schemas(import_all_tables()):  # one a room; migrations fill them
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{name}"'))
        connection.commit()
        command.upgrade(configuration(connection), "head")
        connection.commit()
        _shut_tables(connection)
        connection.execute(text(f"COMMENT ON SCHEMA {HISTORY_SCHEMA} IS '{fingerprint()}'"))
        connection.commit()


def write_migration(owner_url: str, message: str) -> Path | None:
    """Write the next migration from the difference between tables and code. None: no difference.

    The database must be up to date.
    """
    with _connected(owner_url) as connection:
        script = command.revision(configuration(connection), message, autogenerate=True)
    assert script is not None
    assert not isinstance(script, list)
    path = Path(script.path)
    if "    pass\n" in path.read_text():
        path.unlink()
        return None
    return path


def pending(url: str) -> bool:
    """Tell whether the schema is older than this program."""
    with _connected(url) as connection:
        return _revision(connection) != head() or not _has_jobs(connection)


def head() -> str | None:
    """Name the newest migration of this program. None: there is none yet."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def create_everything(owner_url: str) -> None:
    """Create the schema straight from the code's tables, without history; for tests."""
    metadata = import_all_tables()
    with _connected(owner_url) as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {HISTORY_SCHEMA}"))
        _apply_job_tables(connection)
        for name in schemas(metadata):
            connection.execute(text(f'CREATE SCHEMA "{name}"'))
        metadata.create_all(connection)
        for line in policies(metadata):
            connection.execute(text(line))
        connection.commit()


@contextmanager
def _connected(url: str) -> Generator[Connection]:
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    options = {"version_table_schema": HISTORY_SCHEMA}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def _has_jobs(connection: Connection) -> bool:
    known = text("SELECT to_regclass('procrastinate.procrastinate_jobs')")
    return connection.execute(known).scalar() is not None


def _apply_job_tables(connection: Connection) -> None:
    """Create procrastinate's own tables in a schema of their own, and follow its versions."""
    files = {f.name: f for f in Path(SchemaManager.get_migrations_path()).glob("*.sql")}
    log = f"{HISTORY_SCHEMA}.procrastinate"
    connection.execute(text(f"CREATE TABLE IF NOT EXISTS {log} (file text PRIMARY KEY)"))
    connection.commit()
    if _has_jobs(connection):
        known = connection.execute(text(f"SELECT file FROM {log}")).scalars()  # noqa: S608 - ours
        new = sorted(files.keys() - set(known))
        scripts = [files[name].read_text() for name in new]
    else:  # the newest schema is what all files together make
        new, scripts = sorted(files), [SchemaManager.get_schema()]
    if new:
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS procrastinate"))
        connection.execute(text("SET LOCAL search_path = procrastinate"))
        for script in scripts:
            _raw(connection).execute(script.encode())  # one text with many statements
        for line in _GRANTS:
            connection.execute(text(line))
        applied = text(f"INSERT INTO {log} VALUES (:file)")  # noqa: S608 - ours
        connection.execute(applied, [{"file": name} for name in new])
    connection.commit()


def _raw(connection: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


_GRANTS = [
    f"GRANT USAGE ON SCHEMA {HISTORY_SCHEMA}, procrastinate TO {APP_ROLE}",
    f"GRANT SELECT ON ALL TABLES IN SCHEMA {HISTORY_SCHEMA} TO {APP_ROLE}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA {HISTORY_SCHEMA} GRANT SELECT ON TABLES TO {APP_ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA procrastinate TO {APP_ROLE}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA procrastinate TO {APP_ROLE}",
    f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA procrastinate TO {APP_ROLE}",
]

_SHUT = f"""
SELECT n.nspname || '.' || c.relname,
       c.relrowsecurity AND c.relforcerowsecurity
           AND has_table_privilege('{APP_ROLE}', c.oid, 'SELECT, INSERT')
           AND has_schema_privilege('{APP_ROLE}', n.oid, 'USAGE'),
       ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY (:schemas)
"""  # noqa: S608 - our own name


def _shut_tables(connection: Connection) -> None:
    """Put every table under its policy with its grants, where a migration has not."""
    metadata = import_all_tables()
    rows = connection.execute(text(_SHUT), {"schemas": schemas(metadata)}).all()
    found: dict[str, tuple[bool, list[str]]] = {name: (ok, kept) for name, ok, kept in rows}
    for table in metadata.sorted_tables:
        if table.fullname in found and not _is_shut(table, *found[table.fullname]):
            connection.execute(text(f'GRANT USAGE ON SCHEMA "{table.schema}" TO {APP_ROLE}'))
            for kept in found[table.fullname][1]:
                connection.execute(text(f'DROP POLICY "{kept}" ON {table.fullname}'))
            for line in policy(table):
                connection.execute(text(line))


def _is_shut(table: Table, enforced: bool, kept: list[str]) -> bool:
    wanted = {"tenant", "directory"} if table.fullname in DIRECTORY_TABLES else {"tenant"}
    return enforced and set(kept) == wanted


def sql_of(folder: Path = MIGRATIONS) -> dict[str, str]:
    """Print every migration as SQL, by revision, without a database."""
    config = configuration()
    config.set_main_option("script_location", str(folder))
    printed = dict[str, str]()
    for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        config.output_buffer = buffer = StringIO()
        command.upgrade(config, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
        printed[script.revision] = buffer.getvalue()
    return printed
