"""A small door and worker for tests: runs what was sent, by the test's clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from obstore.store import MemoryStore
from sqlalchemy import text

from mall.kernel import jobs
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.errands import Again, Args, Done, Errand, RunErrand, errand_named
from mall.kernel.events import Event, hearing_named, unpacked
from mall.kernel.ids import AttemptId, OrderId, RefundId, TenantId, new_uuid
from mall.kernel.money import Money
from mall.kernel.outside import Outside, client
from mall.kernel.sweeps import Sweep, all_sweeps
from mall.kernel.time import Instant
from mall.payments import ask_close, ask_refund, start_attempt
from mall.payments.errands import PREPAY, QUERY
from mall.payments.rules import Book
from mall.payments.store import book

_TAKE = text(
    "DELETE FROM procrastinate.procrastinate_jobs WHERE status = 'todo' AND args->>'tenant' = :t "
    "RETURNING id, task_name, args"
)

ROOT = b"root of a test" * 3


def outside_of(settings: Mapping[str, str]) -> Outside:
    """Make an outside whose providers live where ``settings`` say."""
    return Outside(client(), MemoryStore(), Secrets(ROOT), settings, {})


@dataclass
class Door:
    """One mall, its order, and everything that was announced about it."""

    db: Database
    tenant: TenantId
    now: Instant
    outside: Outside = field(default_factory=lambda: outside_of({}))
    provider: str = "demo_pay"
    host: str = "demo.localhost:8000"
    order: OrderId = field(default_factory=lambda: OrderId(new_uuid()))
    events: list[Event] = field(default_factory=list[Event])
    waiting: list[tuple[Errand[Any, Any], Args]] = field(
        default_factory=list[tuple[Errand[Any, Any], Args]]
    )

    @property
    def run_errand(self) -> RunErrand:
        """Run errands as a request would."""

        async def run(errand: Errand[Any, Any], args: Args) -> Any:
            outcome = await self.run(errand, args)
            return outcome.value if isinstance(outcome, Done) else None

        return RunErrand(run)

    async def run(self, errand: Errand[Any, Any], args: Args) -> Done | Again:
        """Run one errand at this moment. ``Again`` is not sent: the test decides."""
        async with self.db.write(self.tenant) as tx:
            question = await errand.prepare(tx, args, self.now)
        if question is None:
            return Done()
        answer = await errand.call(self.outside, question)
        async with self.db.write(self.tenant) as tx:
            return await errand.record(tx, question, answer, self.now)

    async def sent(self) -> list[tuple[Errand[Any, Any], Args]]:
        """Take every errand that was sent; deliveries go to ``events``."""
        async with self.db.write(self.tenant) as tx:
            found = await tx.run(_TAKE, {"t": str(self.tenant)})
            rows = sorted(found, key=lambda row: row.id)
        taken = list[tuple[Errand[Any, Any], Args]]()
        for row in rows:
            if row.task_name == jobs.DELIVER:
                hearing = hearing_named(row.args["hearing"])
                if hearing is not None and hearing.name.startswith("orders."):
                    self.events.append(unpacked(hearing.kind, row.args["body"]))
                continue
            errand = errand_named(row.args["errand"])
            assert errand is not None
            taken.append((errand, row.args["args"]))
        return taken

    async def work(self, *, rounds: int = 20) -> None:
        """Run what was sent, and what that sends, until nothing is left. Again waits for later."""
        for _ in range(rounds):
            taken = await self.sent()
            if not taken:
                return
            for errand, args in taken:
                if isinstance(await self.run(errand, args), Again):
                    self.waiting.append((errand, args))
        raise AssertionError("errands send errands without end")

    async def work_later(self, seconds: float = 700) -> None:
        """Let time pass, then run what waited and what is sent."""
        self.now += timedelta(seconds=seconds)
        waited, self.waiting = self.waiting, []
        for errand, args in waited:
            if isinstance(await self.run(errand, args), Again):
                self.waiting.append((errand, args))
        await self.work()

    async def sweep(self, name: str) -> None:
        """Make one round, then run what it sends."""
        one: Sweep = next(one for one in all_sweeps() if one.name == name)
        async with self.db.write(self.tenant) as tx:
            await one.run(tx, self.now)
        await self.work()

    async def start(self, minor: int = 12_900, *, minutes: int = 30) -> AttemptId:
        """Begin to pay the order; its provider hears of it when there is work done."""
        async with self.db.write(self.tenant) as tx:
            attempt_id = await start_attempt(
                tx,
                order_id=self.order,
                amount=Money(minor, "CNY"),
                provider=self.provider,
                subject="2027030100000001",
                expires_at=self.now + timedelta(minutes=minutes),
                return_url=f"http://{self.host}/orders/1",
                now=self.now,
            )
            await tx.send(PREPAY, {"attempt": attempt_id})
        return attempt_id

    async def prepay(self, attempt_id: AttemptId) -> None:
        """Tell the provider of an attempt."""
        await self.run(PREPAY, {"attempt": attempt_id})

    async def query(self, attempt_id: AttemptId) -> None:
        """Ask the provider what has become of an attempt."""
        await self.run(QUERY, {"attempt": attempt_id})

    async def close(self) -> bool:
        """Ask to close the order's payments."""
        async with self.db.write(self.tenant) as tx:
            return await ask_close(tx, order_id=self.order, now=self.now)

    async def refund(self, minor: int, key: str = "r") -> RefundId:
        """Ask for money of the first payment back."""
        source = next(one for one in (await self.book()).attempts if one.paid is not None)
        async with self.db.write(self.tenant) as tx:
            return await ask_refund(
                tx,
                order_id=self.order,
                attempt_id=source.id,
                amount=Money(minor, "CNY"),
                reason="test",
                key=key,
                now=self.now,
            )

    async def book(self) -> Book:
        """Load all payments of the order."""
        async with self.db.read(self.tenant) as read:
            return await book(read, self.order)

    async def states(self) -> list[str]:
        """List the states of the attempts, the oldest first."""
        return [one.state for one in (await self.book()).attempts]

    @property
    def heard(self) -> list[str]:
        """Name what orders heard, the oldest first."""
        return [type(event).__name__ for event in self.events]
