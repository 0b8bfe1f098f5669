"""I7: every event is delivered, and has its effect once.

An event is a job; jobs that were done are gone. So what was delivered shows in its effects: the
message to the buyer, the line on the timeline, the place in the search index. Where the delivery
is still waiting, nothing is missing yet: that is I11's.
"""

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Verdict

_JOBS = """
SELECT args ->> 'tenant' AS tenant, args ->> 'hearing' AS hearing, args -> 'body' AS body
  FROM procrastinate.procrastinate_jobs
 WHERE task_name = 'mall.deliver' AND status IN ('todo', 'doing')
"""
# A cause, and how many messages it has under its key: one, or none while its event is waiting.
_MESSAGES = """
WITH waiting AS MATERIALIZED (
    SELECT DISTINCT tenant, body ->> '{id}' AS id FROM ({jobs}) j WHERE hearing = ANY ({hearings})
)
SELECT c.id::text, '{word}/' || c.id AS key, count(m.id) AS messages
  FROM ({causes}) c
  LEFT JOIN messaging.message m
    ON m.tenant_id = c.tenant_id AND m.key = '{word}/' || c.id
  LEFT JOIN waiting w ON (w.tenant, w.id) = (c.tenant_id::text, c.id::text)
 GROUP BY c.tenant_id, c.id, w.id
HAVING count(m.id) > 1 OR (count(m.id) = 0 AND w.id IS NULL)
"""
_PAID = """SELECT tenant_id, id FROM orders."order" WHERE paid_at IS NOT NULL"""
_PARCELS = "SELECT tenant_id, id FROM fulfilment.parcel"
_BACK = "SELECT tenant_id, id FROM payments.refund WHERE state = 'succeeded'"


def _messages(word: str, causes: str, *, hearings: str, id_name: str) -> Probe:
    broken = _MESSAGES.format(
        word=word, causes=causes, hearings=f"ARRAY[{hearings}]", id=id_name, jobs=_JOBS
    )
    what = f"a “{word}” message was written never or twice"
    return Probe(what, f"SELECT count(*) FROM ({causes}) c", broken)


_UNCAUSED = f"""
SELECT m.key FROM messaging.message m
  LEFT JOIN (
      SELECT tenant_id, 'paid/' || id AS key FROM ({_PAID}) p
       UNION ALL SELECT tenant_id, 'shipped/' || id FROM ({_PARCELS}) s
       UNION ALL SELECT tenant_id, 'refunded/' || id FROM ({_BACK}) b
  ) c USING (tenant_id, key)
 WHERE m.template IN ('paid', 'shipped', 'refunded') AND c.key IS NULL
"""

_TIMELINE = f"""
WITH waiting AS MATERIALIZED (
    SELECT DISTINCT tenant, body ->> 'order_id' AS id FROM ({_JOBS}) j
     WHERE hearing = 'orders.note_refund'
), ended AS (
    SELECT tenant_id, order_id, count(*) AS refunds FROM payments.refund
     WHERE state = 'succeeded' GROUP BY tenant_id, order_id
), noted AS (
    SELECT tenant_id, order_id, count(*) AS notes FROM orders.happening
     WHERE kind = 'refunded' GROUP BY tenant_id, order_id
)
SELECT order_id::text, COALESCE(refunds, 0) AS refunds, COALESCE(notes, 0) AS notes
  FROM ended FULL JOIN noted USING (tenant_id, order_id)
  LEFT JOIN waiting w ON (w.tenant, w.id) = (tenant_id::text, order_id::text)
 WHERE COALESCE(notes, 0) > COALESCE(refunds, 0)
    OR (COALESCE(notes, 0) < COALESCE(refunds, 0) AND w.id IS NULL)
"""
_SOLD_OUT = f"""
WITH sellable AS (
    SELECT k.tenant_id, k.product_id,
           bool_or(s.on_hand - s.held - s.allocated - s.safety > 0) IS TRUE AS has_some
      FROM catalog.sku k
      JOIN catalog.product p ON (p.tenant_id, p.id) = (k.tenant_id, k.product_id)
      JOIN pricing.price c ON (c.tenant_id, c.sku_id) = (k.tenant_id, k.id)
      LEFT JOIN (SELECT s.* FROM inventory.stock s JOIN inventory.location l
                     ON (l.tenant_id, l.id) = (s.tenant_id, s.location_id) AND l.sells_online) s
        ON (s.tenant_id, s.sku_id) = (k.tenant_id, k.id)
     WHERE k.active AND p.state = 'published' AND p.published_at IS NOT NULL
     GROUP BY k.tenant_id, k.product_id
)
SELECT product_id::text, d.sold_out AS shown_sold_out, NOT v.has_some AS is_sold_out
  FROM sellable v FULL JOIN search.document d USING (tenant_id, product_id)
 WHERE d.sold_out IS DISTINCT FROM NOT v.has_some
   AND tenant_id::text NOT IN (SELECT tenant FROM ({_JOBS}) j WHERE hearing ^@ 'search.')
"""

PROBES = (
    Probe(
        "an event was given up before it was delivered",
        "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE task_name = 'mall.deliver'",
        """SELECT args ->> 'hearing', id AS job, status::text, attempts, args -> 'body' AS body
             FROM procrastinate.procrastinate_jobs
            WHERE task_name = 'mall.deliver' AND status NOT IN ('todo', 'doing', 'succeeded')""",
    ),
    _messages("paid", _PAID, hearings="'orders.say_paid'", id_name="order_id"),
    _messages("shipped", _PARCELS, hearings="'fulfilment.say_shipped'", id_name="parcel_id"),
    _messages(
        "refunded",
        _BACK,
        hearings="'orders.note_refund', 'orders.say_refunded'",
        id_name="refund_id",
    ),
    Probe(
        "a message speaks of what has not happened",
        "SELECT count(*) FROM messaging.message WHERE template <> 'code'",
        _UNCAUSED,
    ),
    Probe(
        "a timeline tells of other refunds than there were",
        f"SELECT count(*) FROM ({_BACK}) b",
        _TIMELINE,
    ),
    Probe(
        "the search index does not know what is sold out, or what is sold",
        "SELECT count(*) FROM search.document",
        _SOLD_OUT,
    ),
)


def events_have_one_effect(evidence: Evidence) -> Verdict:
    """Count the effects of everything that was announced."""
    return decide(evidence, "I7", "every event delivered, with exactly one effect", PROBES)
