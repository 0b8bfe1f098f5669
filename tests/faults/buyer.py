"""A buyer who does not give up, and who writes everything down."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import httpx

from tests.faults.checker import Diary
from tests.faults.checker.diary import Op
from tests.faults.goods import SHOP, Goods, key, wanted
from tests.faults.standing import Standing

_AGAIN_AFTER = 0.2  # seconds
_PATIENCE = 120.0  # seconds, for one answer


class NeverAnswered(Exception):
    """Nobody answered within the patience of a buyer."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """One buyer of a mall, with a session and a diary of their own."""

    browser: httpx.Client
    diary: Diary
    host: str

    @classmethod
    def of(cls, mall: Standing, slug: str, name: str) -> Self:
        """Let a buyer come in; the diary is one of the mall's histories."""
        buyer = cls(mall.browser(slug), Diary(mall.history, name), f"{slug}.localhost")
        insist(lambda: buyer.browser.post(f"{SHOP}/cart/selection", json={"selected": True}))
        return buyer

    def wish(self, goods: Goods, quantity: int = 1) -> dict[str, Any]:
        """Ask what an order costs until it is told, and write it."""
        while True:
            with suppress(httpx.HTTPError, AssertionError):
                return wanted(self.browser, goods, quantity)
            time.sleep(_AGAIN_AFTER)

    def place(self, order: dict[str, Any], header: dict[str, str] | None = None) -> httpx.Response:
        """Order, with one key however often it has to be said."""
        with_key = header or key()
        return self._ask(
            "place",
            lambda: self.browser.post(f"{SHOP}/orders", json=order, headers=with_key),
            key=with_key["Idempotency-Key"],
            payable_minor=order["payable_minor"],
        )

    def see(self, number: str) -> httpx.Response:
        """Look at an order of one's own."""
        return self._ask("see", lambda: self.browser.get(f"{SHOP}/orders/{number}"), number=number)

    def trespass(self, number: str) -> httpx.Response:
        """Ask for an order that is none of one's own."""
        at = f"{SHOP}/orders/{number}"
        return self._ask("trespass", lambda: self.browser.get(at), number=number)

    def cancel(self, number: str) -> httpx.Response:
        """Cancel an order."""
        at = f"{SHOP}/orders/{number}/cancel"
        return self._ask("cancel", lambda: self.browser.post(at), number=number)

    def pay(self, number: str, fault: str = "none") -> httpx.Response:
        """Pay an order at the cashier; the answer of whoever could not go on is given."""
        begun = self.begin_to_pay(number)
        if not isinstance(begun, str):
            return begun
        form = {"method": "wechat", "fault": fault}
        return self._ask("pay", lambda: httpx.post(begun, data=form), number=number)

    def begin_to_pay(self, number: str) -> str | httpx.Response:
        """Ask where to pay an order; the answer of whoever could not go on is given."""
        begun = insist(lambda: self.browser.post(f"{SHOP}/orders/{number}/pay", json={}))
        address = begun.json().get("pay_url") if begun.is_success else None
        deadline = time.monotonic() + _PATIENCE
        while address is None and begun.is_success and time.monotonic() < deadline:
            time.sleep(_AGAIN_AFTER)
            shown = insist(lambda: self.browser.get(f"{SHOP}/orders/{number}/payment")).json()
            address = shown["newest"]["pay_url"] if shown.get("newest") else None
        return begun if address is None else str(address)

    def wait_until_paid(self, number: str, *, at_most: float) -> None:
        """Look at an order until it is not unpaid any more, for some seconds."""
        deadline = time.monotonic() + at_most
        while time.monotonic() < deadline:
            if self.see(number).json()["order"]["state"] != "unpaid":
                return
            time.sleep(_AGAIN_AFTER)

    def _ask(self, op: Op, ask: Callable[[], httpx.Response], **known: Any) -> httpx.Response:
        """Ask until there is an answer, with a line of history for each time it was said."""

        def asked() -> httpx.Response:
            entry = self.diary.begin(op, self.host, **known)
            try:
                answer = ask()
            except httpx.HTTPError:
                self.diary.end(entry, None)
                raise
            self.diary.end(entry, answer.status_code, _order_in(answer))
            return answer

        return insist(asked)


def insist(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask until there is an answer that is not "come back later". Raises NeverAnswered."""
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


def _order_in(answer: httpx.Response) -> dict[str, Any] | None:
    """Find what an answer says of an order."""
    if not answer.is_success or "json" not in answer.headers.get("Content-Type", ""):
        return None
    told: dict[str, Any] = answer.json()
    return told.get("order", told)
