"""Looks into the database's own catalogue: what is kept there at all."""

from tests.faults.checker.evidence import Evidence

_TABLES = """
SELECT n.nspname || '.' || c.relname AS name,
       array(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'procrastinate')
   AND n.nspname !~ '^pg_'
 ORDER BY 1
"""


def tables(evidence: Evidence) -> dict[str, list[str]]:
    """List every table with its columns."""
    return {name: columns for _, (name, columns) in evidence.stream("mall", _TABLES)}
