"""Shared fixtures. A test that asks for ``db`` runs on a real PostgreSQL, under the app's role.

Tests share one database and are kept apart like malls are: each takes a ``tenant`` of its own.
"""

from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling  # pyright: ignore[reportMissingTypeStubs]

from mall.doors.postgres import Urls, create_database, throw_away_cluster
from mall.doors.postgres.migrating import create_everything
from mall.kernel import schema
from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.time import Instant

settings.register_profile("here", deadline=None)  # a busy machine is no failure
settings.load_profile("here")
_OF_THE_DEMO = ("tests/browser/", "tests/journeys/")  # all in the same open mall


class _ByMall(LoadFileScheduling):
    """Gives a file to one process, and all that visit the demo mall, which takes long to open."""

    def _split_scope(self, nodeid: str) -> str:
        return "the demo" if nodeid.startswith(_OF_THE_DEMO) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Share the tests out among the processes."""
    return _ByMall(config, log)


@pytest.fixture(scope="session")
def urls() -> Generator[Urls]:
    """Start a server for this run and give the addresses of a database with every table."""
    with throw_away_cluster(max_connections="200") as cluster:
        made = create_database(cluster, "mall", owner="owner-of-a-test", app="app-of-a-test")
        create_everything(made.owner)
        yield made


@pytest_asyncio.fixture(scope="session")
async def db(urls: Urls) -> AsyncGenerator[Database]:
    """Give the database as the application sees it."""
    schema.import_all("reactions", "errands", "sweeps")
    database = Database(urls.app, connections=20)
    yield database
    await database.close()


@pytest.fixture
def tenant() -> TenantId:
    """Give a mall of the test's own."""
    return TenantId(new_uuid())


@pytest.fixture
def now() -> Instant:
    """Give a fixed moment."""
    return datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
