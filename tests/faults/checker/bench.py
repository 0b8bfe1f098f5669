"""The tables of the bench, and what of the mall's own is copied to them."""

from collections.abc import Mapping
from typing import Any

from tests.faults.checker.diary import Entry

TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE entry (
    client TEXT, seq INTEGER, op TEXT, host TEXT, outcome TEXT, key TEXT, number TEXT,
    amount_minor INTEGER, currency TEXT, PRIMARY KEY (client, seq)
) WITHOUT ROWID;
CREATE TABLE trade (
    merchant TEXT, out_no TEXT, subject TEXT, state TEXT, amount_minor INTEGER,
    paid_minor INTEGER, paid_at REAL, created_at REAL, expires_at REAL
);
CREATE TABLE trade_refund (
    merchant TEXT, out_no TEXT, out_trade_no TEXT, amount_minor INTEGER, state TEXT,
    created_at REAL
);
CREATE TABLE host (host TEXT PRIMARY KEY, tenant TEXT);
CREATE TABLE placed (
    tenant TEXT, id TEXT, number TEXT, key TEXT, state TEXT, currency TEXT,
    payable_minor INTEGER, paid_minor INTEGER, paid_by TEXT,
    placed_minor INTEGER, adjusted INTEGER, closing INTEGER
);
CREATE TABLE attempt (
    tenant TEXT, id TEXT, order_id TEXT, provider TEXT, out_no TEXT, state TEXT, paid_minor INTEGER
);
CREATE TABLE refund (
    tenant TEXT, id TEXT, attempt_id TEXT, out_no TEXT, state TEXT, amount_minor INTEGER
);
"""

INDEXES = """
CREATE INDEX entry_key ON entry (op, host, key);
CREATE INDEX entry_number ON entry (op, host, number);
CREATE INDEX trade_no ON trade (out_no);
CREATE INDEX trade_refund_no ON trade_refund (out_no);
CREATE INDEX trade_refund_trade ON trade_refund (out_trade_no);
CREATE INDEX placed_id ON placed (id);
CREATE INDEX placed_number ON placed (number);
CREATE INDEX placed_key ON placed (key);
CREATE INDEX attempt_id ON attempt (id);
CREATE INDEX attempt_no ON attempt (out_no);
CREATE INDEX attempt_order ON attempt (order_id);
CREATE INDEX refund_no ON refund (out_no);
ANALYZE;
"""

# What the lines of an order say: the price as it was agreed, and as it was changed by hand since.
LINES = """
SELECT tenant_id, order_id, line_no, sku_id, quantity, unit_minor, list_minor,
       freight_share_minor, adjust_minor, shipped, refunded, released,
       refunded_minor, refunded_freight_minor,
       list_minor - (SELECT COALESCE(sum((part ->> 'minor')::bigint), 0)
                       FROM jsonb_array_elements(allocations) AS part) AS net_minor
  FROM orders.line
"""

COPIES: Mapping[str, str] = {
    "host": "SELECT host, tenant_id::text FROM tenants.host",
    "placed": f"""
WITH line AS ({LINES}), sums AS (
    SELECT tenant_id, order_id, sum(net_minor + freight_share_minor)::bigint AS placed_minor,
           bool_or(adjust_minor <> 0) AS adjusted
      FROM line GROUP BY tenant_id, order_id
), closing AS (
    SELECT DISTINCT tenant_id, order_id FROM orders.happening WHERE kind = 'closing'
)
SELECT o.tenant_id::text, o.id::text, o.number, o.idempotency_key, o.state, o.currency,
       o.payable_minor, o.paid_minor, o.paid_by::text,
       s.placed_minor, s.adjusted, c.order_id IS NOT NULL
  FROM orders."order" o
  LEFT JOIN sums s ON (s.tenant_id, s.order_id) = (o.tenant_id, o.id)
  LEFT JOIN closing c ON (c.tenant_id, c.order_id) = (o.tenant_id, o.id)
""",
    "attempt": """
SELECT tenant_id::text, id::text, order_id::text, provider, out_no, state, paid_minor
  FROM payments.attempt
""",
    "refund": """
SELECT tenant_id::text, id::text, attempt_id::text, out_no, state, amount_minor
  FROM payments.refund
""",
}


def entry_row(entry: Entry) -> tuple[Any, ...]:
    """Give the columns of a line of history; the later line of a request replaces the earlier."""
    return (
        entry.client,
        entry.seq,
        entry.op,
        entry.host,
        "unknown" if entry.outcome == "begun" else entry.outcome,
        entry.key,
        entry.number,
        entry.amount_minor,
        entry.currency,
    )
