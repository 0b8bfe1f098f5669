"""The malls that faults happen to."""

from collections.abc import Generator
from typing import Any

import pytest

from tests.faults.catching import Catcher
from tests.faults.standing import Standing, standing_mall

WEB_PROCESSES = 4  # races hide in a single one


@pytest.fixture(scope="session")
def standing() -> Generator[Standing]:
    """Open a mall with one tenant, called north."""
    with standing_mall("north") as mall:
        yield mall


@pytest.fixture(scope="session")
def catcher() -> Generator[Catcher]:
    """Stand between the payment simulator and the wide mall; everything is let through."""
    catching = Catcher()
    yield catching
    catching.close()


@pytest.fixture(scope="session")
def wide(catcher: Catcher) -> Generator[Standing]:
    """Open a mall that many processes serve, with one tenant, called north."""
    told: Any = {
        "MALL_WEB_PROCESSES": str(WEB_PROCESSES),
        "MALL_PAY_NOTIFY_BASE": catcher.address,
        "MALL_PAY_REFUND_SECONDS": "0.3",
    }
    with standing_mall("north", **told) as mall:
        catcher.pass_on_to(mall.port)
        yield mall
