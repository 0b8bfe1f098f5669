"""What a flow is tried with: a mall, a buyer, the staff, and counts of everything that happened."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, Self

import httpx

from tests.faults.buyer import Buyer, insist
from tests.faults.crashes.points import How, Watch
from tests.faults.goods import CONSOLE, SHIP_TO, SHOP, Goods, ask, put_on_shelf
from tests.faults.settling import SETTLED_WITHIN
from tests.faults.standing import Standing

type Shown = dict[str, Any]

_UNITS = 1_000
_COUNTS = """
SELECT 'order ' || state, count(*) FROM orders."order" WHERE tenant_id = %(mall)s GROUP BY 1
UNION ALL
SELECT 'on the timeline: ' || kind, count(*) FROM orders.happening
 WHERE tenant_id = %(mall)s GROUP BY 1
UNION ALL
SELECT 'refund ' || state, count(*) FROM orders.refund WHERE tenant_id = %(mall)s GROUP BY 1
UNION ALL
SELECT 'payment back ' || state, count(*) FROM payments.refund
 WHERE tenant_id = %(mall)s GROUP BY 1
UNION ALL
SELECT 'message ' || template || ' ' || state, count(*) FROM messaging.message
 WHERE tenant_id = %(mall)s GROUP BY 1
UNION ALL
SELECT 'stock moved: ' || kind, count(*) FROM inventory.movement
 WHERE tenant_id = %(mall)s GROUP BY 1
UNION ALL
SELECT 'holding ' || stage, sum(units) FROM inventory.holding WHERE tenant_id = %(mall)s GROUP BY 1
UNION ALL
SELECT unnest(ARRAY['on hand', 'held', 'allocated']),
       unnest(ARRAY[sum(on_hand), sum(held), sum(allocated)])
  FROM inventory.stock WHERE tenant_id = %(mall)s
UNION ALL
SELECT unnest(ARRAY['minor paid', 'minor refunded']),
       unnest(ARRAY[sum(paid_minor), sum(refunded_minor)])
  FROM orders."order" WHERE tenant_id = %(mall)s
UNION ALL
SELECT 'parcels', count(*) FROM fulfilment.parcel WHERE tenant_id = %(mall)s
UNION ALL
SELECT 'lines in carts', count(*) FROM cart.line WHERE tenant_id = %(mall)s
"""
_BOOKED = """
SELECT 'trade ' || state, count(*) FROM trade WHERE merchant = :mall GROUP BY 1
UNION ALL
SELECT 'minor captured', sum(paid_minor) FROM trade WHERE merchant = :mall
UNION ALL
SELECT 'trade back ' || state, count(*) FROM refund WHERE merchant = :mall GROUP BY 1
UNION ALL
SELECT 'minor sent back', sum(amount_minor) FROM refund
 WHERE merchant = :mall AND state = 'succeeded'
"""
_ON_ITS_WAY = """
SELECT count(*) FROM procrastinate.procrastinate_jobs
 WHERE args ->> 'tenant' = %(mall)s::text AND status IN ('todo', 'doing')
"""
_HURRY = (
    "SET search_path = procrastinate",  # for its triggers
    """
UPDATE procrastinate.procrastinate_jobs SET scheduled_at = now()
 WHERE args ->> 'tenant' = %(mall)s::text AND status = 'todo' AND scheduled_at > now()
""",
)
_ASK_SOON = (
    "UPDATE payments.attempt SET next_poll_at = now() WHERE tenant_id = %(mall)s"
    " AND next_poll_at > now()",
    "UPDATE payments.refund SET next_poll_at = now() WHERE tenant_id = %(mall)s"
    " AND next_poll_at > now()",
)
type News = Literal["either", "told", "asked"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One tenant, in which one flow happens again and again."""

    mall: Standing
    slug: str
    tenant: str  # its id
    watch: Watch
    buyer: Buyer
    console: httpx.Client
    goods: Goods
    last: Goods  # of which there is one
    how: How = "seen"  # what happens at the points of the flow
    news: News = "either"  # of money: the provider tells, the mall asks, or who is first

    @classmethod
    def of(cls, mall: Standing, slug: str, watch: Watch) -> Self:
        """Put something on the shelf of a tenant, and let a buyer come in."""
        with mall.database() as rows:
            found = rows.execute("SELECT tenant_id FROM tenants.tenant WHERE slug = %s", [slug])
            [(tenant,)] = found.fetchall()
        console = mall.operator(slug)
        goods = put_on_shelf(console, slug, units=_UNITS)
        last = put_on_shelf(console, "最后一件", units=1)
        buyer = Buyer.of(mall, slug, slug)
        return cls(mall, slug, str(tenant), watch, buyer, console, goods, last)

    def begin(self) -> None:
        """Begin with what a flow needs before it itself begins: no points, news as wanted."""
        self.watch.disarm(self.tenant)
        for about in ("trade", "refund"):
            self._control(f"notices/{'hold' if self.news == 'asked' else 'release'}", about=about)

    def from_here_on(self) -> None:
        """Say that the flow itself begins: from here on, its points count."""
        self.watch.arm(self.tenant, self.how)

    def place(self, goods: Goods | None = None, quantity: int = 2) -> str:
        """Order; gives the number."""
        placed = self.buyer.place(self.buyer.wish(goods or self.goods, quantity))
        assert placed.status_code == 201, placed.text
        return str(placed.json()["number"])

    def place_cart(self, quantity: int = 2) -> str:
        """Put something into the cart and order what is in it; gives the number."""
        line = f"{SHOP}/cart/lines/{self.goods.sku_id}"
        aside = {"sku_id": self.goods.sku_id, "quantity": 1}
        insist(lambda: self.buyer.browser.post(f"{SHOP}/cart/lines", json=aside))
        insist(lambda: self.buyer.browser.patch(line, json={"quantity": quantity}))
        wish = self.buyer.wish(self.goods, quantity)
        placed = self.buyer.place({"payable_minor": wish["payable_minor"], "ship_to": SHIP_TO})
        assert placed.status_code == 201, placed.text
        return str(placed.json()["number"])

    def place_and_pay(self) -> str:
        """Order and pay; gives the number when the mall knows of it."""
        number = self.place()
        self.pay(number)
        self.wait_for(number, "paid")
        return number

    def pay(self, number: str) -> None:
        """Pay an order."""
        assert self.buyer.pay(number).status_code == 303

    def begin_to_pay(self, number: str) -> None:
        """Go to the cashier."""
        address = self.buyer.begin_to_pay(number)
        assert isinstance(address, str), address.text

    def pay_what_is_closed(self, number: str) -> None:
        """Let the provider take the money for an order although it has closed the trade.

        Of that it has to tell: nobody asks any more.
        """
        self._control("notices/release", about="trade")
        with self.mall.database() as rows:
            trade = """SELECT a.out_no FROM payments.attempt a JOIN orders."order" o
                ON (o.tenant_id, o.id) = (a.tenant_id, a.order_id)
                WHERE o.tenant_id = %s AND o.number = %s"""
            [(out_no,)] = rows.execute(trade, [self.tenant, number]).fetchall()
        self._control("pay", out_trade_no=out_no, fault="after_close")

    def staff(self, method: str, path: str, **given: Any) -> Any:
        """Let the staff do something; said once more to one who was not told what came of it."""
        answer = insist(lambda: self.console.request(method, f"{CONSOLE}{path}", **given))
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def decide(self, path: str, decision: dict[str, Any] | None = None) -> None:
        """Let the staff decide something; who was not told hears that it was decided before."""
        answer = insist(lambda: self.console.post(f"{CONSOLE}{path}", json=decision))
        assert answer.is_success or answer.status_code == 409, answer.text

    def order_fault(self, kind: str) -> None:
        """Have the payment provider make a mistake, the next time that this mall asks."""
        self._control("faults", kind=kind)

    def order(self, number: str) -> Shown:
        """Look at an order as the staff sees it."""
        return self.staff("GET", f"/orders/{number}")

    def wait_for(self, number: str, state: str) -> Shown:
        """Wait until an order is in a state."""
        return self.wait_until(lambda: self.order(number), lambda it: it["order"]["state"] == state)

    def wait_for_refund(self, number: str, state: str = "succeeded") -> Shown:
        """Wait until the newest refund of an order is in a state."""
        shown = self.wait_until(
            lambda: self.order(number),
            lambda it: bool(it["refunds"]) and it["refunds"][-1]["state"] == state,
        )
        return shown["refunds"][-1]

    def wait_for_note(self, number: str, kind: str) -> None:
        """Wait until the timeline of an order tells of something."""
        self.wait_until(
            lambda: self.order(number),
            lambda it: any(one["kind"] == kind for one in it["timeline"]),
        )

    def wait_until[T](self, look: Callable[[], T], so: Callable[[T], bool]) -> T:
        """Look until something is so, for as long as anything may take after the last kill."""
        deadline, ended = 0.0, -1
        while not so(seen := look()):
            if ended < (ended := len(self.watch.ended())):
                deadline = time.monotonic() + SETTLED_WITHIN
            assert time.monotonic() < deadline, f"it never came to that: {seen}"
            self.let_time_pass()
            time.sleep(0.15)
        return seen

    def let_time_pass(self) -> None:
        """Turn the clocks of everything that waits in this mall forward."""
        with self.mall.database() as rows:
            for statement in _HURRY + (_ASK_SOON if self.news != "told" else ()):
                rows.execute(statement.encode(), {"mall": self.tenant})

    def let_time_to_pay_pass(self, number: str) -> None:
        """Let an order be too late to be paid, and a round look at it now."""
        with self.mall.database() as rows:
            rows.execute(
                """UPDATE orders."order" SET pay_by = now() WHERE tenant_id = %s AND number = %s""",
                [self.tenant, number],
            )

    def wait_until_quiet(self) -> None:
        """Wait until no job of this mall is left."""
        self.wait_until(self._on_its_way, lambda jobs: jobs == 0)

    def counted(self) -> Counter[str]:
        """Count what there is in this mall, and in the books of its payment provider."""
        with self.mall.database() as rows:
            found = rows.execute(_COUNTS.encode(), {"mall": self.tenant}).fetchall()
        book = f"file:{self.mall.ledger}?mode=ro"
        with closing(sqlite3.connect(book, uri=True)) as booked:
            found += booked.execute(_BOOKED, {"mall": self.tenant}).fetchall()
        return Counter({str(name): int(count or 0) for name, count in found})

    def _control(self, what: str, **said: str) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.mall.port + 1}") as provider:
            ask(provider, "POST", f"/control/{what}", json={"merchant": self.tenant} | said)

    def _on_its_way(self) -> int:
        with self.mall.database() as rows:
            [(jobs,)] = rows.execute(_ON_ITS_WAY.encode(), {"mall": self.tenant}).fetchall()
        return int(jobs)
