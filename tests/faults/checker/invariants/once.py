"""I2: an idempotency key makes one order at most."""

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

_KEYS = "FROM entry e WHERE e.op = 'place' AND e.key <> ''"

PROBES = (
    Probe(
        "a key of a shopper has more than one order",
        'SELECT count(*) FROM orders."order"',
        """SELECT idempotency_key, tenant_id::text AS tenant, array_agg(number) AS orders
             FROM orders."order" GROUP BY tenant_id, shopper_id, idempotency_key
           HAVING count(*) > 1""",
    ),
    Probe(
        "a key that one client used has more than one order",
        f"SELECT count(DISTINCT e.host || ' ' || e.key) {_KEYS}",
        """SELECT key, group_concat(number) AS orders FROM (
                SELECT DISTINCT e.key, p.number, p.tenant FROM entry e JOIN host USING (host)
                  JOIN placed p ON p.key = e.key AND p.tenant = host.tenant
                 WHERE e.op = 'place' AND e.key <> '')
            GROUP BY tenant, key HAVING count(*) > 1""",
        "bench",
    ),
    Probe(
        "a key was answered with different orders",
        f"SELECT count(DISTINCT e.host || ' ' || e.key) {_KEYS} AND outcome = 'ok'",
        f"""SELECT e.key, group_concat(DISTINCT e.number) AS orders {_KEYS} AND e.outcome = 'ok'
            GROUP BY e.host, e.key HAVING count(DISTINCT e.number) > 1""",
        "bench",
    ),
    Probe(
        "an order was given for another key",
        f"SELECT count(*) {_KEYS} AND outcome = 'ok'",
        """SELECT DISTINCT e.number, e.key AS asked_with, p.key AS placed_with
             FROM entry e JOIN host USING (host)
             JOIN placed p ON p.number = e.number AND p.tenant = host.tenant
            WHERE e.op = 'place' AND e.outcome = 'ok' AND e.key <> '' AND e.key <> p.key""",
        "bench",
    ),
    Probe(
        "a key that was refused each time has an order",
        f"SELECT count(DISTINCT e.host || ' ' || e.key) {_KEYS} AND outcome = 'refused'",
        """SELECT e.key, p.number FROM entry e JOIN host USING (host)
             JOIN placed p ON p.key = e.key AND p.tenant = host.tenant
            WHERE e.op = 'place' AND e.key <> ''
            GROUP BY e.host, e.key HAVING min(e.outcome) = 'refused' AND max(e.outcome) = 'refused'
           """,
        "bench",
    ),
)


def a_key_orders_once(evidence: Evidence) -> Verdict:
    """Look for keys that had more effect than one."""
    return decide(evidence, "I2", "one order at most for an idempotency key", PROBES)
