"""The way to PostgreSQL. Holding a ``Read`` or a ``Tx`` is the permission to use it."""

from asyncio import gather
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
from psycopg.errors import DivisionByZero
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    MetaData,
    Result,
    Text,
    Uuid,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.dml import UpdateBase

from mall.kernel import ids, jobs
from mall.kernel.connections import Lent
from mall.kernel.errands import Args, Errand
from mall.kernel.events import Event, hearings_of, packed
from mall.kernel.ids import TenantId
from mall.kernel.pool import Pool
from mall.kernel.snapshots import Snapshot, Snapshots
from mall.kernel.statements import Prepared, as_text, insertings, updating
from mall.kernel.wire import Said

_VERSION = b"SELECT version FROM kernel.version"  # row-level security shows one mall's
_STILL = b"""SELECT 1 / (coalesce(max(version), 0) = $1::bigint)::int
FROM kernel.version WHERE tenant_id = $2"""
_LOCK = b"""SELECT pg_advisory_xact_lock(hashtextextended($1 || key, 0))
FROM unnest($2::text[]) key"""
_MOVE_VERSION = b"""INSERT INTO kernel.version (tenant_id, version) VALUES ($1, 1)
ON CONFLICT (tenant_id) DO UPDATE SET version = version.version + 1"""
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


type Present = tuple[Any, Sequence[Any], dict[Any, Any]]  # load, keys, what was found of them
type Load[Key, Value] = Callable[[Read, Sequence[Key]], Awaitable[Mapping[Key, Value]]]


class Read:
    """A transaction that reads one tenant's data; it begins with the first statement."""

    def __init__(self, lent: Lent, tenant_id: TenantId, snapshots: Snapshots) -> None:
        self._lent = lent
        self._snapshots = snapshots
        self.tenant_id = tenant_id
        self.present: list[Present] = []  # what was true at its moment only

    async def run(
        self, statement: Executable, params: Mapping[str, Any] | None = None
    ) -> Result[Any]:
        """Run one statement; ``params`` fill its ``bindparam``s."""
        return await self._lent.call(lambda connection: connection.execute(statement, params))

    async def rows(self, statement: Prepared, **params: Any) -> list[tuple[Any, ...]]:
        """Run a statement that is written once, and load its rows. ``tenant`` is filled in."""
        return (await self._lent.ask(*self._question(statement, params))).rows

    async def named(self, statement: Prepared, **params: Any) -> list[Any]:
        """Run a statement like ``rows``; the values of a row go by the names of its columns."""
        return list(map(statement.row, await self.rows(statement, **params)))

    async def recall[Key, Value](
        self, load: Load[Key, Value], keys: Sequence[Key]
    ) -> dict[Key, Value]:
        """Give what ``load`` finds, from memory if this process knows it: half a second old at
        most. ``load`` reads tables that are marked as remembered, and nothing else."""
        return await self._snapshots.recall(self.tenant_id, load, keys)

    async def together[Key, Value](
        self, load: Load[Key, Value], keys: Sequence[Key]
    ) -> dict[Key, Value]:
        """Give what ``load`` finds now, in one question with everybody who asks now."""
        found = await self._snapshots.together(self.tenant_id, load, keys)
        self.present.append((load, tuple(keys), found))
        return found

    async def lately[Key, Value](
        self, load: Load[Key, Value], keys: Sequence[Key]
    ) -> dict[Key, Value]:
        """Give what ``load`` has found half a second ago or later, for what is decided elsewhere.

        An answer that is kept must not be made of it: it would be older than it seems.
        """
        return await self._snapshots.lately(self.tenant_id, load, keys)

    def _question(
        self, statement: Prepared, params: Mapping[str, Any]
    ) -> tuple[bytes, list[bytes | None]]:
        return statement.text, statement.filled({"tenant": self.tenant_id, **params})


class _Loading(Read):
    """What a ``load`` is given: it holds one of the shared connections, and waits for none."""

    async def recall[Key, Value](
        self, load: Load[Key, Value], keys: Sequence[Key]
    ) -> dict[Key, Value]:
        return dict(await load(self, keys))

    async def together[Key, Value](
        self, load: Load[Key, Value], keys: Sequence[Key]
    ) -> dict[Key, Value]:
        return dict(await load(self, keys))


class Outdated(Exception):
    """What a transaction took for true is not true any more. Nothing was done: do it again."""


class Tx(Read):
    """A write transaction of one tenant. The door commits it; nobody else does."""

    def __init__(
        self, lent: Lent, tenant_id: TenantId, snapshots: Snapshots, *, trusts: bool = False
    ) -> None:
        super().__init__(lent, tenant_id, snapshots)
        self.trusts = trusts  # what this process knows, until a statement before the commit
        self._jobs: list[jobs.Job] = []
        self._snapshot: Snapshot | None = None
        self.moves_version = False
        self.outdated: list[tuple[Load[Any, Any], Iterable[Any]]] = []

    async def run(
        self, statement: Executable, params: Mapping[str, Any] | None = None
    ) -> Result[Any]:
        """Run one statement; ``params`` fill its ``bindparam``s."""
        if isinstance(statement, UpdateBase):
            self._touches(statement.table)
        return await super().run(statement, params)

    async def change(self, statement: Prepared, **params: Any) -> int:
        """Run a statement that gives no rows; gives how many it has changed."""
        return (await self._lent.ask(*self._question(statement, params))).count

    async def put_values(
        self, into: type[Table], where: Mapping[str, Any], values: Mapping[str, Any]
    ) -> int:
        """Give columns new values in the rows in which others have the values of ``where``.

        ``tenant_id`` is filled in. Gives the number of rows that were changed.
        """
        table = cast(CoreTable, into.__table__)
        was = {f"was_{name}": value for name, value in where.items()}
        new = {f"new_{name}": value for name, value in values.items()}
        return await self.change(updating(table, tuple(where), tuple(values)), **was, **new)

    async def recall[Key, Value](
        self, load: Load[Key, Value], keys: Sequence[Key]
    ) -> dict[Key, Value]:
        """Give what ``load`` finds at this moment; from memory when nothing has changed since.

        A transaction that trusts does not ask whether something has, but has PostgreSQL refuse it.
        """
        if self.moves_version:
            return dict(await load(self, keys))
        if self._snapshot is None and self.trusts:
            self._snapshot = await self._snapshots.current(self.tenant_id)
            self._lent.put(_STILL, [b"%d" % self._snapshot.version, as_text(self.tenant_id)])
        if self._snapshot is None:
            version = await _version_of(self._lent)
            self._snapshot = self._snapshots.at(self.tenant_id, version)
        found, missing = self._snapshot.known(load, keys)
        if missing:
            asked = await load(self, missing)
            if not self.moves_version:  # else it may be ours alone, and never be committed
                self._snapshots.learn(self._snapshot, load, missing, asked)
            found.update(asked)
        return found

    async def together[Key, Value](
        self, load: Load[Key, Value], keys: Sequence[Key]
    ) -> dict[Key, Value]:
        """Give what ``load`` finds in this transaction."""
        return dict(await load(self, keys))

    async def insert(
        self,
        into: type[Table],
        rows: Sequence[Mapping[str, Any]],
        *,
        skip_conflicts: bool = False,
    ) -> int:
        """Insert rows that share one set of columns, in one round trip.

        ``tenant_id`` is filled in. With ``skip_conflicts`` rows whose key exists are passed over.
        Gives the number of rows that were inserted.
        """
        if not rows:
            return 0
        parts = self._insertings(into, rows, "DO NOTHING" if skip_conflicts else "")
        answers = await gather(*(self._lent.ask(part.text, part.values) for part in parts))
        return sum(answer.count for answer in answers)

    def add(
        self, into: type[Table], rows: Sequence[Mapping[str, Any]], *, on_conflict: str = ""
    ) -> None:
        """Insert rows like ``insert``, without waiting: with the next question or the commit.

        ``on_conflict``: what is done about rows that are there already, as PostgreSQL reads it
        after ON CONFLICT; "": that question or the commit fails.
        """
        if rows:
            for part in self._insertings(into, rows, on_conflict):
                self._lent.put(part.text, part.values)

    def put(self, statement: Prepared, **params: Any) -> None:
        """Run a statement without waiting: with the next question or the commit."""
        self._lent.put(*self._question(statement, params))

    def outdate(self, load: Load[Any, Any], keys: Iterable[Any]) -> None:
        """Have this process ask anew for what it has found ``lately``, once this is committed."""
        self.outdated.append((load, keys))

    async def lock(self, what: str, *keys: UUID) -> None:
        """Wait for exclusive use of ``what``/each key until the commit. Lock down the stairs.

        Whoever locks several gives them in one call: they are taken in an order that all keep.
        """
        listed = ",".join(map(str, sorted(keys)))
        await self._lent.ask(
            _LOCK, [as_text(f"{self.tenant_id}/{what}/"), as_text(f"{{{listed}}}")]
        )

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

    def finish(self) -> None:
        """Write what has to be the last before the commit, for the door: jobs, and the version.

        The version comes last of all: who changes goods of one mall waits here for the others.
        """
        if self._jobs:
            self._lent.put(*jobs.deferred(self._jobs))
            self._jobs.clear()
        if self.moves_version:
            self._lent.put(_MOVE_VERSION, [as_text(self.tenant_id)])

    def _question(
        self, statement: Prepared, params: Mapping[str, Any]
    ) -> tuple[bytes, list[bytes | None]]:
        if statement.changes is not None:
            self._touches(statement.changes)
        return super()._question(statement, params)

    def _insertings(
        self, into: type[Table], rows: Sequence[Mapping[str, Any]], on_conflict: str
    ) -> list[Said]:
        table = cast(CoreTable, into.__table__)
        self._touches(table)
        return insertings(table, self.tenant_id, rows, on_conflict=on_conflict)

    def _touches(self, table: object) -> None:
        if cast(CoreTable, table).info.get("remembered"):
            self.moves_version = True


class _Open[Power](AbstractAsyncContextManager[Power]):
    """Lends a power for as long as a transaction is open; commits unless something is raised."""

    def __init__(self, lent: Lent, power: Power) -> None:
        self._lent = lent
        self._power = power

    async def __aenter__(self) -> Power:
        return self._power

    async def __aexit__(self, kind: object, failure: BaseException | None, trace: object) -> None:
        try:
            if failure is None:
                await self._lent.commit()
        finally:
            await self._lent.end()


class Database:
    """A pool of connections to one PostgreSQL, as one role. Only doors and the worker hold it."""

    def __init__(self, url: str, *, connections: int = 10) -> None:
        """Connect lazily to ``url`` (``postgresql+psycopg://``)."""
        self._pool = Pool(url, connections)
        # Requests that hold a connection wait for these two, which wait for nobody.
        self._shared = Pool(url, 2)
        self._snapshots = Snapshots(self._ask, self._ask_version)

    def read(
        self, tenant_id: TenantId, *, one_moment: bool = False
    ) -> AbstractAsyncContextManager[Read]:
        """Open a read-only transaction of one tenant; the database hears of it when it is used.

        ``one_moment``: all its statements see the same moment, however long it takes.
        """
        begin = b"BEGIN READ ONLY"
        if one_moment:
            begin += b" ISOLATION LEVEL REPEATABLE READ"
        lent = Lent(self._pool, begin, tenant_id, apart=not one_moment)
        return _Open(lent, Read(lent, tenant_id, self._snapshots))

    @asynccontextmanager
    async def write(self, tenant_id: TenantId, *, trusts: bool = False) -> AsyncGenerator[Tx]:
        """Open a transaction; commit at the end, roll back on any exception.

        ``trusts``: it may take for true what this process knows, and divides by zero where that
        is not so (a query can raise no other error). Raises Outdated then; nothing was done.
        """
        lent = Lent(self._pool, b"BEGIN", tenant_id)
        try:
            async with _Open(lent, Tx(lent, tenant_id, self._snapshots, trusts=trusts)) as tx:
                yield tx
                tx.finish()
        except DivisionByZero as failure:
            if not trusts:
                raise
            self._snapshots.forget(tenant_id)
            raise Outdated from failure
        if tx.moves_version:
            self._snapshots.forget(tenant_id)
        for load, keys in tx.outdated:
            self._snapshots.outdate(tenant_id, load, keys)

    async def version(self, tenant_id: TenantId) -> int:
        """Tell how often what is remembered of a mall has changed, half a second ago or later."""
        return (await self._snapshots.current(tenant_id)).version

    async def is_present(self, tenant_id: TenantId, present: Present) -> bool:
        """Tell whether that is still true now."""
        load, keys, found = present
        return await self._snapshots.together(tenant_id, load, keys) == found

    async def _ask(self, tenant_id: TenantId, load: Any, keys: Sequence[Any]) -> Mapping[Any, Any]:
        lent = Lent(self._shared, b"BEGIN READ ONLY", tenant_id, apart=True)
        async with _Open(lent, _Loading(lent, tenant_id, self._snapshots)) as read:
            return await load(read, keys)

    async def _ask_version(self, tenant_id: TenantId) -> int:
        lent = Lent(self._shared, b"BEGIN READ ONLY", tenant_id, apart=True)
        async with _Open(lent, lent):
            return await _version_of(lent)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()
        await self._shared.close()


async def _version_of(lent: Lent) -> int:
    """Read how often what is remembered of a mall has changed."""
    rows = (await lent.ask(_VERSION)).rows
    return int(rows[0][0]) if rows else 0
