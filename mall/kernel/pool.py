"""Open connections, lent to one transaction at a time, the last returned first."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import psycopg
from sqlalchemy import NullPool, event
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mall.kernel.statements import as_json
from mall.kernel.wire import Wire

_WAIT_AT_MOST = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Open:
    """One connection, as SQLAlchemy and as the driver see it."""

    sql: AsyncConnection
    raw: psycopg.AsyncConnection[Any]
    wire: Wire

    @property
    def is_idle(self) -> bool:
        """Tell whether it is clean: it lives, and no transaction is open."""
        return self.raw.info.transaction_status is psycopg.pq.TransactionStatus.IDLE


class Pool:
    """A number of connections to one PostgreSQL; each is opened when it is first needed.

    SQLAlchemy has a pool, too, but lending from it costs more than most of our statements.
    """

    def __init__(self, url: str, connections: int) -> None:
        """Lend at most so many ``connections`` to ``url`` at once."""
        self._engine = create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",  # transactions are begun by whoever borrows
            poolclass=NullPool,
            # Every table has an index that begins with the mall. Without this, a plan made while a
            # table was empty goes on reading all of it for as long as the connection lives.
            connect_args={"options": "-c enable_seqscan=off"},
            json_serializer=as_json,
            json_deserializer=msgspec.json.decode,
        )
        event.listen(self._engine.sync_engine, "connect", _tune)
        self._free = list[Open]()
        self._seats = asyncio.Semaphore(connections)

    async def borrow(self) -> Open:
        """Take a connection, waiting for one if need be. Raises TimeoutError."""
        if self._seats.locked():
            async with asyncio.timeout(_WAIT_AT_MOST):
                await self._seats.acquire()
        else:
            await self._seats.acquire()  # without a clock, which would cost more than the seat
        try:
            return self._free.pop() if self._free else await self._open()
        except BaseException:
            self._seats.release()
            raise

    async def give_back(self, one: Open, *, spoilt: bool = False) -> None:
        """Return a connection; one that is broken, spoilt or not idle is thrown away."""
        try:
            if one.is_idle and not spoilt:
                self._free.append(one)
                return
            if one.raw.closed:  # the server has gone, and with it the others
                await self.close()
            await _throw_away(one)
        finally:
            self._seats.release()

    async def close(self) -> None:
        """Close every connection that is not lent."""
        free, self._free = self._free, []
        for one in free:
            await _throw_away(one)

    async def _open(self) -> Open:
        connection = await self._engine.connect()
        pooled = await connection.get_raw_connection()
        raw = cast("psycopg.AsyncConnection[Any]", pooled.driver_connection)
        return Open(connection, raw, Wire(raw))


async def _throw_away(one: Open) -> None:
    await one.raw.close()
    await one.sql.invalidate()
    await one.sql.close()


def _tune(adapted: Any, _: Any) -> None:
    raw = cast("psycopg.AsyncConnection[Any]", adapted.driver_connection)
    raw.prepare_threshold = 3
    raw.prepared_max = 400
