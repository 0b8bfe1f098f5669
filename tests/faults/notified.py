"""Orders about whose money the provider has spoken, and what the mall has made of its words."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from tests.faults.at_once import Ask, Told, at_once
from tests.faults.buyer import Buyer
from tests.faults.catching import Catcher, Caught
from tests.faults.goods import CONSOLE, Goods, ask, key
from tests.faults.standing import Standing

_EFFECTS = """
SELECT o.state, o.paid_minor, o.refunded_minor,
  (SELECT count(*) FROM payments.attempt a
    WHERE a.order_id = o.id AND a.state = 'succeeded') AS payments,
  (SELECT count(*) FROM payments.refund r
    WHERE r.order_id = o.id AND r.state = 'succeeded') AS refunds,
  (SELECT COALESCE(sum(h.units), 0)::int FROM inventory.holding h
    WHERE h.order_id = o.id AND h.stage = 'allocated') AS allocated,
  (SELECT COALESCE(jsonb_object_agg(kind, n), '{}') FROM (SELECT h.kind, count(*) AS n
     FROM orders.happening h WHERE h.order_id = o.id GROUP BY h.kind) AS counted) AS timeline,
  (SELECT COALESCE(jsonb_object_agg(template, n), '{}') FROM (SELECT m.template, count(*) AS n
     FROM messaging.message m WHERE m.body LIKE '%%' || o.number || '%%'
    GROUP BY m.template) AS counted) AS messages,
  (SELECT COALESCE(jsonb_object_agg(hearing, n), '{}') FROM (
     SELECT j.args ->> 'hearing' AS hearing, count(*) AS n
       FROM procrastinate.procrastinate_jobs j
      WHERE j.task_name = 'mall.deliver' AND j.args -> 'body' ->> 'order_id' = o.id::text
      GROUP BY 1) AS counted) AS waiting
  FROM orders."order" o WHERE o.number = %s
"""
_ASK_LATER = """
UPDATE payments.attempt SET next_poll_at = now() + interval '1 day'
 WHERE subject = %s AND next_poll_at IS NOT NULL RETURNING out_no
"""
_ASK_NOW = "UPDATE payments.attempt SET next_poll_at = now() WHERE subject = %s"
_REFUNDS_LATER = """
UPDATE payments.refund SET next_poll_at = now() + interval '1 day'
 WHERE next_poll_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that was begun for an order, by its numbers."""

    number: str  # of the order
    out_no: str  # of the attempt
    buyer: Buyer


def begun(mall: Standing, buyer: Buyer, order: dict[str, Any]) -> tuple[Payment, str]:
    """Order and begin to pay; nobody asks the provider by themselves. Gives the cashier too."""
    placed = buyer.place(order)
    assert placed.status_code == 201, placed.text
    number = str(placed.json()["number"])
    path = f"/api/shop/v1/orders/{number}/pay"
    cashier = ask(buyer.browser, "POST", path, json={})["pay_url"]
    assert cashier is not None
    with mall.database() as rows:
        [[out_no]] = rows.execute(_ASK_LATER, [number]).fetchall()
    return Payment(number, out_no, buyer), cashier


def paid_unheard(
    mall: Standing, catcher: Catcher, buyer: Buyer, order: dict[str, Any]
) -> tuple[Payment, Caught]:
    """Order and pay; what the provider sends is caught, and the mall knows nothing of it."""
    payment, _ = begun(mall, buyer, order)
    with catcher.keeping():
        assert buyer.pay(payment.number).status_code == 303
        return payment, catcher.wait_for("trade.succeeded", payment.out_no)


def refund_all(console: httpx.Client, payment: Payment, quantity: int = 1) -> None:
    """Send everything back that was paid, as an operator."""
    lines = {"lines": [{"line_no": 1, "quantity": quantity}], "reason": "test"}
    path = f"{CONSOLE}/orders/{payment.number}/refunds"
    ask(console, "POST", path, json=lines, headers=key())


def ask_refunds_later(mall: Standing) -> None:
    """Let nobody ask the provider by themselves how refunds stand."""
    with mall.database() as rows:
        rows.execute(_REFUNDS_LATER)


def ask_now(mall: Standing, payment: Payment) -> None:
    """Let the worker ask the provider how a payment stands, at its next round."""
    with mall.database() as rows:
        rows.execute(_ASK_NOW, [payment.number])


def delivery(caught: Caught) -> Ask:
    """Bring a notification once more, exactly as it came."""
    of_the_body = {"content-type"}  # that it is JSON is said for every body
    headers = {name: one for name, one in caught.headers.items() if name.lower() not in of_the_body}
    return Ask("POST", caught.path, caught.body, headers)


async def bring(mall: Standing, caught: Caught, times: int) -> list[Told]:
    """Bring a notification many times at the same moment."""
    return await at_once(mall, "north", [delivery(caught)] * times)


@contextmanager
def worker_asleep(mall: Standing) -> Generator[None]:
    """Let no job be done inside the ``with``, so that those that were sent can be counted."""
    processes = mall.processes("worker")
    for one in processes:
        one.suspend()
    try:
        yield
    finally:
        for one in processes:
            one.resume()


def effects(mall: Standing, payment: Payment) -> dict[str, Any]:
    """Count everything that has come of an order's money."""
    with mall.database() as rows, psycopg.Cursor(rows, row_factory=dict_row) as cursor:
        [found] = cursor.execute(_EFFECTS, [payment.number]).fetchall()
    return found


def goods_of(mall: Standing, goods: Goods) -> tuple[int, int, int]:
    """Tell what is on the shelf: on hand, held, allocated."""
    with mall.database() as rows:
        [found] = rows.execute(
            "SELECT on_hand, held, allocated FROM inventory.stock WHERE sku_id = %s",
            [goods.sku_id],
        ).fetchall()
    return found[0], found[1], found[2]
