"""The tests' own tables, small pools that must come back whole, and a count of round trips."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from mall.kernel.pool import Pool
from mall.kernel.tests import things
from mall.kernel.tests.lending import seats
from mall.kernel.tests.things import Addresses
from mall.kernel.tests.trips import Trips, watched


@pytest.fixture(scope="session", autouse=True)
def tables(urls: Addresses) -> None:
    things.create(urls.owner)


@pytest_asyncio.fixture
async def pool(urls: Addresses) -> AsyncGenerator[Pool]:
    """Give a pool of two seats; fails a test that has lost one."""
    made = Pool(urls.app, 2)
    yield made
    assert seats(made) == 2, "a seat was lost"
    await made.close()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    """Watch every statement of every connection."""
    return watched(monkeypatch)
