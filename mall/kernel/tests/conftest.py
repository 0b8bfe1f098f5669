"""The tests' own tables, small pools that must come back whole, and a count of round trips."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from mall.kernel.pool import Pool
from mall.kernel.tests import things
from mall.kernel.tests.lending import seats
from mall.kernel.tests.things import Addresses


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


@dataclass
class Trips:
    """What went to PostgreSQL."""

    count: int = 0  # pipelines, and statements outside of one
    said: list[str] = field(default_factory=list[str])


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    """Watch every statement of every connection."""
    seen = Trips()
    execute, pipeline = psycopg.AsyncCursor[Any].execute, psycopg.AsyncConnection[Any].pipeline
    inside = set[psycopg.AsyncConnection[Any]]()

    async def watched(self: psycopg.AsyncCursor[Any], query: Any, *args: Any, **rest: Any) -> Any:
        seen.count += self.connection not in inside
        seen.said.append(query.decode() if isinstance(query, bytes) else str(query))
        return await execute(self, query, *args, **rest)

    def watching(self: psycopg.AsyncConnection[Any]) -> AbstractAsyncContextManager[Any]:
        @asynccontextmanager
        async def piping() -> AsyncGenerator[Any]:
            seen.count += 1
            async with pipeline(self) as open_pipeline:
                inside.add(self)
                try:
                    yield open_pipeline
                finally:
                    inside.discard(self)

        return piping()

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", watched)
    monkeypatch.setattr(psycopg.AsyncConnection, "pipeline", watching)
    return seen
