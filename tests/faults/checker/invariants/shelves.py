"""I4: what is on a shelf is what came minus what went, and every promise has an order."""

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

_STOCKS = "SELECT count(*) FROM inventory.stock"
_ON_HAND = """
SELECT sku_id::text AS sku, location_id::text AS location, tenant_id::text AS tenant,
       COALESCE(s.on_hand, 0) AS on_hand, COALESCE(m.units, 0) AS moved
  FROM inventory.stock s
  FULL JOIN (SELECT tenant_id, sku_id, location_id, sum(units)::bigint AS units
               FROM inventory.movement WHERE kind IN ('receive', 'adjust', 'ship', 'return')
              GROUP BY tenant_id, sku_id, location_id) m
 USING (tenant_id, sku_id, location_id)
 WHERE COALESCE(s.on_hand, 0) <> COALESCE(m.units, 0)
"""
_PROMISED = """
SELECT sku_id::text AS sku, location_id::text AS location, tenant_id::text AS tenant,
       s.held, h.held AS orders_held, s.allocated, h.allocated AS orders_allocated
  FROM inventory.stock s
  FULL JOIN (SELECT tenant_id, sku_id, location_id,
                    COALESCE(sum(units) FILTER (WHERE stage = 'held'), 0)::bigint AS held,
                    COALESCE(sum(units) FILTER (WHERE stage = 'allocated'), 0)::bigint AS allocated
               FROM inventory.holding GROUP BY tenant_id, sku_id, location_id) h
 USING (tenant_id, sku_id, location_id)
 WHERE (COALESCE(s.held, 0), COALESCE(s.allocated, 0))
    <> (COALESCE(h.held, 0), COALESCE(h.allocated, 0))
"""
# By order and SKU: unpaid orders hold all they ask for, paid ones have a right to what is unsent.
_RIGHTS = """
WITH due AS (
    SELECT l.tenant_id, l.order_id, l.sku_id,
           CASE WHEN o.state = 'unpaid' THEN 'held' ELSE 'allocated' END AS stage,
           sum(CASE WHEN o.state = 'cancelled' THEN 0
                    ELSE l.quantity - l.shipped - l.released END)::bigint AS units
      FROM orders.line l
      JOIN orders."order" o ON (o.tenant_id, o.id) = (l.tenant_id, l.order_id)
     GROUP BY l.tenant_id, l.order_id, l.sku_id, o.state
), has AS (
    SELECT tenant_id, order_id, sku_id, stage, sum(units)::bigint AS units
      FROM inventory.holding GROUP BY tenant_id, order_id, sku_id, stage
)
SELECT COALESCE(o.number, b.order_id::text) AS "order", o.state, b.sku_id::text AS sku, b.stage,
       b.due, b.has
  FROM (SELECT tenant_id, order_id, sku_id, stage,
               COALESCE(due.units, 0) AS due, COALESCE(has.units, 0) AS has
          FROM due FULL JOIN has USING (tenant_id, order_id, sku_id, stage)) b
  LEFT JOIN orders."order" o ON (o.tenant_id, o.id) = (b.tenant_id, b.order_id)
 WHERE b.due <> b.has
"""
_SENT = """
WITH counted AS (
    SELECT tenant_id, order_id, sku_id, sum(shipped)::bigint AS units
      FROM orders.line WHERE shipped > 0 GROUP BY tenant_id, order_id, sku_id
), moved AS (
    SELECT m.tenant_id, p.order_id, m.sku_id, -sum(m.units)::bigint AS units
      FROM inventory.movement m
      LEFT JOIN fulfilment.parcel p ON (p.tenant_id, p.id) = (m.tenant_id, m.cause_id)
     WHERE m.kind = 'ship' GROUP BY m.tenant_id, p.order_id, m.sku_id
)
SELECT order_id::text AS "order", sku_id::text AS sku, counted.units AS sent, moved.units AS left_it
  FROM counted FULL JOIN moved USING (tenant_id, order_id, sku_id)
 WHERE counted.units IS DISTINCT FROM moved.units
"""
_RETURNED = """
WITH counted AS (
    SELECT tenant_id, order_id, sku_id, sum(released)::bigint AS units
      FROM orders.line WHERE released > 0 GROUP BY tenant_id, order_id, sku_id
), moved AS (
    SELECT m.tenant_id, r.order_id, m.sku_id, sum(m.units)::bigint AS units
      FROM inventory.movement m
      LEFT JOIN orders.refund r ON (r.tenant_id, r.id) = (m.tenant_id, m.cause_id)
     WHERE m.kind = 'release' AND m.cause_kind = 'refund'
     GROUP BY m.tenant_id, r.order_id, m.sku_id
)
SELECT order_id::text AS "order", sku_id::text AS sku, counted.units AS given, moved.units AS back
  FROM counted FULL JOIN moved USING (tenant_id, order_id, sku_id)
 WHERE counted.units IS DISTINCT FROM moved.units
"""

PROBES = (
    Probe("a shelf does not hold what its movements add up to", _STOCKS, _ON_HAND),
    Probe("the promises of a shelf are not those of orders", _STOCKS, _PROMISED),
    Probe(
        "a shelf is below zero, or promises more than it has",
        _STOCKS,
        """SELECT sku_id::text, location_id::text AS location, on_hand, held, allocated
             FROM inventory.stock
            WHERE least(on_hand, held, allocated, safety) < 0 OR on_hand < held + allocated""",
    ),
    Probe(
        "an order has a right to other units than it has to be sent",
        "SELECT count(*) FROM orders.line",
        _RIGHTS,
    ),
    Probe(
        "units were sent that did not leave the shelf, or left it unsent",
        "SELECT count(*) FROM inventory.movement WHERE kind = 'ship'",
        _SENT,
    ),
    Probe(
        "units were refunded unsent that did not return to the shelf, or returned twice",
        "SELECT count(*) FROM orders.line WHERE released > 0",
        _RETURNED,
    ),
)


def shelves_add_up(evidence: Evidence) -> Verdict:
    """Add up every shelf, by its movements and by the orders it serves."""
    return decide(evidence, "I4", "stock = received - sent, promised as orders say, >= 0", PROBES)
