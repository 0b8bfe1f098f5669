"""One round trip to PostgreSQL: statements that are sent together and answered together.

This is the driver's own libpq, without its cursors: a cursor waits for the socket once per
statement, which cost more than all the statements of a batch of orders.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

import msgspec
import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from mall.kernel.sockets import until_ready

_PREPARED_AT_MOST = 300  # texts per connection; for a further one, that used longest ago goes

type Values = Sequence[bytes | None]  # as PostgreSQL reads them: text in UTF-8, without NUL


class Said(msgspec.Struct, frozen=True):
    """A statement with what fills its places $1, $2 ..."""

    text: bytes
    values: Values = ()
    keep: bool = True  # stay prepared; only what is said again and again
    heard: bool = True  # somebody waits for its rows


class Answer(msgspec.Struct, frozen=True):
    """What came of a statement."""

    rows: list[tuple[Any, ...]]
    count: int  # of rows that were found or changed


class Wire:
    """Speaks to the server of one connection, which nobody else may use meanwhile."""

    def __init__(self, raw: psycopg.AsyncConnection[Any]) -> None:
        """Speak over ``raw``, in whatever transaction it is."""
        self._pg = raw.pgconn
        self._reader = Transformer(raw)
        self._prepared = dict[bytes, bytes]()  # by text, its name; the last used comes last
        self._names = count()

    async def exchange(self, said: Sequence[Said]) -> list[Answer]:
        """Send statements in one go and give their answers in the same order.

        Raises the error of the first that fails; those after it have not run. When anything else
        is raised - the task was cancelled, the connection is lost - the connection is of no use.
        """
        pg = self._pg
        pg.enter_pipeline_mode()
        aside: dict[int, bytes] = {}  # place of a result for nobody, text that is prepared by then
        place = 0
        for one in said:
            if not one.keep:
                pg.send_query_params(one.text, one.values)
                place += 1
                continue
            name = self._prepared.pop(one.text, None)
            if name is None:
                if len(self._prepared) >= _PREPARED_AT_MOST:
                    pg.send_close_prepared(self._prepared.pop(next(iter(self._prepared))))
                    aside[place] = b""
                    place += 1
                name = b"w%d" % next(self._names)
                pg.send_prepare(name, one.text)
                aside[place] = one.text
                place += 1
            self._prepared[one.text] = name
            pg.send_query_prepared(name, one.values)
            place += 1
        pg.pipeline_sync()
        results = await self._results()
        pg.exit_pipeline_mode()
        if any(result.status == ExecStatus.FATAL_ERROR for result in results):
            for at, text in aside.items():
                if results[at].status != ExecStatus.COMMAND_OK:
                    self._prepared.pop(text, None)
            raise next(
                error_from_result(one) for one in results if one.status == ExecStatus.FATAL_ERROR
            )
        answered = [one for at, one in enumerate(results) if at not in aside]
        return [self._answer(*pair) for pair in zip(said, answered, strict=True)]

    def _answer(self, said: Said, result: PGresult) -> Answer:
        if not said.heard or result.status != ExecStatus.TUPLES_OK:
            return Answer([], result.command_tuples or 0)
        self._reader.set_pgresult(result)
        return Answer(self._reader.load_rows(0, result.ntuples, tuple), result.ntuples)

    async def _results(self) -> list[PGresult]:
        found: list[PGresult] = []
        pg = self._pg
        while pg.flush():
            await until_ready(pg.socket, write=True)
            pg.consume_input()  # the server may wait for us to take its answers
        while True:
            while pg.is_busy():
                await until_ready(pg.socket)
                pg.consume_input()
            result = pg.get_result()
            if result is None or result.status == ExecStatus.FATAL_ERROR:
                if pg.status != ConnStatus.OK:
                    raise psycopg.OperationalError(pg.get_error_message())
                if result is None:  # between two statements
                    continue
            if result.status == ExecStatus.PIPELINE_SYNC:
                return found
            found.append(result)
