"""Connections: borrowed when they are needed, asked in few round trips, given back clean."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection

from mall.kernel.ids import TenantId
from mall.kernel.pool import Open, Pool
from mall.kernel.wire import Answer, Said, Values

_COMMIT = Said(b"COMMIT", heard=False)
_ROLLBACK = Said(b"ROLLBACK", keep=False, heard=False)
_NOTHING = Said(b"")

type Call = Callable[[AsyncConnection], Awaitable[Any]]


class _Question(msgspec.Struct, frozen=True):
    said: Said
    answer: asyncio.Future[Any] | None  # None: nobody waits for it
    call: Call | None = None  # instead of what is said: something that SQLAlchemy runs


class Lent:
    """A connection that is borrowed, and its transaction begun, when it is first asked.

    Everything runs in the order in which it was asked or put. Whoever asks at the same moment
    (``asyncio.gather``) shares a round trip, and what nobody waits for travels with the next
    question or with the commit.
    """

    def __init__(
        self, pool: Pool, begin: bytes, tenant_id: TenantId, *, apart: bool = False
    ) -> None:
        """``begin`` begins the transaction, in which only rows of the tenant can be seen.

        ``apart``: every round trip is a transaction of its own. Where each statement sees a moment
        of its own anyway, that is the same, and nobody has to wait for a COMMIT.
        """
        self._apart = apart
        self._pool = pool
        self._begin, self._tenant_id = begin, tenant_id
        self._begun = False
        self._over = False
        self._failure: BaseException | None = None  # after it nothing runs any more
        self._open: Open | None = None
        self._spoilt = False
        self._waiting: deque[_Question] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._undoing: asyncio.Task[None] | None = None

    async def ask(self, text: bytes, values: Values = ()) -> Answer:
        """Run a statement and wait for its answer."""
        return await self._asked(Said(text, values), None)

    async def call(self, call: Call) -> Any:
        """Let SQLAlchemy run something, and wait for what it gives."""
        return await self._asked(_NOTHING, call)

    def put(self, text: bytes, values: Values) -> None:
        """Run a statement whose answer nobody needs; if it fails, the next question fails."""
        self._refuse_if_over()
        self._waiting.append(_Question(Said(text, values, heard=False), None))

    async def commit(self) -> None:
        """End well what was begun. Raises what the first statement that failed has raised:

        PostgreSQL answers the COMMIT of a failed transaction with a ROLLBACK, and no error.
        """
        if self._begun or self._runner or self._waiting or self._failure:
            await self._asked(_COMMIT, None, is_last=True)

    async def end(self) -> None:
        """Undo what was not committed, and return the connection."""
        self._over = True
        self._drop_waiting(RuntimeError("the transaction is over"))
        if self._open is None and self._runner is None:
            return
        if self._open is not None and self._open.is_idle and not self._runner and not self._spoilt:
            await self._pool.give_back(self._open)
            return
        # whoever is cancelled once more while this goes on must not take the connection along
        self._undoing = asyncio.create_task(self._undo())
        await asyncio.shield(self._undoing)

    async def _undo(self) -> None:
        try:
            if self._runner is not None:
                if self._open is None:  # it stands in the queue for nothing
                    self._runner.cancel()
                await asyncio.wait([self._runner])
            if self._open is not None and not self._open.is_idle and not self._spoilt:
                # not by a cursor, which would throw away what is prepared along with it
                await self._open.wire.exchange([_ROLLBACK])
        except psycopg.Error:
            pass  # the pool throws it away
        finally:
            if self._open is not None:
                await self._pool.give_back(self._open, spoilt=self._spoilt)

    async def _asked(self, said: Said, call: Call | None, *, is_last: bool = False) -> Any:
        self._refuse_if_over()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(_Question(said, answer, call))
        if self._runner is None:
            # what is the last thing asked goes now, before the loop comes round to anybody else
            runner = asyncio.Task(self._run(gathers=not is_last), loop=loop, eager_start=is_last)
            self._runner = None if runner.done() else runner
        return await answer

    def _refuse_if_over(self) -> None:
        if self._over:
            raise RuntimeError("the transaction is over")

    async def _run(self, *, gathers: bool) -> None:
        try:
            while any(question.answer for question in self._waiting):
                if gathers:
                    await asyncio.sleep(0)  # those who ask at this moment come along
                gathers = True
                if self._waiting:  # else the transaction has ended meanwhile
                    await self._answer(self._next())
        except BaseException as failure:
            self._drop_waiting(failure)
            raise
        finally:
            self._runner = None

    def _next(self) -> list[_Question]:
        """Take what can go in one round trip."""
        going = [self._waiting.popleft()]
        while self._waiting and going[0].call is None and self._waiting[0].call is None:
            going.append(self._waiting.popleft())
        return going

    async def _answer(self, going: Sequence[_Question]) -> None:
        if self._failure is not None:
            _fail(going, self._failure)
            return
        try:
            if going[0].call is not None:
                if not self._begun:
                    await self._send([])
                assert self._open is not None
                answers = [await going[0].call(self._open.sql)]
            else:
                answers = await self._send(going)
        except Exception as failure:
            self._failure = failure
            _fail(going, failure)
            return
        except BaseException as failure:  # the process is stopping
            _fail(going, failure)
            raise
        for question, answer in zip(going, answers, strict=True):
            if question.answer is not None and not question.answer.done():
                question.answer.set_result(answer)

    async def _send(self, going: Sequence[_Question]) -> list[Answer]:
        if self._open is None:
            self._open = await self._pool.borrow()
        said = [question.said for question in going]
        whole = self._apart and not self._begun and bool(going)  # SQLAlchemy goes on in it
        if not self._begun:
            said = [*_beginning(self._begin, self._tenant_id), *said]
        if whole:
            said.append(_COMMIT)
        self._spoilt = True  # unless it is answered, be it with an error of a statement
        try:
            answers = await self._open.wire.exchange(said)
        except psycopg.Error:
            self._spoilt = self._open.raw.closed
            raise
        self._spoilt = False
        begun, self._begun = self._begun, not whole
        return answers if begun else answers[2 : 2 + len(going)]

    def _drop_waiting(self, failure: BaseException) -> None:
        _fail(self._waiting, failure)
        self._waiting.clear()


def _fail(questions: Iterable[_Question], failure: BaseException) -> None:
    for question in questions:
        if question.answer is not None and not question.answer.done():
            question.answer.set_exception(failure)
            question.answer.exception()  # seen, even if who asked has gone


@lru_cache(maxsize=4096)
def _beginning(begin: bytes, tenant_id: TenantId) -> tuple[Said, Said]:
    # not set_config(): PostgreSQL's sharding extension carries only SET LOCAL to its workers
    whose = f"SET LOCAL mall.tenant = '{UUID(str(tenant_id))}'".encode()
    return Said(begin, heard=False), Said(whose, keep=False, heard=False)
