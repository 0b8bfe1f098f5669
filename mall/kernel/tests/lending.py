"""Transactions on a pool of the test's own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from mall.kernel.connections import Lent
from mall.kernel.ids import TenantId
from mall.kernel.pool import Pool


@asynccontextmanager
async def lending(pool: Pool, tenant: TenantId, begin: bytes = b"BEGIN") -> AsyncGenerator[Lent]:
    """Open a transaction the way a Database does."""
    lent = Lent(pool, begin, tenant)
    try:
        yield lent
        await lent.commit()
    finally:
        await lent.end()


def seats(pool: Pool) -> int:
    """Count the connections that could be borrowed now."""
    return pool._seats._value  # pyright: ignore[reportPrivateUsage]


def idle(pool: Pool) -> int:
    """Count the connections that wait open for the next borrower."""
    return len(pool._free)  # pyright: ignore[reportPrivateUsage]


async def rows(lent: Lent, text: bytes, *params: Any) -> list[tuple[Any, ...]]:
    """Ask and give the rows."""
    return (await lent.ask(text, params)).rows


async def moment() -> None:
    """Let everybody else come to where they have to wait."""
    await asyncio.sleep(0.05)


def kill(url: str, pid: int) -> None:
    """End a server process from outside, as an operator or a restart would."""
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
