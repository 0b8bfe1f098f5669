"""Buyers who order, pay and cancel at random, many at a time."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.faults.buyer import Buyer
from tests.faults.goods import Goods
from tests.faults.standing import Standing

_PATIENCE = 120.0  # seconds, for some more orders


@dataclass
class Heard:
    """What a crowd was told by the mall and by the cashier."""

    placed: dict[str, Buyer] = field(default_factory=dict[str, Buyer])  # by number
    paid: set[str] = field(default_factory=set[str])
    cancelled: set[str] = field(default_factory=set[str])
    troubles: list[str] = field(default_factory=list[str])


class Crowd:
    """Some buyers, each a thread with a session of its own, until told to go home."""

    def __init__(self, mall: Standing, slug: str, goods: Goods, chance: random.Random) -> None:
        self.heard = Heard()
        self._mall, self._slug, self._goods = mall, slug, goods
        self._home = threading.Event()
        self._threads = list[threading.Thread]()
        self._chance = chance

    def gather(self, buyers: int) -> None:
        """Let them begin."""
        for number in range(buyers):
            chance = random.Random(self._chance.random())
            given = (f"crowd-{number}", chance)
            thread = threading.Thread(target=self._buy_on_and_on, args=given, daemon=True)
            self._threads.append(thread)
            thread.start()

    def wait_for_orders(self, more: int) -> None:
        """Wait until some more orders were acknowledged."""
        before, deadline = len(self.heard.placed), time.monotonic() + _PATIENCE
        while len(self.heard.placed) < before + more:
            assert time.monotonic() < deadline, self.heard.troubles or "nobody is answered any more"
            time.sleep(0.01)

    def go_home(self) -> None:
        """Let each finish what it is about."""
        self._home.set()
        for thread in self._threads:
            thread.join(_PATIENCE * 4)
            assert not thread.is_alive(), "a buyer hangs"

    def _buy_on_and_on(self, name: str, chance: random.Random) -> None:
        try:
            buyer = Buyer.of(self._mall, self._slug, name)
            order = buyer.wish(self._goods)
            while not self._home.is_set():
                self._buy(buyer, order, chance)
        except Exception as failure:
            self.heard.troubles.append(repr(failure))

    def _buy(self, buyer: Buyer, order: dict[str, Any], chance: random.Random) -> None:
        placed = buyer.place(order)
        if placed.status_code != 201:
            self.heard.troubles.append(f"order: {placed.status_code} {placed.text[:300]}")
            return
        number = str(placed.json()["number"])
        self.heard.placed[number] = buyer
        what = chance.choice(["pay", "pay", "pay and cancel", "pay, wait and cancel", "cancel", ""])
        if what.startswith("pay"):
            paid = buyer.pay(number)
            if paid.status_code == 303:
                self.heard.paid.add(number)
            else:
                self.heard.troubles.append(f"{number} cannot be paid: {paid.text[:300]}")
        if "wait" in what:
            buyer.wait_until_paid(number, at_most=_PATIENCE / 20)
        if what.endswith("cancel") and buyer.cancel(number).is_success:
            self.heard.cancelled.add(number)
