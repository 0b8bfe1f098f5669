"""I11: some minutes after the last fault, nothing is left in the middle.

What waits for a person - an order within its time to pay, a return that somebody has to decide - is
not in the middle. What waits for a machine is, once it is older than the patience.
"""

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

_SINCE = "now() - %(patience)s * interval '1 second'"
_JOBS = """
FROM procrastinate.procrastinate_jobs j
CROSS JOIN LATERAL (SELECT min(e.at) AS at FROM procrastinate.procrastinate_events e
                     WHERE e.job_id = j.id) began
WHERE j.args ? 'tenant'
"""
_STALE_ATTEMPT = f"""
SELECT a.out_no, o.number AS "order", o.state AS order_state, a.state, a.why
  FROM payments.attempt a
  LEFT JOIN orders."order" o ON (o.tenant_id, o.id) = (a.tenant_id, a.order_id)
 WHERE a.state IN ('created', 'prepaid', 'closing')
   AND (a.state = 'closing' OR o.state IS DISTINCT FROM 'unpaid' OR a.expires_at < {_SINCE})
   AND COALESCE(a.tried_at, a.created_at) < {_SINCE}
"""

PROBES = (
    Probe(
        "a job is left behind",
        f"SELECT count(*) {_JOBS}",
        f"""SELECT COALESCE(j.args ->> 'errand', j.args ->> 'hearing'), j.id AS job,
                   j.status::text, j.attempts {_JOBS}
               AND j.status <> 'succeeded' AND COALESCE(began.at < {_SINCE}, true)
               AND NOT (j.task_name = 'mall.deliver' AND j.status NOT IN ('todo', 'doing'))""",
    ),
    Probe(
        "an order is unpaid though its time is over",
        'SELECT count(*) FROM orders."order"',
        f"""SELECT number, pay_by::text, closing FROM orders."order"
             WHERE state = 'unpaid' AND pay_by < {_SINCE}""",
    ),
    Probe(
        "an order is still being cancelled",
        'SELECT count(*) FROM orders."order"',
        f"""SELECT o.number, o.closing FROM orders."order" o
             WHERE o.closing IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM orders.happening h
                    WHERE (h.tenant_id, h.order_id, h.kind) = (o.tenant_id, o.id, 'closing')
                      AND h.at >= {_SINCE})""",
    ),
    Probe(
        "a try to pay is neither paid nor closed",
        "SELECT count(*) FROM payments.attempt",
        _STALE_ATTEMPT,
    ),
    Probe(
        "a refund is still on its way through payments",
        "SELECT count(*) FROM payments.refund",
        f"""SELECT out_no, state, why, tries FROM payments.refund
             WHERE state IN ('wanted', 'unknown', 'asked') AND wanted_at < {_SINCE}""",
    ),
    Probe(
        "a refund of an order is still running",
        "SELECT count(*) FROM orders.refund",
        f"""SELECT id::text, order_id::text AS "order", state FROM orders.refund
             WHERE state = 'running' AND asked_at < {_SINCE}""",
    ),
    Probe(
        "a message was not sent",
        "SELECT count(*) FROM messaging.message",
        f"""SELECT key, state, tries FROM messaging.message
             WHERE state = 'waiting' AND written_at < {_SINCE}""",
    ),
    Probe(
        "the provider still carries out a refund",
        "SELECT count(*) FROM trade_refund",
        """SELECT out_no, state FROM trade_refund
            WHERE state = 'processing' AND created_at < :now - :patience""",
        "bench",
    ),
    Probe(
        "something can still be paid that the mall has ended",
        "SELECT count(*) FROM trade",
        """SELECT t.out_no, t.subject AS "order", a.state FROM trade t
             LEFT JOIN attempt a ON a.out_no = t.out_no
            WHERE t.state = 'open' AND t.expires_at > :now AND t.created_at < :now - :patience
              AND COALESCE(a.state, '') NOT IN ('created', 'prepaid', 'closing')""",
        "bench",
    ),
)


def nothing_is_left_in_the_middle(evidence: Evidence) -> Verdict:
    """Look for whatever should have come to its end by now."""
    return decide(evidence, "I11", "quiet: nothing left in an intermediate state", PROBES)
