"""What tests hear of the way to PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from mall.kernel.wire import Answer, Said, Wire


@dataclass
class Trips:
    """What went to PostgreSQL."""

    count: int = 0
    said: list[str] = field(default_factory=list[str])


def watched(monkeypatch: pytest.MonkeyPatch) -> Trips:
    """Watch every statement of every connection until the test is over."""
    seen = Trips()
    exchange, execute = Wire.exchange, psycopg.AsyncCursor[Any].execute

    async def exchanging(self: Wire, said: Sequence[Said]) -> list[Answer]:
        seen.count += 1
        seen.said.extend(one.text.decode() for one in said)
        return await exchange(self, said)

    async def executing(self: psycopg.AsyncCursor[Any], query: Any, *args: Any, **rest: Any) -> Any:
        seen.count += 1
        seen.said.append(query.decode() if isinstance(query, bytes) else str(query))
        return await execute(self, query, *args, **rest)

    monkeypatch.setattr(Wire, "exchange", exchanging)
    monkeypatch.setattr(psycopg.AsyncCursor, "execute", executing)
    return seen
