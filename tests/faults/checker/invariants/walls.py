"""I10: nothing of one mall is seen, or pointed at, from another."""

from psycopg import sql

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

# Columns whose name does not say what they point at.
_POINTS_AT = {
    "paid_by": "attempt",
    "settled_by": "account",
    "staff_id": "account",
    "image": "asset",
}
_COLUMNS = """
SELECT n.nspname AS room, c.relname AS name, a.attname AS col
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.atttypid = 'uuid'::regtype
   AND a.attname <> 'tenant_id'
   AND EXISTS (SELECT 1 FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')
 ORDER BY 1, 2, 3
"""
_WITH_TENANT = """
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_'
  AND EXISTS (SELECT 1 FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')
"""
_JOB_IDS = r"""
SELECT j.id AS job, j.task_name, j.args ->> 'tenant' AS tenant, found.ids[1] AS id
  FROM procrastinate.procrastinate_jobs j,
       regexp_matches((j.args - 'tenant')::text,
                      '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g')
           AS found (ids)
 WHERE j.args ? 'tenant'
"""

PROBES = (
    Probe(
        "a table is open to other malls",
        f"SELECT count(*) {_WITH_TENANT}",
        f"""SELECT c.oid::regclass::text, c.relrowsecurity AS secured,
                   c.relforcerowsecurity AS forced
            {_WITH_TENANT}
            AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
                SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r')))""",
    ),
    Probe(
        "a job of one mall is about another's things",
        f"SELECT count(*) FROM ({_JOB_IDS}) j",
        f"""SELECT j.job::text, j.task_name, j.tenant, j.id, t.tenant_id::text AS belongs_to
              FROM ({_JOB_IDS}) j
              JOIN (SELECT tenant_id, id FROM orders."order"
                     UNION ALL SELECT tenant_id, id FROM payments.attempt
                     UNION ALL SELECT tenant_id, id FROM payments.refund
                     UNION ALL SELECT tenant_id, id FROM fulfilment.parcel
                     UNION ALL SELECT tenant_id, id FROM messaging.message
                     UNION ALL SELECT tenant_id, id FROM catalog.product
                     UNION ALL SELECT tenant_id, id FROM catalog.sku) t
                ON t.id = j.id::uuid AND t.tenant_id::text <> j.tenant""",
    ),
    Probe(
        "a client was told of an order of another mall",
        "SELECT count(*) FROM entry WHERE outcome = 'ok' AND number <> '' AND op <> 'trespass'",
        """SELECT DISTINCT e.number, e.host, e.client, p.tenant AS belongs_to
             FROM entry e JOIN host USING (host) JOIN placed p ON p.number = e.number
            WHERE e.outcome = 'ok' AND e.op <> 'trespass' AND p.tenant <> host.tenant
              AND NOT EXISTS (SELECT 1 FROM placed own
                               WHERE own.number = e.number AND own.tenant = host.tenant)""",
        "bench",
    ),
    Probe(
        "a trespass was answered",
        "SELECT count(*) FROM entry WHERE op = 'trespass' AND outcome <> 'unknown'",
        """SELECT number, client, seq, host FROM entry
            WHERE op = 'trespass' AND outcome = 'ok'""",
        "bench",
    ),
    Probe(
        "the provider books a payment of one mall for another",
        "SELECT count(*) FROM trade t JOIN attempt a ON a.out_no = t.out_no",
        """SELECT t.out_no, t.merchant, a.tenant FROM trade t JOIN attempt a ON a.out_no = t.out_no
            WHERE t.merchant <> a.tenant""",
        "bench",
    ),
)


def nothing_crosses_malls(evidence: Evidence) -> Verdict:
    """Follow every pointer from table to table, and what clients and the provider saw."""
    title = "no row, answer or payment crosses tenants"
    return decide(evidence, "I10", title, [*PROBES, *_pointers(evidence)])


def _pointers(evidence: Evidence) -> list[Probe]:
    """Find out from the catalogue which column points at which table, by their names."""
    columns = [(str(r), str(n), str(c)) for _, (r, n, c) in evidence.stream("mall", _COLUMNS)]
    homes = {"shopper": [("members", "session", "shopper_id")]}
    for room, name, column in columns:
        if column == "id":
            homes.setdefault(name, []).append((room, name, column))
    found = list[Probe]()
    for room, name, column in columns:
        target = _POINTS_AT.get(column, column.removesuffix("_id"))
        for home in homes.get(target, []):
            if home != (room, name, column) and column != "id":
                found.append(_pointer(evidence, (room, name, column), home))
    return found


def _pointer(evidence: Evidence, child: tuple[str, str, str], home: tuple[str, str, str]) -> Probe:
    places = {
        "child": sql.Identifier(*child[:2]),
        "pointer": sql.Identifier(child[2]),
        "home": sql.Identifier(*home[:2]),
        "id": sql.Identifier(home[2]),
    }
    looked = sql.SQL("SELECT count({pointer}) FROM {child}").format(**places)
    broken = sql.SQL(
        "SELECT c.{pointer}::text, c.tenant_id::text AS seen_from, h.tenant_id::text AS belongs_to"
        " FROM {child} c JOIN {home} h ON h.{id} = c.{pointer} AND h.tenant_id <> c.tenant_id"
        " WHERE NOT EXISTS (SELECT 1 FROM {home} own"
        " WHERE (own.tenant_id, own.{id}) = (c.tenant_id, c.{pointer}))"
    ).format(**places)
    what = f"{'.'.join(child)} points into another mall's {'.'.join(home[:2])}"
    return Probe(what, looked.as_string(evidence.mall), broken.as_string(evidence.mall))
