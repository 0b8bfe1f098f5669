"""Notes which tables of a tenant the web process changes; rolled back changes are none."""

from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from psycopg import sql

from tests.faults.standing import Standing

# What a visit leaves behind, whatever is answered: a session, and counted tries.
OF_EVERY_VISIT = frozenset({"members.session", "members.code", "kernel.attempt"})
_TABLES = """
SELECT c.table_schema, c.table_name FROM information_schema.columns c
  JOIN information_schema.tables t USING (table_schema, table_name)
 WHERE c.column_name = 'tenant_id' AND t.table_type = 'BASE TABLE'
   AND c.table_schema NOT LIKE 'pg_%'
"""
_NOTE = """
CREATE SCHEMA watching;
CREATE TABLE watching.noted (tenant_id uuid, what text);
CREATE FUNCTION watching.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF current_setting('application_name') = 'mall web' THEN
    INSERT INTO watching.noted
    VALUES (coalesce(NEW.tenant_id, OLD.tenant_id), TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
"""
_TRIGGER = sql.SQL(
    "CREATE TRIGGER watching AFTER INSERT OR UPDATE OR DELETE ON {}"
    " FOR EACH ROW EXECUTE FUNCTION watching.note()"
)
_DROP = sql.SQL("DROP TRIGGER watching ON {}")


class Watch:
    """Looks at one tenant."""

    def __init__(self, rows: psycopg.Connection, tenant_id: UUID) -> None:
        """Look through a connection of the superuser."""
        self._rows, self._tenant_id = rows, tenant_id

    def changed(self) -> set[str]:
        """Name the tables that were changed since this was asked last."""
        found = self.run("DELETE FROM watching.noted WHERE tenant_id = %s RETURNING what")
        return {what for (what,) in found} - OF_EVERY_VISIT

    def run(self, statement: str) -> list[tuple[str]]:
        """Run a statement whose only value is the tenant."""
        done = self._rows.execute(statement.encode(), [self._tenant_id])
        return done.fetchall() if done.description else []


@contextmanager
def watching(mall: Standing, tenant_id: UUID) -> Generator[Watch]:
    """Watch a tenant for the time of the ``with``."""
    with mall.database() as rows:
        rows.autocommit = True
        rows.execute(_NOTE)
        tables = [sql.Identifier(*one) for one in rows.execute(_TABLES).fetchall()]
        tables = [one for one in tables if "watching" not in one.as_string()]
        for table in tables:
            rows.execute(_TRIGGER.format(table))
        try:
            yield Watch(rows, tenant_id)
        finally:
            for table in tables:
                rows.execute(_DROP.format(table))
            rows.execute("DROP SCHEMA watching CASCADE")
