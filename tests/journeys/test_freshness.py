"""What is kept for a rush is hardly older than a second, whatever has changed."""

import time
from collections.abc import Callable

from tests.conftest import OpenMall
from tests.journeys.acts import CONSOLE, leave_on_shelf, operator, sku_of

# Kept answers ask every second whether the mall's version has moved, which is half a second old;
# the mall's own facts are a second old before that. The rest is for a busy machine.
AT_MOST = 4.0
SLUG = "steel-thermos"


def test_a_change_is_seen_soon_on_pages_that_are_kept(mall: OpenMall) -> None:
    looker, console = mall.shopper(), operator(mall)
    page = f"/p/{SLUG}"
    for _ in range(25):  # it is kept now, and was renewed
        assert looker.get(page).status_code == 200
        time.sleep(0.1)

    sku = sku_of(looker, SLUG)
    price = {"sku_id": sku["id"], "price_minor": 9_876_500}
    changed = console.put(f"{CONSOLE}/prices", json={"prices": [price]})
    assert changed.status_code == 200, changed.text
    soon(lambda: "98,765" in looker.get(page).text)
    soon(lambda: sku_of(looker, SLUG, *sku["values"])["price_minor"] == 9_876_500)

    leave_on_shelf(console, sku, 3)
    soon(lambda: sku_of(looker, SLUG, *sku["values"])["available"] == 3)

    hours = {"contact": {"hours": "每天 9:07 到 21:13"}}
    assert console.patch(f"{CONSOLE}/mall", json=hours).status_code == 200
    soon(lambda: "9:07 到 21:13" in looker.get(page).text)
    soon(lambda: "9:07 到 21:13" in looker.get("/").text)


def soon(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + AT_MOST
    while not is_so():
        assert time.monotonic() < deadline, f"not seen within {AT_MOST} seconds"
        time.sleep(0.05)
