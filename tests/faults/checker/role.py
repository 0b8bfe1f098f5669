"""The role that the checker reads with: it sees every row of every mall and can change none."""

import psycopg
from psycopg import sql

READER = "mall_reader"


def make_reader(superuser: psycopg.Connection, database: str, password: str) -> str:
    """Make the role, or give it another password, and let it into a database; give its name.

    ``superuser``: only one of those may let a role see behind row-level security.
    """
    reader = sql.Identifier(READER)
    known = superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone()
    if known is None:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN").format(reader))
        superuser.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(reader))
    superuser.execute(
        sql.SQL("ALTER ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS PASSWORD {}").format(
            reader, sql.Literal(password)
        )
    )
    for line in (
        "ALTER ROLE {} SET default_transaction_read_only = on",
        "ALTER ROLE {} SET search_path = pg_catalog",
    ):
        superuser.execute(sql.SQL(line).format(reader))
    superuser.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), reader)
    )
    return READER
