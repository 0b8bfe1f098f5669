"""A small door for tests: runs errands by the test's clock, and serves the room's handlers."""

from dataclasses import dataclass, field

from litestar.types import HTTPReceiveMessage
from obstore.store import MemoryStore

from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside, client
from mall.kernel.time import Instant

__all__ = ["Door", "HTTPReceiveMessage"]


@dataclass
class Door:
    """One mall at one moment."""

    db: Database
    tenant: TenantId
    now: Instant
    outside: Outside = field(
        default_factory=lambda: Outside(
            client(), MemoryStore(), Secrets(b"root of a test" * 3), {}, {}
        )
    )

    @property
    def run(self) -> RunErrand:
        """Run errands at this door's moment."""
        return RunErrand(self._run)

    async def _run(self, errand: Errand[object, object], args: Args) -> object:
        async with self.db.write(self.tenant) as tx:
            question = await errand.prepare(tx, args, self.now)
        if question is None:
            return None
        answer = await errand.call(self.outside, question)
        async with self.db.write(self.tenant) as tx:
            outcome = await errand.record(tx, question, answer, self.now)
        assert isinstance(outcome, Done)
        return outcome.value
