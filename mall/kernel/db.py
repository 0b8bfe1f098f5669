"""The way to PostgreSQL. Holding a ``Read`` or a ``Tx`` is the permission to use it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    MetaData,
    Result,
    Text,
    Uuid,
    event,
    func,
    select,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from mall.kernel import ids, jobs
from mall.kernel.errands import Args, Errand
from mall.kernel.events import Event, hearings_of, packed
from mall.kernel.ids import TenantId

_PARAMETERS_AT_MOST = 60_000  # the protocol counts them in 16 bits
_IDS = {kind: Uuid() for name, kind in vars(ids).items() if name.endswith("Id")}


class Table(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        int: BigInteger(),
        str: Text(),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        **_IDS,
    }


class Read:
    """An open transaction that reads one tenant's data."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId) -> None:
        self._connection = connection
        self.tenant_id = tenant_id

    async def run(
        self, statement: Executable, params: Mapping[str, Any] | None = None
    ) -> Result[Any]:
        """Run one statement; ``params`` fill its ``bindparam``s."""
        return await self._connection.execute(statement, params)


class Tx(Read):
    """An open write transaction of one tenant. The door commits it; nobody else does."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId) -> None:
        super().__init__(connection, tenant_id)
        self._jobs = list[jobs.Job]()

    async def insert(
        self,
        into: type[Table],
        rows: Sequence[Mapping[str, Any]],
        *,
        skip_conflicts: bool = False,
    ) -> int:
        """Insert rows that share one set of columns, in one statement per 60,000 values.

        ``tenant_id`` is filled in. With ``skip_conflicts`` rows whose key exists are passed over.
        Gives the number of rows that were inserted.
        """
        if not rows:
            return 0
        table = cast(CoreTable, into.__table__)
        columns = ("tenant_id", *(name for name in rows[0] if name != "tenant_id"))
        json = {c.name for c in table.columns if isinstance(c.type, JSONB)}
        raw = await _driver(self._connection)
        step, inserted = _PARAMETERS_AT_MOST // len(columns), 0
        for start in range(0, len(rows), step):
            chunk = rows[start : start + step]
            values = list[Any]()
            for row in chunk:
                values.append(self.tenant_id)
                for name in columns[1:]:
                    value = row[name]
                    values.append(Jsonb(value) if name in json and value is not None else value)
            text = _insert_text(table, columns, len(chunk), skip_conflicts)
            inserted += (await raw.execute(text, values)).rowcount
        return inserted

    async def lock(self, what: str, key: UUID) -> None:
        """Wait for exclusive use of ``what``/``key`` until the commit. Lock down the stairs."""
        name = f"{self.tenant_id}/{what}/{key}"
        await self.run(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

    async def announce(self, event: Event) -> None:
        """Have every hearing get the event, at least once, if and only if this commits."""
        body: dict[str, Any] | None = None
        for hearing in hearings_of(type(event)):
            body = body or packed(event)
            self._jobs.append(jobs.delivery(self.tenant_id, hearing.name, body))

    async def send(
        self,
        errand: Errand[Any, Any],
        args: Args,
        *,
        after: timedelta | None = None,
        key: str | None = None,
    ) -> None:
        """Have the worker run the errand, if and only if this commits.

        ``after`` None: at once. Errands with the same ``key`` never run at the same time.
        """
        plain = cast(dict[str, Any], msgspec.to_builtins(dict(args)))
        self._jobs.append(jobs.errand(self.tenant_id, errand.name, plain, after=after, key=key))

    async def write_jobs(self) -> None:
        """Write the announced and sent jobs; the door calls this right before it commits."""
        if self._jobs:
            raw = await _driver(self._connection)
            await jobs.defer(raw, self._jobs)
            self._jobs.clear()


class Database:
    """A pool of connections to one PostgreSQL, as one role. Only doors and the worker hold it."""

    def __init__(self, url: str, *, connections: int = 10) -> None:
        """Connect lazily to ``url`` (``postgresql+psycopg://``)."""
        self.engine: AsyncEngine = create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",  # transactions are opened below, in one round trip
            pool_size=connections,
            max_overflow=0,
            pool_timeout=10,
            json_serializer=_to_json,
            json_deserializer=msgspec.json.decode,
        )
        event.listen(self.engine.sync_engine, "connect", _tune)

    @asynccontextmanager
    async def read(self, tenant_id: TenantId) -> AsyncGenerator[Read]:
        """Open a read-only transaction of one tenant."""
        async with self._begun(f"BEGIN READ ONLY; {_seen_by(tenant_id)}") as connection:
            yield Read(connection, tenant_id)

    @asynccontextmanager
    async def write(self, tenant_id: TenantId) -> AsyncGenerator[Tx]:
        """Open a transaction; commit at the end, roll back on any exception."""
        async with self._begun(f"BEGIN; {_seen_by(tenant_id)}") as connection:
            tx = Tx(connection, tenant_id)
            yield tx
            await tx.write_jobs()

    @asynccontextmanager
    async def _begun(self, begin: str) -> AsyncGenerator[AsyncConnection]:
        async with self.engine.connect() as connection:
            raw = await _driver(connection)
            try:
                await raw.execute(begin.encode())
                yield connection
                await raw.execute(b"COMMIT")
            except BaseException:
                await _roll_back(connection, raw)
                raise

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _seen_by(tenant_id: TenantId) -> str:
    return f"SET LOCAL mall.tenant = '{UUID(str(tenant_id))}'"


async def _driver(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    pooled = await connection.get_raw_connection()
    return cast("psycopg.AsyncConnection[Any]", pooled.driver_connection)


async def _roll_back(connection: AsyncConnection, raw: psycopg.AsyncConnection[Any]) -> None:
    """Leave the connection clean, or throw it away: a half-done one must not be lent again."""
    idle = psycopg.pq.TransactionStatus.IDLE
    try:
        if raw.info.transaction_status is not idle:
            await raw.execute(b"ROLLBACK")
    except BaseException:
        await connection.invalidate()
        raise
    if raw.info.transaction_status is not idle:
        await connection.invalidate()


def _tune(adapted: Any, _: Any) -> None:
    raw = cast("psycopg.AsyncConnection[Any]", adapted.driver_connection)
    raw.prepare_threshold = 3
    raw.prepared_max = 400


@lru_cache(maxsize=4096)
def _insert_text(table: CoreTable, columns: tuple[str, ...], rows: int, skip: bool) -> bytes:
    one = "(" + ", ".join(["%s"] * len(columns)) + ")"
    names = ", ".join(f'"{name}"' for name in columns)
    tail = " ON CONFLICT DO NOTHING" if skip else ""
    values = ", ".join([one] * rows)
    text = f"INSERT INTO {table.fullname} ({names}) VALUES {values}{tail}"  # noqa: S608 - our names
    return text.encode()
