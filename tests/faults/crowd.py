"""Buyers who do not give up: they order, pay and cancel, and repeat what was not answered."""

import contextlib
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.goods import SHOP, Goods, key, wanted
from tests.faults.standing import Standing

_AGAIN_AFTER = 0.2  # seconds
_PATIENCE = 120.0  # seconds, for one answer


class NeverAnswered(Exception):
    """Nobody answered within the patience of a buyer."""


@dataclass
class Heard:
    """What a crowd was told by the mall and by the cashier."""

    placed: dict[str, httpx.Client] = field(default_factory=dict[str, httpx.Client])  # by number
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
        for _ in range(buyers):
            chance = random.Random(self._chance.random())
            thread = threading.Thread(target=self._buy_on_and_on, args=(chance,), daemon=True)
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

    def _buy_on_and_on(self, chance: random.Random) -> None:
        buyer = self._mall.browser(self._slug)
        try:
            _insist(lambda: buyer.post(f"{SHOP}/cart/selection", json={"selected": True}))
            order: dict[str, Any] = {}
            while not order:
                with contextlib.suppress(httpx.HTTPError, AssertionError):
                    order = wanted(buyer, self._goods)
            while not self._home.is_set():
                self._buy(buyer, order, chance)
        except Exception as failure:
            self.heard.troubles.append(repr(failure))

    def _buy(self, buyer: httpx.Client, order: dict[str, Any], chance: random.Random) -> None:
        header = key()  # one wish, however often it has to be said
        placed = _insist(lambda: buyer.post(f"{SHOP}/orders", json=order, headers=header))
        if placed.status_code != 201:
            self.heard.troubles.append(f"order: {placed.status_code} {placed.text[:300]}")
            return
        number = str(placed.json()["number"])
        self.heard.placed[number] = buyer
        what = chance.choice(["pay", "pay", "pay", "pay and cancel", "cancel", "leave"])
        if what.startswith("pay"):
            self._pay(buyer, number)
        if what.endswith("cancel"):
            self._cancel(buyer, number)

    def _pay(self, buyer: httpx.Client, number: str) -> None:
        begun = _insist(lambda: buyer.post(f"{SHOP}/orders/{number}/pay", json={}))
        address = begun.json().get("pay_url") if begun.is_success else None
        deadline = time.monotonic() + _PATIENCE
        while address is None and time.monotonic() < deadline:
            time.sleep(_AGAIN_AFTER)
            shown = _insist(lambda: buyer.get(f"{SHOP}/orders/{number}/payment")).json()
            address = shown["newest"]["pay_url"] if shown.get("newest") else None
        if address is None:
            self.heard.troubles.append(f"{number} cannot be paid: {begun.text[:300]}")
            return
        at = str(address)
        if _insist(lambda: httpx.post(at, data={"method": "wechat"})).status_code == 303:
            self.heard.paid.add(number)

    def _cancel(self, buyer: httpx.Client, number: str) -> None:
        if _insist(lambda: buyer.post(f"{SHOP}/orders/{number}/cancel")).is_success:
            self.heard.cancelled.add(number)


def _insist(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask until there is an answer that is not "come back later"."""
    deadline = time.monotonic() + _PATIENCE
    last = "nothing"
    while time.monotonic() < deadline:
        try:
            answer = ask()
        except httpx.HTTPError as failure:
            last = repr(failure)
        else:
            if answer.status_code < 500:
                return answer
            last = f"{answer.status_code} {answer.text[:200]}"
        time.sleep(_AGAIN_AFTER)
    raise NeverAnswered(last)
