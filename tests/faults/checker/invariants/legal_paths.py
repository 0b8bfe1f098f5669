"""I9: what happened to an order, taken together, is a way through its state machine.

Ids of happenings are ordered by the millisecond only, so the way is judged as a whole: each step
is legal, and each state was left as often as it was entered. There is no circle in the machine, so
nothing else can fit.
"""

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

# Rules of commerce 4.14, as the checker understands them.
_STEPS = """
(VALUES ('pay', 'unpaid', 'paid'), ('revive', 'cancelled', 'paid'),
        ('cancel', 'unpaid', 'cancelled'),
        ('ship_part', 'paid', 'partly_shipped'), ('ship_part', 'partly_shipped', 'partly_shipped'),
        ('ship_all', 'paid', 'shipped'), ('ship_all', 'partly_shipped', 'shipped'),
        ('receive', 'shipped', 'received'),
        ('close', 'paid', 'closed'), ('close', 'partly_shipped', 'closed'),
        ('close', 'shipped', 'closed'), ('close', 'received', 'closed'))
"""
_HAPPENINGS = "SELECT count(*) FROM orders.happening"
_ORDERS = 'SELECT count(*) FROM orders."order"'
_ILLEGAL = f"""
SELECT h.order_id::text, h.kind, h.before, h.after, h.id::text AS happening
  FROM orders.happening h
  LEFT JOIN {_STEPS} AS step (kind, before, after)
    ON (step.kind, step.before, step.after) = (h.kind, h.before, h.after)
 WHERE step.kind IS NULL
   AND (h.before <> h.after OR h.kind IN (SELECT kind FROM {_STEPS} AS s (kind, b, a)))
"""
_BALANCE = """
SELECT o.number, o.state, string_agg(flow.at || ' ' || flow.times, ', ') AS out_of_balance
  FROM (
      SELECT tenant_id, order_id, at, sum(times) AS times FROM (
          SELECT tenant_id, id AS order_id, 'unpaid' AS at, 1 AS times FROM orders."order"
           UNION ALL SELECT tenant_id, id, state, -1 FROM orders."order"
           UNION ALL SELECT tenant_id, order_id, after, 1 FROM orders.happening
           WHERE before <> after
           UNION ALL SELECT tenant_id, order_id, before, -1 FROM orders.happening
           WHERE before <> after
      ) steps GROUP BY tenant_id, order_id, at HAVING sum(times) <> 0
  ) flow
  LEFT JOIN orders."order" o ON (o.tenant_id, o.id) = (flow.tenant_id, flow.order_id)
 GROUP BY flow.tenant_id, flow.order_id, o.number, o.state
"""
_NEVER_THERE = """
SELECT h.order_id::text, h.kind, h.before AS at
  FROM orders.happening h
 WHERE h.before = h.after AND h.before <> 'unpaid'
   AND NOT EXISTS (SELECT 1 FROM orders.happening way
                    WHERE (way.tenant_id, way.order_id) = (h.tenant_id, h.order_id)
                      AND way.after = h.before AND way.before <> way.after)
"""
_UNTOLD = """
SELECT o.number, o.version, count(h.id) AS told
  FROM orders."order" o
  LEFT JOIN orders.happening h ON (h.tenant_id, h.order_id) = (o.tenant_id, o.id)
   AND h.kind IN ('pay', 'revive', 'cancel', 'ship_part', 'ship_all', 'receive', 'close',
                  'closing', 'price_adjusted', 'address_changed', 'refunding')
 GROUP BY o.tenant_id, o.id, o.number, o.version
HAVING o.version <> 1 + count(h.id)
"""
_CLOCKS = """
SELECT number, state, paid_at::text, shipped_at::text, received_at::text, ended_at::text,
       cancel_reason, closing
  FROM orders."order"
 WHERE (paid_at IS NOT NULL)
    <> (state IN ('paid', 'partly_shipped', 'shipped', 'received', 'closed'))
    OR (ended_at IS NOT NULL) <> (state IN ('cancelled', 'closed'))
    OR (cancel_reason IS NOT NULL) <> (state = 'cancelled')
    OR (closing IS NOT NULL AND state <> 'unpaid')
    OR (state IN ('shipped', 'received') AND shipped_at IS NULL)
    OR (state = 'received' AND received_at IS NULL)
"""

PROBES = (
    Probe("an order took a step that there is not", _HAPPENINGS, _ILLEGAL),
    Probe("an order is not where its steps lead", _ORDERS, _BALANCE),
    Probe(
        "something happened to an order in a state that it never was in", _HAPPENINGS, _NEVER_THERE
    ),
    Probe("an order was changed without a word on its timeline", _ORDERS, _UNTOLD),
    Probe("the clocks of an order do not fit its state", _ORDERS, _CLOCKS),
)


def orders_went_legal_ways(evidence: Evidence) -> Verdict:
    """Walk the timelines of all orders."""
    return decide(evidence, "I9", "an order's events are a legal path", PROBES)
