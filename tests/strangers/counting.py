"""Asks the whole application in this process, and hears what it asks PostgreSQL."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import httpx
from litestar import Litestar
from sqlalchemy import text

from mall.doors.front import Front
from mall.doors.house import NOBODY, House
from mall.doors.memories import Memory
from mall.doors.static import StaticFiles
from mall.doors.storefront import BUILT
from mall.kernel.db import Database
from mall.kernel.tests.trips import Trips

_FRAMES = ("BEGIN", "SET LOCAL", "COMMIT", "ROLLBACK")
_SECONDS = 60.0
_WRITES = "BEGIN"  # reading ones begin with BEGIN READ ONLY
_ROWS = re.compile(r"\(\$1, [^()]*\)(?:, \(\$1, [^()]*\))*")  # of an INSERT


@dataclass(frozen=True)
class Cost:
    """What an answer took."""

    status: int
    leads: str  # where it sends to; "": nowhere
    said: Sequence[str]  # statements, but for those that begin and end transactions
    writes: int  # transactions that may write
    body: str

    @property
    def statements(self) -> int:
        """Count what was asked; the pieces of one INSERT are one thing."""
        return counted(self.said)

    @property
    def is_good(self) -> bool:
        """Tell whether what was wanted was done."""
        return self.status < 400 and "why=" not in self.leads


@dataclass(frozen=True)
class Meter:
    """An application whose processes have all just been started."""

    app: Litestar
    house: House
    seen: Trips

    @cached_property
    def static(self) -> StaticFiles:
        """Compress what never changes, once for all of them."""
        return StaticFiles(BUILT)

    async def cost(
        self, host: str, verb: str, path: str, headers: Mapping[str, str], **given: Any
    ) -> Cost:
        """Ask one thing of a process that remembers nothing."""
        old = self.house
        db = Database(old.app_url, connections=4)
        self.app.state.house = House(
            old.settings,
            old.app_url,
            db,
            old.outside,
            old.fingerprint,
            malls=Memory(_SECONDS, 10),  # however slow this machine is, nothing is asked twice
            sessions=Memory(_SECONDS, 10),
            staff=Memory(_SECONDS, 10),
        )
        transport = httpx.ASGITransport(cast("Any", Front(self.app, self.static)))
        try:
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as http:
                await _connect(db)
                self.seen.said.clear()
                answer = await http.request(verb, path, headers=dict(headers), **given)
                said = list(self.seen.said)
                asked = [one for one in said if not one.startswith(_FRAMES)]
                leads = answer.headers.get("location", "")
                return Cost(answer.status_code, leads, asked, said.count(_WRITES), answer.text)
        finally:
            await db.close()


def counted(said: Sequence[str]) -> int:
    """Count statements. The mall writes many rows as INSERTs of 64, 32 ... 1 of them: one that has
    fewer rows than the same INSERT had just before goes on with it, and does not count again.
    """
    rows, count = dict[str, int](), 0
    for one in said:
        found = _ROWS.search(one) if one.startswith("INSERT INTO") else None
        if found is None:
            count += 1
            continue
        insert, size = one.replace(found[0], ""), found[0].count("($1, ")
        count += size >= rows.get(insert, size)
        rows[insert] = size
    return count


async def _connect(db: Database) -> None:
    """Open connections, which ask things of their own."""
    await db.version(NOBODY)
    async with db.read(NOBODY) as read:
        await read.run(text("SELECT 1"))
