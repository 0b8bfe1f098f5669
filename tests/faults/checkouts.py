"""Very many clients who check out over and over, each with a session and a diary of their own.

One event loop plays them all. A client says the same with the same key until the answer is
definite; paying and cancelling go the way of ``Buyer``, some at a time.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from benchmarks.clients import Client
from tests.faults.at_once import make_room_for
from tests.faults.buyer import Buyer, NeverAnswered
from tests.faults.checker import Diary
from tests.faults.goods import REGION, SHIP_TO, SHOP, Goods, key
from tests.faults.standing import Standing
from tests.waiting import eventually

_ANSWER_WITHIN = 30.0  # seconds; later a client says it again
_PATIENCE = 120.0  # seconds, for something definite
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds before it is said again
_PAYING_TOGETHER = 8
_OUT_OF_STOCK = "inventory.out_of_stock"


@dataclass
class Told:
    """What all clients together were told."""

    placed: list[str] = field(default_factory=list[str])  # numbers of orders
    paid: int = 0
    cancelled: int = 0
    sold_out: int = 0
    answers: Counter[str] = field(default_factory=Counter[str])  # that were not definite
    newest: float = 0.0  # when the last that was told of an order had asked; monotonic seconds
    slowest: float = 0.0  # seconds from the first word about an order to its definite answer
    troubles: list[str] = field(default_factory=list[str])


class Checkouts:
    """The clients of one mall; ``goods`` is what they want, each time one of it."""

    def __init__(
        self, mall: Standing, slug: str, goods: Sequence[Goods], chance: random.Random
    ) -> None:
        """Nobody comes in yet. ``chance`` decides who wants what."""
        self.told = Told()
        self.mall, self.slug, self.goods = mall, slug, goods
        self.is_over = False
        self.payers = ThreadPoolExecutor(_PAYING_TOGETHER)
        self._chance = chance
        self._clients = list[asyncio.Task[None]]()

    def gather(self, clients: int) -> None:
        """Let them begin."""
        make_room_for(clients * 2)  # each has a connection and a diary
        for number in range(clients):
            one = _Checkout(self, f"checkout-{number}", random.Random(self._chance.random()))
            self._clients.append(asyncio.create_task(one.go_on_and_on()))

    def wait_for_orders(self, more: int) -> None:
        """Wait, outside of their loop, until some more orders were acknowledged."""
        before = len(self.told.placed)
        self._wait_until(lambda: len(self.told.placed) >= before + more)

    def wait_for_order_since(self, moment: float) -> None:
        """Wait, outside of their loop, for an order that was asked for after a moment."""
        self._wait_until(lambda: self.told.newest > moment)

    async def go_home(self) -> None:
        """Let each finish what it is about."""
        self.is_over = True
        await asyncio.gather(*self._clients)
        self.payers.shutdown()

    def _wait_until(self, so: Callable[[], bool]) -> None:
        nobody = "nobody is answered any more"
        eventually(so, _PATIENCE, every=0.01, why=lambda: self.told.troubles or nobody)


class _Checkout:
    """One client."""

    def __init__(self, all_: Checkouts, name: str, chance: random.Random) -> None:
        self._all, self._told, self._chance = all_, all_.told, chance
        self._host = f"{all_.slug}.localhost"
        self._diary = Diary(all_.mall.history, name)
        self._client = Client(all_.mall.port, self._host)
        self._buyer: Buyer | None = None

    async def go_on_and_on(self) -> None:
        try:
            await self._insist("cart/selection", {"selected": True})  # begins the session
            while not self._all.is_over:
                await self._check_out()
        except Exception as failure:
            self._told.troubles.append(repr(failure))
        finally:
            self._client.close()
            self._diary.close()
            if self._buyer is not None:
                self._buyer.browser.close()

    async def _check_out(self) -> None:
        item = {"sku_id": self._chance.choice(self._all.goods).sku_id, "quantity": 1}
        asked = {"items": [item], "region_code": REGION}
        status, quote = await self._insist("checkout/quote", asked)
        if status != 200:
            self._told.troubles.append(f"quote: {status} {quote}")
            return
        order = {
            "items": [item],
            "payable_minor": quote["payable_minor"],
            "ship_to": SHIP_TO,
        }
        began = time.monotonic()
        status, placed = await self._insist("orders", order, key()["Idempotency-Key"])
        self._told.slowest = max(self._told.slowest, time.monotonic() - began)
        if status == 201:
            self._told.placed.append(placed["number"])
            await self._go_on_with(placed["number"])
        elif placed.get("code") == _OUT_OF_STOCK:
            self._told.sold_out += 1
        else:
            self._told.troubles.append(f"order: {status} {placed}")

    async def _go_on_with(self, number: str) -> None:
        """Pay some orders, cancel some, and cancel some that are just being paid."""
        what = self._chance.choices(["", "pay", "cancel", "pay and cancel"], [85, 8, 4, 3])[0]
        if what:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._all.payers, self._pay_or_cancel, number, what)

    def _pay_or_cancel(self, number: str, what: str) -> None:
        if self._buyer is None:
            session = {"Authorization": f"Bearer {self._client.token}"}
            browser = self._all.mall.browser(self._all.slug, session)
            self._buyer = Buyer(browser, self._diary, self._host)
        if what.startswith("pay"):
            paid = self._buyer.pay(number)
            if paid.status_code == 303:
                self._told.paid += 1
            else:
                self._told.troubles.append(f"{number} cannot be paid: {paid.text[:300]}")
        if what.endswith("cancel") and self._buyer.cancel(number).is_success:
            self._told.cancelled += 1

    async def _insist(
        self, path: str, body: Mapping[str, Any], name: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """Say it until the answer is definite. ``name``: the key of an order. Raises NeverAnswered.

        Every time that an order is asked for is written before it is said.
        """
        pause, deadline = _FIRST_PAUSE, time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            entry = self._diary.begin("place", self._host, key=name) if name else None
            status, told = await self._say(path, body, name)
            if entry is not None:
                ordered = status is not None and status < 400
                self._diary.end(entry, status, told if ordered else None)
                self._told.newest = max(self._told.newest, entry.began if ordered else 0)
            if status is not None and status < 500:
                return status, told
            self._told.answers[str(told.get("code") or status)] += 1
            await asyncio.sleep(pause * self._chance.uniform(0.5, 1))
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise NeverAnswered(path)

    async def _say(
        self, path: str, body: Mapping[str, Any], name: str
    ) -> tuple[int | None, dict[str, Any]]:
        """Say it once. The status is None when there was no answer; the connection is left then."""
        said = json.dumps(body).encode()
        header = f"Idempotency-Key: {name}\r\n" if name else ""
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                status, answer = await self._client.ask("POST", f"{SHOP}/{path}", said, header)
        except OSError as failure:  # a timeout, too
            self._client.close()
            self._client = Client(self._all.mall.port, self._host, self._client.token)
            return None, {"code": type(failure).__name__}
        return status, json.loads(answer)
