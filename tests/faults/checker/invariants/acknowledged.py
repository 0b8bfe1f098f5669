"""I1: what was acknowledged is there after any recovery, with the same totals."""

from tests.faults.checker.bench import LINES
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

# Orders that clients were told of, as the mall has them; one that only another mall has is I10's.
_ACKED = """
FROM (SELECT DISTINCT host, number, amount_minor, currency FROM entry
       WHERE op = 'place' AND outcome = 'ok') e
JOIN host USING (host)
LEFT JOIN placed p ON p.number = e.number AND p.tenant = host.tenant
"""
_MINE = """
FROM (SELECT DISTINCT host, number FROM entry WHERE op = '{op}' AND outcome = 'ok') e
JOIN host USING (host)
JOIN placed p ON p.number = e.number AND p.tenant = host.tenant
"""
_PAID, _CANCELLED = _MINE.format(op="pay"), _MINE.format(op="cancel")
_SEEN = """
FROM entry e JOIN host USING (host)
JOIN placed p ON p.number = e.number AND p.tenant = host.tenant
WHERE e.op = 'see' AND e.outcome = 'ok' AND p.adjusted = 0
"""
_SUMS = f"""
SELECT o.number, o.payable_minor, o.freight_minor,
       sum(l.net_minor + l.adjust_minor + l.freight_share_minor)::bigint AS lines_minor,
       sum(l.freight_share_minor)::bigint AS freight_shares_minor
  FROM orders."order" o
  LEFT JOIN ({LINES}) l ON (l.tenant_id, l.order_id) = (o.tenant_id, o.id)
 GROUP BY o.tenant_id, o.id, o.number, o.payable_minor, o.freight_minor
HAVING count(l.line_no) = 0
    OR o.payable_minor <> sum(l.net_minor + l.adjust_minor + l.freight_share_minor)
    OR o.freight_minor <> sum(l.freight_share_minor)
    OR bool_or(l.list_minor <> l.unit_minor * l.quantity OR l.net_minor < 0)
"""

PROBES = (
    Probe(
        "a mall that a client talked with is unknown",
        "SELECT count(DISTINCT host) FROM entry",
        "SELECT DISTINCT host FROM entry WHERE host NOT IN (SELECT host FROM host)",
        "bench",
    ),
    Probe(
        "an acknowledged order is lost",
        f"SELECT count(*) {_ACKED}",
        f"""SELECT e.number, e.host {_ACKED}
            WHERE p.id IS NULL AND e.number NOT IN (SELECT number FROM placed)""",
        "bench",
    ),
    Probe(
        "the total of an order is not what was acknowledged",
        f"SELECT count(*) {_ACKED}",
        f"""SELECT e.number, e.amount_minor AS told_minor, p.placed_minor AS has_minor,
                   e.currency AS told, p.currency AS has {_ACKED}
            WHERE p.id IS NOT NULL
              AND (e.amount_minor IS NOT p.placed_minor OR e.currency <> p.currency)""",
        "bench",
    ),
    Probe(
        "the total of an order is not what was shown",
        f"SELECT count(*) {_SEEN}",
        f"""SELECT e.number, e.amount_minor AS shown_minor, p.payable_minor AS has_minor {_SEEN}
            AND e.amount_minor IS NOT p.payable_minor""",
        "bench",
    ),
    Probe(
        "an order is not the sum of its lines",
        'SELECT count(*) FROM orders."order"',
        _SUMS,
    ),
    Probe(
        "an order was paid at the cashier, who has forgotten it",
        f"SELECT count(*) {_PAID}",
        f"""SELECT e.number, e.host {_PAID}
            WHERE NOT EXISTS (SELECT 1 FROM attempt a JOIN trade t ON t.out_no = a.out_no
                               WHERE a.order_id = p.id AND t.state = 'succeeded')""",
        "bench",
    ),
    Probe(
        "a cancellation was acknowledged and is forgotten",
        f"SELECT count(*) {_CANCELLED}",
        f"""SELECT e.number, p.state {_CANCELLED}
            WHERE p.state NOT IN ('cancelled', 'closed') AND NOT p.closing""",
        "bench",
    ),
)


def nothing_acknowledged_is_lost(evidence: Evidence) -> Verdict:
    """Look for what clients were told and the mall does not know any more."""
    return decide(evidence, "I1", "acknowledged orders exist, with the same totals", PROBES)
