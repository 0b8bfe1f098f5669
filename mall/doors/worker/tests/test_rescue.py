"""What a killed worker was about is done by the next one."""

from typing import Any, cast
from uuid import uuid4

import psycopg
from obstore.store import MemoryStore
from psycopg.rows import TupleRow

from mall.doors.postgres import Urls, libpq
from mall.doors.worker.app import make_app
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.outside import Outside, client

_ADD = (
    "INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, status, queueing_lock)"
    " VALUES (%s, 'mall.test', %s, %s)"
)
_LEFT = """
SELECT status::text, queueing_lock FROM procrastinate.procrastinate_jobs
 WHERE queue_name = %s ORDER BY id
"""


async def test_jobs_left_behind_wait_again_though_a_round_is_among_them(
    urls: Urls, db: Database
) -> None:
    queue, lock = uuid4().hex, uuid4().hex

    def left() -> list[TupleRow]:
        return owner.execute(_LEFT, [queue]).fetchall()

    with psycopg.connect(libpq(urls.owner), autocommit=True) as owner:
        owner.execute("SET search_path TO procrastinate")  # its triggers want it
        owner.execute(_ADD, [queue, "doing", lock])  # a round in the hands of a dead worker
        owner.execute(_ADD, [queue, "todo", lock])  # the next one, which waits
        owner.execute(_ADD, [queue, "doing", None])  # somebody's errand
        outside = Outside(client(), MemoryStore(), Secrets(b"root of a test" * 3), {}, {})
        app = make_app(urls.app, db, outside)
        async with app.open_async():
            await cast(Any, app).tasks["mall.rescue"].func(timestamp=0)
        assert left() == [("todo", lock), ("todo", None)]
        owner.execute("DELETE FROM procrastinate.procrastinate_jobs WHERE queue_name = %s", [queue])
