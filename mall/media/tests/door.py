"""A small door for tests: runs errands by the test's clock, and serves the room's handlers."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

import httpx
import obstore
from litestar import Litestar, Response
from litestar.di import Provide
from litestar.testing import AsyncTestClient
from obstore.store import MemoryStore

from mall.kernel.audit import Actor
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database, Read, Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.outside import Outside
from mall.kernel.problems import Problem
from mall.kernel.time import Instant
from mall.media.console_api import HANDLERS
from mall.tenants import Tenant

CLERK = Actor("staff", new_uuid(), "小周")


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Door:
    """One mall at one moment, with a store of its own."""

    db: Database
    tenant: TenantId
    now: Instant
    outside: Outside = field(
        default_factory=lambda: Outside(
            httpx.AsyncClient(trust_env=False), MemoryStore(), Secrets(b"root" * 8), {}, {}
        )
    )
    killed_before_record: bool = False

    def of(self, tenant: TenantId) -> "Door":
        """Open the door of another mall in the same process."""
        return replace(self, tenant=tenant)

    @property
    def run(self) -> RunErrand:
        """Run errands at this door's moment."""
        return RunErrand(self._run)

    async def _run(self, errand: Errand[object, object], args: Args) -> object:
        async with self.db.write(self.tenant) as tx:
            question = await errand.prepare(tx, args, self.now)
        assert question is not None
        answer = await errand.call(self.outside, question)
        if self.killed_before_record:
            raise Killed
        async with self.db.write(self.tenant) as tx:
            outcome = await errand.record(tx, question, answer, self.now)
        assert isinstance(outcome, Done)
        return outcome.value

    def files(self) -> list[str]:
        """List the paths of everything in the store."""
        listed = self.outside.files.list()  # pyright: ignore[reportUnknownMemberType] - of Arrow
        return sorted(one["path"] for some in listed for one in some)

    def file(self, path: str) -> bytes:
        """Read a file of the store."""
        return bytes(obstore.get(self.outside.files, path).bytes())

    def client(self, mall: Tenant) -> AsyncTestClient[Litestar]:
        """Serve the room's handlers as the console's door does."""

        async def give_read() -> AsyncGenerator[Read]:
            async with self.db.read(self.tenant) as read:
                yield read

        async def give_tx() -> AsyncGenerator[Tx]:
            async with self.db.write(self.tenant) as tx:
                yield tx

        given = {
            "read": Provide(give_read),
            "tx": Provide(give_tx),
            "run_errand": Provide(lambda: self.run, sync_to_thread=False),
            "outside": Provide(lambda: self.outside, sync_to_thread=False),
            "now": Provide(lambda: self.now, sync_to_thread=False),
            "actor": Provide(lambda: CLERK, sync_to_thread=False),
            "tenant": Provide(lambda: mall, sync_to_thread=False),
        }
        app = Litestar(
            list(HANDLERS), dependencies=given, exception_handlers={Problem: _told}, debug=True
        )
        return AsyncTestClient(app)


def _told(_: object, problem: Problem) -> Response[dict[str, object]]:
    return Response({"code": problem.code, **problem.fields()}, status_code=problem.status)
