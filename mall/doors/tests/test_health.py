"""The health page tells what is up, whatever is down."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from mall.doors.postgres import Urls, libpq
from mall.doors.postgres.history import HISTORY_SCHEMA, fingerprint
from mall.doors.tests.front_door import open_front
from mall.kernel.db import Database


@pytest.fixture
def owner(urls: Urls) -> psycopg.Connection:
    return psycopg.connect(libpq(urls.owner), autocommit=True)


def beat(owner: psycopg.Connection, seconds_ago: int) -> None:
    """Let a worker have been alive some seconds ago, and no other one ever."""
    owner.execute("DELETE FROM procrastinate.procrastinate_workers")
    owner.execute(
        "INSERT INTO procrastinate.procrastinate_workers (last_heartbeat)"
        " VALUES (now() - make_interval(secs => %s))",
        [seconds_ago],
    )


async def test_it_is_well_when_the_worker_beats_and_the_tables_are_those_of_the_code(
    db: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    name = sql.Identifier(HISTORY_SCHEMA)
    owner.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
    async with open_front(db, "nobody.test", tmp_path) as door:

        async def look(note: str, beaten: int) -> tuple[int, dict[str, bool]]:
            said = sql.SQL("COMMENT ON SCHEMA {} IS {}").format(name, sql.Literal(note))
            owner.execute(said)
            beat(owner, beaten)
            answer = await door.get("/healthz")
            assert answer.headers["cache-control"] == "no-store"
            return answer.status_code, answer.json()

        up = {"ok": True, "database": True, "migrations": True, "worker": True}
        assert await look(fingerprint(), 1) == (200, up)
        assert await look(fingerprint(), 60) == (503, up | {"ok": False, "worker": False})
        assert await look("older", 1) == (503, up | {"ok": False, "migrations": False})


async def test_it_says_that_the_database_is_away(tmp_path: Path) -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing", connections=1)
    async with open_front(nowhere, "nobody.test", tmp_path) as door:
        answer = await door.get("/healthz")
    await nowhere.close()
    down = {"ok": False, "database": False, "migrations": False, "worker": False}
    assert (answer.status_code, answer.json()) == (503, down)
