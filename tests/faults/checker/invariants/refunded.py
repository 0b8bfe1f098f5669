"""I8: what goes back is never more than what came, by line, by order and at the provider."""

from tests.faults.checker.bench import LINES
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

_CARRIED_OUT = "('running', 'succeeded', 'failed')"  # others were only asked for
_REFUNDS = f"SELECT count(*) FROM orders.refund WHERE state IN {_CARRIED_OUT}"
_BY_LINE = f"""
WITH given AS (
    SELECT r.tenant_id, r.order_id, (part ->> 'line_no')::bigint AS line_no,
           sum((part ->> 'units')::bigint)::bigint AS units,
           sum((part ->> 'released')::bigint)::bigint AS released,
           sum((part ->> 'goods_minor')::bigint)::bigint AS goods,
           sum((part ->> 'freight_minor')::bigint)::bigint AS freight
      FROM orders.refund r, jsonb_array_elements(r.lines) AS part
     WHERE r.state IN {_CARRIED_OUT} GROUP BY 1, 2, 3
)
SELECT order_id::text, line_no,
       l.refunded AS line_units, g.units, l.released AS line_released, g.released,
       l.refunded_minor AS line_goods_minor, g.goods AS goods_minor,
       l.refunded_freight_minor AS line_freight_minor, g.freight AS freight_minor
  FROM (SELECT * FROM orders.line
         WHERE refunded <> 0 OR released <> 0 OR refunded_minor <> 0
            OR refunded_freight_minor <> 0) l
  FULL JOIN given g USING (tenant_id, order_id, line_no)
 WHERE (COALESCE(l.refunded, 0), COALESCE(l.released, 0),
        COALESCE(l.refunded_minor, 0), COALESCE(l.refunded_freight_minor, 0))
    <> (COALESCE(g.units, 0), COALESCE(g.released, 0),
        COALESCE(g.goods, 0), COALESCE(g.freight, 0))
"""
_BY_ORDER = f"""
SELECT o.number, o.paid_minor, o.refunded_minor, COALESCE(l.minor, 0) AS lines_minor,
       COALESCE(r.minor, 0) AS refunds_minor
  FROM orders."order" o
  LEFT JOIN (SELECT tenant_id, order_id,
                    sum(refunded_minor + refunded_freight_minor)::bigint AS minor
               FROM orders.line GROUP BY tenant_id, order_id) l
    ON (l.tenant_id, l.order_id) = (o.tenant_id, o.id)
  LEFT JOIN (SELECT tenant_id, order_id, sum(amount_minor)::bigint AS minor
               FROM orders.refund WHERE state IN {_CARRIED_OUT} GROUP BY tenant_id, order_id) r
    ON (r.tenant_id, r.order_id) = (o.tenant_id, o.id)
 WHERE o.refunded_minor NOT BETWEEN 0 AND o.paid_minor
    OR o.refunded_minor <> COALESCE(l.minor, 0) OR o.refunded_minor <> COALESCE(r.minor, 0)
"""
_BY_ATTEMPT = """
SELECT a.out_no, a.paid_minor, sum(r.amount_minor)::bigint AS back_minor
  FROM payments.refund r
  LEFT JOIN payments.attempt a ON (a.tenant_id, a.id) = (r.tenant_id, r.attempt_id)
 WHERE r.state <> 'failed'
 GROUP BY r.tenant_id, r.attempt_id, a.out_no, a.paid_minor
HAVING sum(r.amount_minor) > COALESCE(a.paid_minor, 0)
"""

PROBES = (
    Probe(
        "more than a line cost went back, or more units than it had",
        "SELECT count(*) FROM orders.line WHERE refunded > 0 OR refunded_minor > 0",
        f"""SELECT order_id::text, line_no, net_minor + adjust_minor AS paid_minor, refunded_minor,
                   freight_share_minor, refunded_freight_minor, quantity, refunded
              FROM ({LINES}) l
             WHERE refunded_minor NOT BETWEEN 0 AND net_minor + adjust_minor
                OR refunded_freight_minor NOT BETWEEN 0 AND freight_share_minor
                OR refunded NOT BETWEEN 0 AND quantity""",
    ),
    Probe("a line's refunds do not add up to what it says", _REFUNDS, _BY_LINE),
    Probe("an order's refunds do not add up to what it says, or exceed it", _REFUNDS, _BY_ORDER),
    Probe(
        "a refund of an order and its way through payments differ",
        _REFUNDS,
        f"""SELECT r.id::text, r.state, p.state AS in_payments, r.amount_minor,
                   p.amount_minor AS sent_minor
              FROM orders.refund r
              LEFT JOIN payments.refund p ON (p.tenant_id, p.id) = (r.tenant_id, r.id)
             WHERE r.state IN {_CARRIED_OUT} AND r.amount_minor > 0
               AND (p.amount_minor IS DISTINCT FROM r.amount_minor
                    OR (r.state = 'succeeded' AND p.state <> 'succeeded')
                    OR (r.state = 'failed' AND p.state = 'succeeded'))""",
    ),
    Probe(
        "more than a payment brought went back",
        "SELECT count(*) FROM payments.refund",
        _BY_ATTEMPT,
    ),
    Probe(
        "the provider sent back more than it took",
        "SELECT count(*) FROM trade_refund",
        """SELECT t.out_no, t.paid_minor, sum(r.amount_minor) AS back_minor
             FROM trade_refund r LEFT JOIN trade t
               ON t.merchant = r.merchant AND t.out_no = r.out_trade_no
            WHERE r.state <> 'failed' GROUP BY r.merchant, r.out_trade_no
           HAVING sum(r.amount_minor) > COALESCE(t.paid_minor, 0)""",
        "bench",
    ),
    Probe(
        "the provider sent back what the mall did not ask for, or another amount",
        "SELECT count(*) FROM trade_refund WHERE state <> 'failed'",
        """SELECT t.out_no, t.amount_minor AS theirs_minor, r.amount_minor AS ours_minor
             FROM trade_refund t LEFT JOIN refund r ON r.out_no = t.out_no
            WHERE t.state <> 'failed' AND t.amount_minor IS NOT r.amount_minor""",
        "bench",
    ),
    Probe(
        "the mall believes in a refund that its provider does not know",
        "SELECT count(*) FROM refund WHERE state = 'succeeded'",
        """SELECT r.out_no, r.amount_minor, t.state AS theirs
             FROM refund r LEFT JOIN trade_refund t ON t.out_no = r.out_no
            WHERE r.state = 'succeeded' AND t.state IS NOT 'succeeded'""",
        "bench",
    ),
)


def no_more_goes_back_than_came(evidence: Evidence) -> Verdict:
    """Add up refunds by line, order, payment and at the provider."""
    return decide(evidence, "I8", "refunds <= captured, for each line and order", PROBES)
