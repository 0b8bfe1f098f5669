"""Transactions on a pool of the test's own."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import count
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


async def rows(lent: Lent, text: bytes, *values: bytes) -> list[tuple[Any, ...]]:
    """Ask and give the rows."""
    return (await lent.ask(text, values)).rows


@asynccontextmanager
async def complaints() -> AsyncGenerator[list[Any]]:
    """Collect what the loop complains of: failures of tasks that nobody has asked about."""
    loop, heard = asyncio.get_running_loop(), list[Any]()
    loop.set_exception_handler(lambda _, context: heard.append(context))
    try:
        yield heard
        gc.collect()
    finally:
        loop.set_exception_handler(None)


async def turns() -> None:
    """Let everybody else come to where they wait for something outside, or for each other."""
    for _ in range(50):
        await asyncio.sleep(0)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something to become true; fail when it does not."""
    async with asyncio.timeout(10):
        for turn in count():
            if is_so():
                return
            await asyncio.sleep(0 if turn < 100 else 0.005)


def kill(url: str, pid: int) -> None:
    """End a server process from outside, as an operator or a restart would."""
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
