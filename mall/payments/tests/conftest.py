"""Fixtures of payments."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant
from mall.payments import load_providers
from mall.payments.tests.door import Door
from mall.payments.tests.scripted import Scripted
from mall.payments.tests.stage import Receiver, Stage, receiving

PROVIDERS = sorted(load_providers())


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """Give a provider whose answers the test writes."""
    scripted = Scripted()
    monkeypatch.setitem(load_providers(), "scripted", scripted.provider())
    return scripted


@pytest.fixture
def door(db: Database, tenant: TenantId, now: Instant, provider: Scripted) -> Door:
    """Give a mall with an order to pay."""
    return Door(db, tenant, now, provider="scripted")


@pytest_asyncio.fixture(scope="session")
async def receiver() -> AsyncGenerator[Receiver]:
    """Listen for the notifications of all simulators."""
    async with receiving() as listening:
        yield listening


@pytest_asyncio.fixture(scope="session", params=PROVIDERS)
async def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver
) -> AsyncGenerator[Stage]:
    """Run the simulator of every provider that is found."""
    made = Stage(request.param, tmp_path_factory.mktemp(request.param) / "ledger", receiver)
    await made.start()
    yield made
    made.end()


@pytest.fixture
def live(db: Database, tenant: TenantId, now: Instant, stage: Stage) -> Door:
    """Give a mall that is connected with the simulator."""
    return stage.seat(Door(db, tenant, now))
