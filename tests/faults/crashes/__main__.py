"""``python -m tests.faults.crashes up | web | worker``.

``up`` is `mall up` with the other two in place of its own. Those load everything, then let a copy
of themselves do the work: one that has ended is replaced within some milliseconds.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from procrastinate import App
from psycopg.errors import UniqueViolation

from mall.doors.command.serving import serve_web
from mall.doors.command.supervisor import modules_of, up
from mall.doors.postgres import app_url, libpq
from mall.doors.worker import run_worker
from mall.kernel.schema import import_all
from mall.kernel.settings import Settings, from_environment
from tests.faults.crashes import seams
from tests.faults.crashes.points import Points, Watch

_LOOKS_EVERY = 0.1  # seconds: a worker, for jobs whose time has come
_MISS_THE_DEAD = "UPDATE procrastinate_workers SET last_heartbeat = '-infinity'"
_RESCUE = """
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('mall', 'mall.rescue', 0, NULL, 'mall.rescue',
       '{"timestamp": 0}'::jsonb, NULL)::procrastinate_job_to_defer_v1])
"""


def main(part: str) -> None:
    """Run as a program."""
    settings = from_environment()
    folder = settings.data / "crashes"
    points = Points(folder, part)
    if part == "up":
        here = {name: ["tests.faults.crashes", name] for name in ("web", "worker")}
        up(settings, modules_of(settings) | here)
        return
    import_all("tables", "reactions", "errands", "sweeps")
    seams.wrap_transactions(points)
    seams.wrap_errands(points)
    if part == "web":
        seams.wrap_answers(points)
        from mall.doors.web import create_app

        app: Any = create_app(settings)
        replace_whenever_it_ends(lambda: serve_web(settings, app), Watch(folder))
    else:
        seams.wrap_jobs(points)
        replace_whenever_it_ends(lambda: work(settings), Watch(folder))


def replace_whenever_it_ends(work: Callable[[], None], watch: Watch) -> None:
    """Let a copy of this process work; after one that was killed comes the next."""
    while True:
        process = os.fork()
        if process == 0:
            work()
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            sys.exit(os.waitstatus_to_exitcode(status) or 1)
        watch.note_end(process)


def work(settings: Settings) -> None:
    """Work as the only worker: whoever was there before has gone, and need not be waited for."""
    options = "-c search_path=procrastinate"
    with psycopg.connect(libpq(app_url(settings)), options=options, autocommit=True) as rows:
        rows.execute(_MISS_THE_DEAD)
        with suppress(UniqueViolation):  # somebody is on the way to them
            rows.execute(_RESCUE)
    _look_often()
    asyncio.run(run_worker(settings))


def _look_often() -> None:
    """Let jobs that are given back begin at once: nobody is told of them, they are found."""
    run = App.run_worker_async

    async def running(self: App, **told: Any) -> None:
        told["fetch_job_polling_interval"] = _LOOKS_EVERY
        await run(self, **told)

    App.run_worker_async = running


if __name__ == "__main__":
    main(sys.argv[1])
