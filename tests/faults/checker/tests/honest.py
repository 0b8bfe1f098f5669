"""A small honest mall: every kind of way that an order can go today, and the histories of it."""

import shutil
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
import psycopg
from psycopg import sql

from mall.doors.postgres import Cluster, libpq
from tests.faults.buyer import Buyer
from tests.faults.checker import Diary, Verdict, judge, make_reader
from tests.faults.checker.diary import Op
from tests.faults.goods import CONSOLE, Goods, ask, key, put_on_shelf
from tests.faults.settling import let_time_to_pay_pass, settled
from tests.faults.standing import Standing, standing_mall

_PAID_WITHIN = 30  # seconds


@dataclass(frozen=True, slots=True)
class Honest:
    """A mall that was closed in order; its database server runs on."""

    cluster: Cluster
    history: Path
    ledger: Path
    orders: Mapping[str, str]  # numbers, by what happened to the order
    seen: list[Verdict]  # of the checker, while the mall was open
    asked: list[Verdict]  # the same, with the ledger as the provider tells it over HTTP
    password: str  # of the role that reads

    def reader(self, database: str) -> str:
        """Let the checker into a database; give the address."""
        with closing(self.cluster.connect()) as rows:
            role = make_reader(rows, database, self.password)
        return libpq(self.cluster.url(role, self.password, database))


@dataclass
class Copy:
    """The honest mall once more, for one test to spoil."""

    honest: Honest
    history: Path
    ledger: Path
    database: str = "mall"  # the honest one, until somebody spoils it

    @property
    def orders(self) -> Mapping[str, str]:
        """Numbers, by what happened to the order."""
        return self.honest.orders

    @cached_property
    def rows(self) -> psycopg.Connection:
        """Connect to a database of the test's own as the superuser, whom no trigger stops."""
        self.database = f"copy_{token_hex(4)}"
        with closing(self.honest.cluster.connect()) as rows:
            make = "CREATE DATABASE {} TEMPLATE mall STRATEGY FILE_COPY"
            rows.execute(sql.SQL(make).format(sql.Identifier(self.database)))
        rows = self.honest.cluster.connect(self.database)
        rows.execute("SET session_replication_role = replica")
        return rows

    def spoil(self, text: str) -> None:
        """Change the database behind everybody's back; the text may use ``%(paid)s`` and so on."""
        done = self.rows.execute(text.encode(), self.orders)
        assert done.rowcount, "nothing was spoilt"

    def forge_ledger(self, text: str) -> None:
        """Change what the provider has booked; the text may use ``:paid`` and so on."""
        with closing(sqlite3.connect(self.ledger)) as book, book:
            assert book.execute(text, self.orders).rowcount, "nothing was spoilt"

    def lie(self, op: Op, status: int, slug: str = "north", **told: Any) -> None:
        """Add a request to the histories that was never made."""
        liar = Diary(self.history, "liar")
        asked = liar.begin(op, f"{slug}.localhost", key=str(told.get("key", "")))
        liar.end(asked, status, told)
        liar.close()

    def forget(self, op: Op) -> None:
        """Take all requests of a kind out of the histories."""
        for path in self.history.glob("*.jsonl"):
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(one for one in lines if f'"{op}"'.encode() not in one))

    def judge(self) -> list[Verdict]:
        """Ask the checker."""
        reader = self.honest.reader(self.database)
        return judge(reader, self.history, str(self.ledger), patience=0)

    def drop(self) -> None:
        """Remove the database, if there is one."""
        if self.database == "mall":
            return
        self.rows.close()
        with closing(self.honest.cluster.connect()) as rows:
            rows.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(self.database)))


@contextmanager
def honest_mall() -> Generator[Honest]:
    """Open a mall with two tenants, let everything happen once, and close it."""
    with standing_mall("north", "south") as mall:
        orders = _everything_once(mall)
        seen = settled(mall)
        provider = f"http://127.0.0.1:{mall.port + 1}"
        asked = judge(mall.reader, mall.history, provider, patience=0)
        mall.close()
        cluster = Cluster.of(mall.data)
        server = cluster.start(fsync="off", full_page_writes="off")  # copies are thrown away
        try:
            yield Honest(cluster, mall.history, mall.ledger, orders, seen, asked, token_hex())
        finally:
            cluster.stop(server)


@contextmanager
def copied(honest: Honest, folder: Path) -> Generator[Copy]:
    """Copy the histories and the ledger, and the database when somebody wants to change it."""
    shutil.copytree(honest.history, folder / "history")
    with closing(sqlite3.connect(honest.ledger)) as book:
        book.execute("VACUUM INTO ?", [str(folder / "ledger.sqlite3")])
    copy = Copy(honest, folder / "history", folder / "ledger.sqlite3")
    try:
        yield copy
    finally:
        copy.drop()


def _everything_once(mall: Standing) -> dict[str, str]:
    console, south = mall.operator("north"), mall.operator("south")
    goods, few = put_on_shelf(console, "茶", units=50), put_on_shelf(console, "孤品", units=1)
    buyer = Buyer.of(mall, "north", "buyer")
    orders = {"timed_out": _placed(buyer, goods), "tried": _placed(buyer, goods)}
    _begin_to_pay(buyer, orders["tried"])
    let_time_to_pay_pass(mall)
    orders |= _paid_ways(buyer, goods, console)
    orders["left"] = _placed(buyer, goods)
    orders["cancelled"] = _placed(buyer, goods)
    assert buyer.cancel(orders["cancelled"]).is_success
    orders["twice"] = _paid_twice(buyer, goods, console)
    orders["last"] = _placed(buyer, few)
    assert buyer.place(buyer.wish(goods) | {"payable_minor": 1}).status_code == 409
    once, order = key(), buyer.wish(goods)
    assert buyer.place(order, once).json()["number"] == buyer.place(order, once).json()["number"]
    other = Buyer.of(mall, "south", "other")
    orders["south"] = _placed(other, put_on_shelf(south, "瓷", units=5))
    assert other.pay(orders["south"]).status_code == 303
    assert other.trespass(orders["paid"]).status_code == 404
    for number in list(orders.values())[:-1]:
        assert buyer.see(number).is_success
    return orders


def _paid_ways(buyer: Buyer, goods: Goods, console: httpx.Client) -> dict[str, str]:
    orders = {name: _placed(buyer, goods, 3) for name in ("paid", "sent", "parts", "undone")}
    for number in orders.values():
        assert buyer.pay(number).status_code == 303
    for number in orders.values():
        buyer.wait_until_paid(number, at_most=_PAID_WITHIN)
    at = {name: f"{CONSOLE}/orders/{number}" for name, number in orders.items()}
    parcel = {"carrier": "sf", "tracking_no": "SF1234567890123"}
    ask(console, "POST", f"{at['sent']}/parcels", json=parcel)
    amends = {"line_no": 1, "amount_minor": 100}
    ask(console, "POST", f"{at['sent']}/compensations", json=amends, headers=key())
    one = {"lines": [{"line_no": 1, "quantity": 1}]}
    ask(console, "POST", f"{at['parts']}/parcels", json=parcel | one)
    ask(console, "POST", f"{at['parts']}/refunds", json=one, headers=key())
    assert buyer.cancel(orders["undone"]).is_success
    return orders


def _paid_twice(buyer: Buyer, goods: Goods, console: httpx.Client) -> str:
    """Lower the price when paying has begun: the old try to pay is closed, and is paid as well."""
    number = _placed(buyer, goods)
    _begin_to_pay(buyer, number)
    ask(console, "POST", f"{CONSOLE}/orders/{number}/price", json={"payable_minor": 1500})
    assert buyer.pay(number, "double").status_code == 303
    return number


def _placed(buyer: Buyer, goods: Goods, quantity: int = 1) -> str:
    answer = buyer.place(buyer.wish(goods, quantity))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def _begin_to_pay(buyer: Buyer, number: str) -> None:
    ask(buyer.browser, "POST", f"/api/shop/v1/orders/{number}/pay", json={})
