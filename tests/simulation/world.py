"""A small mall with its shoppers, shelves and clock; jobs wait until the scheduler picks them."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal, cast
from uuid import UUID

import msgspec

from mall.checkout import Offer
from mall.fulfilment import FreightTemplate, Tariff
from mall.inventory.rules import Stock
from mall.kernel.errands import Again, Args, Errand
from mall.kernel.events import Event
from mall.kernel.ids import FreightTemplateId, LocationId, OrderId, ProductId, ShopperId, SkuId
from mall.kernel.problems import Problem
from mall.kernel.time import Instant
from mall.orders import ShipTo, reactions
from mall.orders.rules import Order
from mall.payments import PaymentClosed, PaymentSucceeded, RefundFailed, RefundSucceeded
from mall.payments.rules import Answer, Ok
from tests.simulation.books import begin_ids
from tests.simulation.memory import Memory, Moment
from tests.simulation.provider import Bank, Fault

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
SHOPPERS = tuple(ShopperId(UUID(int=0x100 + n)) for n in range(3))
PLACES = tuple(LocationId(UUID(int=0x200 + n)) for n in range(2))
SKUS = tuple(SkuId(UUID(int=0x300 + n)) for n in range(3))
SHIP_TO = ShipTo("王芳", "+8613800000000", "440305", ("广东省", "深圳市", "南山区"), "1")
ORDERS_AT_MOST = 4

_HEARD: dict[type[Event], Callable[[Any, Any], Awaitable[None]]] = {
    PaymentSucceeded: reactions.take_payment,
    PaymentClosed: reactions.end_cancelled,
    RefundSucceeded: reactions.note_refund,
    RefundFailed: reactions.note_failed_refund,
}


class Broken(AssertionError):
    """What must never happen has happened."""


@dataclass(eq=False)
class Job:
    """Something that a worker has to do. A crash leads back to its first step."""

    what: Errand[Any, Any] | Event
    args: Args
    due: Instant
    question: Any = None
    answer: Any = None

    @property
    def name(self) -> str:
        """Say what it is."""
        return self.what.name


@dataclass
class World:
    """The mall, its provider and what is on its way between them."""

    memory: Memory
    bank: Bank = field(default_factory=Bank)
    now: Instant = START
    jobs: list[Job] = field(default_factory=list[Job])
    seen: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    counted: int = 0  # units that came or went by hand
    initial: int = 0
    changed: set[int] = field(default_factory=set[int])  # tables since somebody looked, by id

    def transact(self, action: Callable[[Moment], Awaitable[Any]], *, crash: bool = False) -> Any:
        """Run one action as a transaction; ``crash``: it dies before the commit."""
        tx = Moment(self.memory)
        try:
            value = finished(action(tx))
        except Problem:
            self.memory.roll_back()
            raise
        if crash:
            self.memory.roll_back()
            return None
        self.changed.update(id(table) for table, _, _ in self.memory.undo)
        self.memory.undo.clear()
        for errand, args, after in tx.sent:
            self.jobs.append(Job(errand, args, self.now + (after or timedelta())))
        for event in tx.said:
            if type(event) in _HEARD:
                self.jobs.append(Job(event, {}, self.now))
        return value

    def attempted(self, action: Callable[[Moment], Awaitable[Any]]) -> Problem | None:
        """Run an action that somebody asks for; a refusal is an answer too."""
        try:
            self.transact(action)
        except Problem as refusal:
            return refusal
        return None

    def orders(self) -> list[Order]:
        """List the orders, the oldest first."""
        return list(self.memory.orders.values())

    def due_jobs(self) -> list[Job]:
        """List what a worker could do now."""
        return [job for job in self.jobs if job.due <= self.now]

    def work(self, job: Job, *, fault: Fault = "", crash: bool = False, twice: bool = False) -> str:
        """Take a job one step further; ``twice``: the worker dies between commit and its end."""
        if isinstance(job.what, Event):
            return self._hear(job, job.what, crash=crash, twice=twice)
        errand = job.what
        if job.question is None:
            asked = self.transact(lambda tx: errand.prepare(tx, job.args, self.now), crash=crash)
            if crash:
                return "dies before it asks"
            if asked is None:
                self.jobs.remove(job)
                return "has nothing to ask"
            job.question = asked
            return "is about to ask"
        if job.answer is None:
            self.bank.fault = fault
            job.answer = finished(errand.call(cast(Any, self.bank), job.question))
            self.bank.fault = ""
            return f"is told {job.answer}"
        question, answer = job.question, job.answer
        if not crash:
            self._note_word(question, answer)
        done = self.transact(lambda tx: errand.record(tx, question, answer, self.now), crash=crash)
        job.question = job.answer = None
        if crash or twice:
            return "dies with the answer in its hands" if crash else "dies after it has recorded"
        if isinstance(done, Again):
            job.due = self.now + done.after
            return f"will try again in {done.after}"
        self.jobs.remove(job)
        return "has recorded it"

    def _hear(self, job: Job, event: Event, *, crash: bool, twice: bool) -> str:
        order_id = getattr(event, "order_id")  # noqa: B009 - not every event has one
        if not crash:
            self.saw_order(order_id, event.name.removesuffix(".v1"))
        self.transact(lambda tx: _HEARD[type(event)](tx, event), crash=crash)
        if not crash and not twice:
            self.jobs.remove(job)
        return "dies" if crash else "is heard, and will be again" if twice else "is heard"

    def _note_word(self, question: Any, answer: Answer[Any]) -> None:
        if isinstance(answer, Ok):
            word = str(getattr(answer.value, "state", "bill"))
        else:
            word = type(answer).__name__.lower()
        for kind in ("attempt", "refund"):
            found = getattr(question, f"{kind}_id", None)
            if found is not None:
                self.saw_word(kind, found, word)

    def saw_order(self, order_id: OrderId, event: str) -> None:
        """Count what hits an order in its state."""
        order = self.memory.orders[order_id]
        state = "closing" if order.closing and order.state == "unpaid" else order.state
        self.seen["order", state, event] += 1

    def saw_word(self, kind: str, key: UUID | str, word: str) -> None:
        """Count what a provider says of an attempt or a refund in its state."""
        order_id = self.memory.order_of.get(key)
        if order_id is None:
            return
        book = self.memory.books[order_id]
        for one in book.attempts if kind == "attempt" else book.refunds:
            if key in (one.id, one.out_no):
                self.seen[kind, one.state, word] += 1


def finished(coroutine: Awaitable[Any]) -> Any:
    """Run a coroutine that never waits."""
    try:
        cast(Any, coroutine).send(None)
    except StopIteration as end:
        return end.value
    raise Broken("something waited")


class Setup(msgspec.Struct, frozen=True):
    """How a world begins: by SKU, and by SKU and place."""

    prices_minor: tuple[int, ...]
    grams: tuple[int, ...]
    by_weight: tuple[bool, ...]
    fees_minor: tuple[int, int, int]  # first piece, further pieces, first half kilogram
    stock: tuple[int, ...]
    safety: tuple[int, ...]


def setup_of(seed: int) -> Setup:
    """Draw a mall with few goods and odd prices."""
    random = Random(seed)
    most, shelves = random.choice((2, 5, 12)), range(len(SKUS) * len(PLACES))
    return Setup(
        prices_minor=tuple(random.choice((0, 1, 3, 99, 1000, 3333)) for _ in SKUS),
        grams=tuple(random.choice((0, 1, 333, 1000)) for _ in SKUS),
        by_weight=tuple(random.random() < 0.5 for _ in SKUS),
        fees_minor=(
            random.choice((0, 1, 700)),
            random.choice((0, 100)),
            random.choice((0, 800)),
        ),
        stock=tuple(random.randrange(most) for _ in shelves),
        safety=tuple(random.choice((0, 0, 0, 1)) for _ in shelves),
    )


def new_world(setup: Setup) -> World:
    """Open a mall."""
    begin_ids()
    first, more, heavy = setup.fees_minor
    parcels, by_weight = _template("pieces", first, more), _template("weight", heavy, 7)
    offers = {
        sku: Offer(
            sku_id=sku,
            product_id=ProductId(UUID(int=0x500 + n)),
            slug=f"p{n}",
            title={"zh-CN": "货", "en": "goods"},
            options={},
            image=None,
            weight_grams=setup.grams[n],
            freight=by_weight if setup.by_weight[n] else parcels,
            price_minor=setup.prices_minor[n],
            compare_at_minor=None,
        )
        for n, sku in enumerate(SKUS)
    }
    shelves = [(sku, place) for sku in SKUS for place in PLACES]
    stock = {
        key: Stock(*key, setup.stock[n], 0, 0, setup.safety[n]) for n, key in enumerate(shelves)
    }
    world = World(Memory(offers, PLACES, stock))
    world.initial = sum(setup.stock)
    return world


def _template(measure: Literal["pieces", "weight"], first: int, step: int) -> FreightTemplate:
    template_id = FreightTemplateId(UUID(int=0x400 + (measure == "weight")))
    units = 1 if measure == "pieces" else 500
    tariff = Tariff((), units, first, units, step)
    return FreightTemplate(template_id, {"en": "freight"}, measure, (tariff,))
