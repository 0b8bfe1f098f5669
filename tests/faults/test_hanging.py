"""T-11: the payment provider takes every call and answers none for a minute."""

import os
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.faults.goods import SHOP, Goods, ask, key, put_on_shelf, wanted
from tests.faults.standing import Standing
from tests.proving.notes import note
from tests.waiting import eventually

pytestmark = pytest.mark.alone
SECONDS = float(os.environ.get("MALL_HANGING_SECONDS") or 8)
BUYERS = 40  # many times as many as the worker has places
COUNTED, HANGS = 0.0, 60.0  # seconds that the provider takes
GOES_ON_WITHIN, RECOVERED_WITHIN = 6, 30  # seconds
MORE_CALLS = 1.2  # than usual


class Provider:
    """The payment simulator, told to keep everybody waiting."""

    def __init__(self, mall: Standing) -> None:
        self._faults = f"http://127.0.0.1:{mall.port + 1}/control/faults"
        self._ordered = 100_000

    @contextmanager
    def taking(self, seconds: float) -> Generator[None]:
        """Let it take so long for every call inside the ``with``."""
        told = {"kind": "slow", "seconds": seconds, "count": self._ordered}
        httpx.delete(self._faults).raise_for_status()
        httpx.post(self._faults, json=told).raise_for_status()
        try:
            yield
        finally:
            httpx.delete(self._faults).raise_for_status()

    def calls(self) -> int:
        """Count the calls since."""
        [fault] = ask(httpx.Client(), "GET", self._faults)["faults"]
        return self._ordered - int(fault["remaining"])


@pytest.fixture(scope="module")
def goods(standing: Standing) -> Goods:
    return put_on_shelf(standing.operator("north"), "一把伞", units=10_000)


def ordered(mall: Standing, goods: Goods) -> tuple[httpx.Client, str]:
    """Place an order as somebody new."""
    browser = mall.browser("north")
    placed = ask(browser, "POST", f"{SHOP}/orders", json=wanted(browser, goods), headers=key())
    return browser, str(placed["number"])


def begin_to_pay(one: tuple[httpx.Client, str]) -> str | None:
    """Ask for the address to pay at. None: the provider has not told it yet."""
    browser, number = one
    return ask(browser, "POST", f"{SHOP}/orders/{number}/pay", json={}).get("pay_url")


def calls_of(provider: Provider, orders: list[tuple[httpx.Client, str]]) -> int:
    """Let everybody begin to pay, wait a while, and count what the provider was asked."""
    began = time.monotonic()
    with ThreadPoolExecutor(BUYERS) as buyers:
        list(buyers.map(begin_to_pay, orders))
    eventually(lambda: time.monotonic() - began > SECONDS, SECONDS * 2)
    return provider.calls()


def test_what_needs_no_provider_goes_on_while_it_hangs(standing: Standing, goods: Goods) -> None:
    provider = Provider(standing)
    with provider.taking(COUNTED):
        usual = calls_of(provider, [ordered(standing, goods) for _ in range(BUYERS)])
    orders = [ordered(standing, goods) for _ in range(BUYERS)]
    with provider.taking(HANGS):
        asked = calls_of(provider, orders)
        began = time.monotonic()
        fresh = put_on_shelf(standing.operator("north"), "新到的雨衣", units=1)
        browser = standing.browser("north")

        def is_found() -> bool:
            found = ask(browser, "GET", f"{SHOP}/products", params={"q": "新到的雨衣"})
            return any(one["slug"] == fresh.slug for one in found["items"])

        eventually(is_found, 60)  # the worker has followed the catalogue
        indexed = time.monotonic() - began
        began = time.monotonic()
        ordered(standing, goods)
        placed = time.monotonic() - began
    began = time.monotonic()
    left = list(orders)
    while left and time.monotonic() - began < RECOVERED_WITHIN * 2:
        left = [one for one in left if begin_to_pay(one) is None]
    recovered = time.monotonic() - began
    note(
        "T-11",
        f"{usual} calls usually, {asked} while it hung; found in the search after"
        f" {indexed:.1f} s,"
        f" ordered in {placed:.2f} s, all can pay {recovered:.1f} s after its return",
    )
    assert asked <= usual * MORE_CALLS
    assert indexed <= GOES_ON_WITHIN
    assert placed <= GOES_ON_WITHIN
    assert recovered <= RECOVERED_WITHIN
