"""kill -9 of a whole database server, at a moment that is looked for and then looked at.

Whoever looks and then kills has killed something else: a transaction lasts some milliseconds. So
the sessions are stopped first (SIGSTOP), then looked at as they stand, and killed as they were
seen.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

import psycopg

from tests.faults.standing import Standing

type Moment = Literal["any", "writing", "committing", "flushing"]

_SOUGHT_FOR = 60.0  # seconds
_LOOK_WITHIN = 2.0  # seconds; one who was stopped may hold what looking needs
_SESSIONS = """
SELECT pid, backend_xid IS NOT NULL AS writing,
       backend_xid IS NOT NULL AND state = 'active' AND query = 'COMMIT' AS committing,
       backend_xid IS NOT NULL AND wait_event IS NOT DISTINCT FROM 'WalSync' AS flushing
  FROM pg_stat_activity WHERE application_name = 'mall web'
"""


@dataclass(frozen=True, slots=True)
class Session:
    """What a connection of web is about."""

    pid: int
    writing: bool  # in a transaction that has locked or written something
    committing: bool  # and its COMMIT runs
    flushing: bool  # and is with the system: it will have happened, and nobody is told

    def is_at(self, moment: Moment) -> bool:
        """Tell whether it is the moment for this one."""
        return {"writing": self.writing, "committing": self.committing}.get(moment, self.flushing)


@dataclass(frozen=True, slots=True)
class Kill:
    """One death of the server. ``at``: seconds of the monotonic clock, as diaries have them."""

    moment: Moment
    at: float
    sessions: Sequence[Session]  # of web, as they died
    processes: int

    @property
    def writing(self) -> int:
        """How many transactions that had locked or written something it cut."""
        return sum(one.writing for one in self.sessions)

    @property
    def committing(self) -> int:
        """How many of them were at their COMMIT."""
        return sum(one.committing for one in self.sessions)

    @property
    def flushing(self) -> int:
        """How many of those were written down already."""
        return sum(one.flushing for one in self.sessions)

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"{self.moment}: {self.processes} processes, {self.writing} transactions cut,"
            f" {self.committing} in their COMMIT, {self.flushing} of those written down"
        )


def strike(mall: Standing, moment: Moment) -> Kill:
    """Kill the server and every session of it as soon as one of web's is at that moment.

    With ``any`` it is now, whatever they are about.
    """
    deadline = time.monotonic() + _SOUGHT_FOR
    with suppress(psycopg.Error), mall.database() as rows:  # it dies with the others
        while (kill := _strike(mall, rows, moment)) is None:
            assert time.monotonic() < deadline, f"nobody was ever {moment}"
        return kill
    raise AssertionError("the server went away before it was killed")


def _strike(mall: Standing, rows: psycopg.Connection, moment: Moment) -> Kill | None:
    seen = _look(rows)
    if not _is(moment, seen):
        return None
    with _stopped([one.pid for one in seen]) as thawed:
        stopped = {one.pid for one in seen}
        found = [one for one in _look(rows) if one.pid in stopped]
        if thawed() or not _is(moment, found):
            return None
        at = time.monotonic()
        return Kill(moment, at, found, _kill_all(mall))


def _look(rows: psycopg.Connection) -> list[Session]:
    return [Session(*row) for row in rows.execute(_SESSIONS).fetchall()]


def _is(moment: Moment, sessions: Collection[Session]) -> bool:
    if moment == "any":
        return True
    return any(one.is_at(moment) for one in sessions)


def _kill_all(mall: Standing) -> int:
    """Kill the postmaster and what it has started, which by then cannot become more."""
    os.kill(mall.processes("postgres")[0].pid, signal.SIGSTOP)
    found = mall.processes("postgres")
    for process in found:
        process.send_signal(signal.SIGKILL)
    return len(found)


@contextmanager
def _stopped(pids: Collection[int]) -> Generator[Callable[[], bool]]:
    """Stop processes inside the ``with``; gives who tells whether they had to go on early."""
    late = threading.Event()

    def thaw() -> None:
        for pid in pids:
            with suppress(ProcessLookupError):  # it was killed
                os.kill(pid, signal.SIGCONT)

    def thaw_early() -> None:
        late.set()
        thaw()

    watch = threading.Timer(_LOOK_WITHIN, thaw_early)
    watch.start()
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        yield late.is_set
    finally:
        watch.cancel()
        thaw()
