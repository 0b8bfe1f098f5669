"""Do the books agree: what was acknowledged, what was paid, what is on the shelf."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import psycopg

from tests.faults.standing import Standing

_PAID = ("paid", "partly_shipped", "shipped", "received", "closed")
_SHELF = """
SELECT s.sku_id::text, s.on_hand, s.held, s.allocated,
       COALESCE((SELECT sum(units) FROM inventory.movement m
                 WHERE (m.tenant_id, m.sku_id, m.location_id)
                     = (s.tenant_id, s.sku_id, s.location_id)
                   AND kind IN ('receive', 'adjust', 'ship', 'return')), 0),
       COALESCE(sum(h.units) FILTER (WHERE h.stage = 'held'), 0),
       COALESCE(sum(h.units) FILTER (WHERE h.stage = 'allocated'), 0)
  FROM inventory.stock s
  LEFT JOIN inventory.holding h
    ON (h.tenant_id, h.sku_id, h.location_id) = (s.tenant_id, s.sku_id, s.location_id)
 GROUP BY s.tenant_id, s.sku_id, s.location_id
"""
_PROMISES = """
SELECT o.number, o.state, h.stage, sum(h.units)
  FROM inventory.holding h
  LEFT JOIN orders."order" o ON (o.tenant_id, o.id) = (h.tenant_id, h.order_id)
 GROUP BY o.number, o.state, h.stage
"""
_LINES = """
SELECT o.number, o.state, sum(l.quantity - l.shipped - l.released)
  FROM orders."order" o JOIN orders.line l ON (l.tenant_id, l.order_id) = (o.tenant_id, o.id)
 GROUP BY o.number, o.state
"""
_MONEY = """
SELECT o.number, o.state, o.paid_minor, o.refunded_minor,
       array(SELECT a.out_no FROM payments.attempt a
              WHERE (a.tenant_id, a.order_id) = (o.tenant_id, o.id))
  FROM orders."order" o
"""
_JOBS = """
SELECT task_name, args ->> 'errand', args ->> 'hearing', count(*)
  FROM procrastinate.procrastinate_jobs
 WHERE args ? 'tenant' AND (status = 'failed' OR (status = 'doing' AND worker_id IS NULL))
 GROUP BY 1, 2, 3
"""


def let_time_to_pay_pass(mall: Standing) -> None:
    """Turn the clocks of unpaid orders forward; the worker's round does the rest."""
    with mall.database() as rows:
        rows.execute("""UPDATE orders."order" SET pay_by = now() WHERE state = 'unpaid'""")


def disagreements(mall: Standing, placed: Iterable[str], paid: Iterable[str]) -> list[str]:
    """Name whatever does not fit; some of it may only need a little more time."""
    with mall.database() as rows:
        found = [
            *_lost(rows, set(placed)),
            *_shelf(rows),
            *_promises(rows),
            *_money(rows, mall.data / "pay" / "ledger.sqlite3", set(paid)),
        ]
        found += [
            f"a job has failed for good or is left behind: {job}"
            for job in rows.execute(_JOBS).fetchall()
        ]
    return found


def _lost(rows: psycopg.Connection, placed: set[str]) -> list[str]:
    there = {number for (number,) in rows.execute('SELECT number FROM orders."order"').fetchall()}
    return [f"order {number} was acknowledged and is lost" for number in sorted(placed - there)]


def _shelf(rows: psycopg.Connection) -> list[str]:
    found = list[str]()
    for sku, on_hand, held, allocated, moved, holdings, rights in rows.execute(_SHELF).fetchall():
        if on_hand != moved:
            found.append(f"sku {sku}: {on_hand} on hand, the ledger says {moved}")
        if (held, allocated) != (holdings, rights):
            found.append(f"sku {sku}: {held}+{allocated} promised, orders have {holdings}+{rights}")
    return found


def _promises(rows: psycopg.Connection) -> list[str]:
    """Stock is held for unpaid orders, allocated for paid ones, and for nobody else."""
    kept = defaultdict[tuple[str, str], int](int)
    for number, state, stage, units in rows.execute(_PROMISES).fetchall():
        kept[number, stage] += units
        if stage != ("held" if state == "unpaid" else "allocated") or state == "cancelled":
            return [f"{units} units are {stage} for order {number}, which is {state}"]
    found = list[str]()
    for number, state, unsent in rows.execute(_LINES).fetchall():
        if state == "unpaid":
            found.append(f"order {number} is still unpaid though its time is over")
        elif state in {"paid", "partly_shipped"} and kept[number, "allocated"] != unsent:
            has = kept[number, "allocated"]
            found.append(f"order {number} has to send {unsent} and has a right to {has}")
    return found


def _money(rows: psycopg.Connection, ledger: Path, paid: set[str]) -> list[str]:
    """What the provider has of an order is what the order says was paid and not given back."""
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as book:
        trades = dict(
            book.execute(
                "SELECT out_trade_no, paid_minor FROM trade WHERE state = 'succeeded'"
            ).fetchall()
        )
        refunds = book.execute("SELECT out_trade_no, amount_minor, state FROM refund").fetchall()
    gone = defaultdict[str, int](int)
    found = list[str]()
    for trade, amount, state in refunds:
        gone[trade] += amount if state == "succeeded" else 0
        if state == "processing":
            found.append(f"a refund of trade {trade} is on its way")
    for number, state, paid_minor, refunded_minor, numbers in rows.execute(_MONEY).fetchall():
        if number in paid and not any(one in trades for one in numbers):
            found.append(f"order {number} was paid at the cashier, who has forgotten it")
        theirs = sum(trades.pop(one, 0) - gone[one] for one in numbers)
        if theirs != paid_minor - refunded_minor:
            found.append(
                f"order {number} ({state}) says {paid_minor} - {refunded_minor}, "
                f"the provider has {theirs}"
            )
        if theirs and state not in _PAID:
            found.append(f"order {number} is {state} and {theirs} were paid for it")
    found += [f"nobody knows of trade {trade}, which is paid" for trade in trades]
    return found
