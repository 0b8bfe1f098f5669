"""Every row of a tenant, table by table, as the superuser sees it."""

import time
from collections.abc import Mapping
from uuid import UUID

from psycopg import sql

from tests.faults.standing import Standing
from tests.waiting import eventually

TABLES_OF_TENANTS = """
SELECT table_schema, table_name FROM information_schema.columns
 WHERE column_name = 'tenant_id' AND table_schema NOT LIKE 'pg_%'
"""
_QUIET_SECONDS = 1.5

type Rows = Mapping[str, str | None]


def rows_of(mall: Standing, tenant_id: UUID) -> Rows:
    """Sum up every row of a tenant, table by table."""
    return _all(mall, tenant_id, "md5(string_agg(t::text, chr(10) ORDER BY t::text))")


def words_of(mall: Standing, tenant_id: UUID) -> Rows:
    """Write down every row of a tenant, table by table."""
    return _all(mall, tenant_id, "string_agg(t::text, chr(10))")


def quiet_rows_of(mall: Standing, tenant_id: UUID) -> Rows:
    """Wait until nothing is on its way to a tenant any more, and sum up its rows."""
    last, since = rows_of(mall, tenant_id), time.monotonic()

    def unchanged() -> bool:
        nonlocal last, since
        now = rows_of(mall, tenant_id)
        if now != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since > _QUIET_SECONDS

    eventually(unchanged, 60)
    return last


def _all(mall: Standing, tenant_id: UUID, what: str) -> Rows:
    found = dict[str, str | None]()
    with mall.database() as rows:
        for schema, table in rows.execute(TABLES_OF_TENANTS).fetchall():
            asked = sql.SQL("SELECT {} FROM {} t WHERE tenant_id = %s").format(
                sql.SQL(what),  # type: ignore[arg-type] # one of the two above
                sql.Identifier(schema, table),
            )
            (found[f"{schema}.{table}"],) = rows.execute(asked, [tenant_id]).fetchone() or (None,)
    return found
