"""Asks the whole application in this process, and hears what it asks PostgreSQL."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx
from litestar import Litestar
from sqlalchemy import text

from mall.doors.front import Front
from mall.doors.house import NOBODY, House
from mall.doors.static import StaticFiles
from mall.doors.storefront import BUILT
from mall.kernel.db import Database
from mall.kernel.tests.trips import Trips

_FRAMES = ("BEGIN", "SET LOCAL", "COMMIT", "ROLLBACK")


@dataclass(frozen=True)
class Cost:
    """What an answer took."""

    status: int
    said: Sequence[str]  # statements, but for those that begin and end transactions
    body: str

    @property
    def statements(self) -> int:
        """Count what was asked."""
        return len(self.said)

    @property
    def same(self) -> int:
        """Tell how often the statement was said that was said most often."""
        return max(Counter(self.said).values())


@dataclass(frozen=True)
class Meter:
    """An application whose processes have all just been started."""

    app: Litestar
    house: House
    seen: Trips

    async def cost(
        self, host: str, verb: str, path: str, headers: Mapping[str, str], **given: Any
    ) -> Cost:
        """Ask one thing of a process that remembers nothing."""
        old = self.house
        db = Database(old.app_url, connections=4)
        self.app.state.house = House(old.settings, old.app_url, db, old.outside, old.fingerprint)
        transport = httpx.ASGITransport(cast("Any", Front(self.app, StaticFiles(BUILT))))
        try:
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as http:
                await _connect(db)
                self.seen.said.clear()
                answer = await http.request(verb, path, headers=dict(headers), **given)
                asked = [one for one in self.seen.said if not one.startswith(_FRAMES)]
                return Cost(answer.status_code, asked, answer.text)
        finally:
            await db.close()


async def _connect(db: Database) -> None:
    """Open connections, which ask things of their own."""
    await db.version(NOBODY)
    async with db.read(NOBODY) as read:
        await read.run(text("SELECT 1"))
