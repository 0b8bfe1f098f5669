"""I3: what the provider took for an order is its price; a surplus goes back within 10 minutes."""

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

LEDGER_OF = "demo_pay"  # whose ledger is on the bench
_BACK_WITHIN = "interval '10 minutes'"
_BOUGHT = "('paid', 'partly_shipped', 'shipped', 'received', 'closed')"

_NET = """
SELECT p.number, p.payable_minor, sum(t.paid_minor) AS captured_minor,
       sum(COALESCE((SELECT sum(r.amount_minor) FROM trade_refund r
                      WHERE r.merchant = t.merchant AND r.out_trade_no = t.out_no
                        AND r.state <> 'failed'), 0)) AS back_minor
  FROM trade t
  JOIN attempt a ON a.out_no = t.out_no AND a.tenant = t.merchant
  JOIN placed p ON p.id = a.order_id AND p.tenant = a.tenant
 WHERE t.state = 'succeeded'
 GROUP BY p.tenant, p.id
"""
_SURPLUS = """
FROM payments.attempt a
JOIN orders."order" o ON (o.tenant_id, o.id) = (a.tenant_id, a.order_id)
CROSS JOIN LATERAL (
    SELECT COALESCE(sum(r.amount_minor) FILTER (WHERE r.state <> 'failed'), 0)::bigint AS minor,
           max(r.ended_at) AS ended_at
      FROM payments.refund r WHERE (r.tenant_id, r.attempt_id) = (a.tenant_id, a.id)
) AS back
WHERE a.state = 'succeeded' AND a.id IS DISTINCT FROM o.paid_by
"""

PROBES = (
    Probe(
        "the provider took more for an order than it costs",
        f"SELECT count(*) FROM ({_NET})",
        f"SELECT * FROM ({_NET}) WHERE captured_minor - back_minor > payable_minor",
        "bench",
    ),
    Probe(
        "the provider was paid and the mall does not know it, or knows another amount",
        "SELECT count(*) FROM trade WHERE state = 'succeeded'",
        """SELECT t.out_no, t.subject AS "order", t.paid_minor AS theirs_minor,
                  a.paid_minor AS ours_minor, a.state
             FROM trade t LEFT JOIN attempt a ON a.out_no = t.out_no
            WHERE t.state = 'succeeded' AND t.paid_minor IS NOT a.paid_minor""",
        "bench",
    ),
    Probe(
        "the mall believes in a payment that its provider does not know",
        "SELECT count(*) FROM attempt WHERE state = 'succeeded'",
        f"""SELECT a.out_no, a.provider, a.paid_minor AS ours_minor, t.state AS theirs
              FROM attempt a LEFT JOIN trade t ON t.out_no = a.out_no
             WHERE a.state = 'succeeded'
               AND (a.provider <> '{LEDGER_OF}' OR t.state IS NOT 'succeeded')""",
        "bench",
    ),
    Probe(
        "money that buys nothing was not sent back within 10 minutes",
        f"SELECT count(*) {_SURPLUS}",
        f"""SELECT o.number, a.out_no, a.paid_minor, back.minor AS back_minor, a.paid_at::text,
                   back.ended_at::text {_SURPLUS}
               AND (back.minor < a.paid_minor
                    OR COALESCE(back.ended_at, now()) > a.paid_at + {_BACK_WITHIN})""",
    ),
    Probe(
        "what an order says was paid is not its price, or not what was paid",
        "SELECT count(*) FROM placed",
        f"""SELECT p.number, p.state, p.payable_minor, p.paid_minor, a.paid_minor AS attempt_minor
              FROM placed p
              LEFT JOIN attempt a
                ON a.id = p.paid_by AND a.order_id = p.id AND a.state = 'succeeded'
             WHERE p.paid_minor <> IIF(p.state IN {_BOUGHT}, p.payable_minor, 0)
                OR p.paid_minor <> COALESCE(a.paid_minor, 0)
                OR (p.paid_by IS NOT NULL AND a.id IS NULL)""",
        "bench",
    ),
)


def nobody_pays_too_much(evidence: Evidence) -> Verdict:
    """Lay the provider's ledger beside the payments of every order."""
    return decide(evidence, "I3", "captures for an order <= its total, surplus goes back", PROBES)
