"""The stores of the rooms without SQL: dictionaries of the same values, with an undo log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast
from uuid import UUID

from mall.checkout import Offer
from mall.fulfilment import Parcel
from mall.inventory.rules import Holding, Movement, Stock
from mall.kernel.db import Tx
from mall.kernel.errands import Args, Errand
from mall.kernel.events import Event
from mall.kernel.ids import (
    LocationId,
    OrderId,
    ShopperId,
    SkuId,
    TenantId,
)
from mall.kernel.time import Instant
from mall.orders.rules import Happening, Known, Line, NewOrder, Order
from mall.orders.store import Refund as OrderRefund
from mall.payments.rules import Book, Notice

TENANT = TenantId(UUID(int=1))
_GONE = object()


@dataclass
class Memory:
    """Everything that the mall has stored."""

    offers: dict[SkuId, Offer]
    places: tuple[LocationId, ...]  # the preferred first; all sell online
    stock: dict[tuple[SkuId, LocationId], Stock]
    holdings: dict[tuple[OrderId, SkuId, LocationId], Holding] = field(
        default_factory=dict[tuple[OrderId, SkuId, LocationId], Holding]
    )
    moved: dict[tuple[str, str, UUID], tuple[Movement, ...]] = field(
        default_factory=dict[tuple[str, str, UUID], tuple[Movement, ...]]
    )
    orders: dict[OrderId, Order] = field(default_factory=dict[OrderId, Order])
    keys: dict[tuple[ShopperId, str], Known] = field(
        default_factory=dict[tuple[ShopperId, str], Known]
    )
    timeline: dict[OrderId, tuple[Happening, ...]] = field(
        default_factory=dict[OrderId, tuple[Happening, ...]]
    )
    refunds: dict[UUID, OrderRefund] = field(default_factory=dict[UUID, OrderRefund])
    parcels: dict[OrderId, tuple[Parcel, ...]] = field(
        default_factory=dict[OrderId, tuple[Parcel, ...]]
    )
    books: dict[OrderId, Book] = field(default_factory=dict[OrderId, Book])
    order_of: dict[UUID | str, OrderId] = field(
        default_factory=dict[UUID | str, OrderId]
    )  # attempts, refunds, numbers
    polls: dict[UUID, Instant | None] = field(
        default_factory=dict[UUID, Instant | None]
    )  # when to ask about them next
    notices: dict[str, Notice] = field(default_factory=dict[str, Notice])
    bills: dict[tuple[str, date], int] = field(default_factory=dict[tuple[str, date], int])
    unsettled: dict[tuple[str, str, str], bool] = field(  # differences to bills; False: settled
        default_factory=dict[tuple[str, str, str], bool]
    )
    undo: list[tuple[dict[Any, Any], Any, Any]] = field(
        default_factory=list[tuple[dict[Any, Any], Any, Any]]
    )

    def put[Key, Value](self, table: dict[Key, Value], key: Key, value: Value) -> None:
        """Store one value."""
        self.undo.append((table, key, table.get(key, _GONE)))
        table[key] = value

    def drop[Key, Value](self, table: dict[Key, Value], key: Key) -> None:
        """Delete one value."""
        self.undo.append((table, key, table.pop(key)))

    def roll_back(self) -> None:
        """Undo everything since the last commit."""
        for table, key, before in reversed(self.undo):
            if before is _GONE:
                table.pop(key, None)
            else:
                table[key] = before
        self.undo.clear()


class Moment(Tx):
    """A transaction in memory. What it sends and announces counts when it is committed."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.tenant_id = TENANT
        self.trusts = False
        self.sent: list[tuple[Errand[Any, Any], Args, Any]] = []
        self.said: list[Event] = []

    async def send(
        self, errand: Errand[Any, Any], args: Args, *, after: Any = None, key: str | None = None
    ) -> None:
        """Have an errand run."""
        self.sent.append((errand, args, after))

    async def announce(self, event: Event) -> None:
        """Have an event heard."""
        self.said.append(event)

    async def lock(self, what: str, *keys: UUID) -> None:
        """Wait for nobody: transactions run one after another."""

    async def insert(self, *rows: Any, **how: Any) -> int:
        """Keep no audit."""
        return 1


def of(tx: Tx) -> Memory:
    return cast(Moment, tx).memory


async def by_keys(
    tx: Tx, keys: Sequence[tuple[ShopperId, str]]
) -> dict[tuple[ShopperId, str], Known]:
    known = of(tx).keys
    return {key: known[key] for key in keys if key in known}


def record(tx: Tx, orders: Sequence[NewOrder]) -> None:
    memory = of(tx)
    for new in orders:
        key = (new.shopper_id, new.idempotency_key)
        assert key not in memory.keys, "the unique key of the orders"
        known = Known(
            new.id, new.number, new.payable_minor, new.currency, new.pay_by, new.request_hash
        )
        memory.put(memory.keys, key, known)
        memory.put(memory.orders, new.id, _stored(new))


def _stored(new: NewOrder) -> Order:
    return Order(
        id=new.id,
        number=new.number,
        shopper_id=new.shopper_id,
        member_id=new.member_id,
        channel=new.channel,
        language=new.language,
        currency=new.currency,
        state="unpaid",
        closing=None,
        version=1,
        freight_minor=new.freight_minor,
        payable_minor=new.payable_minor,
        paid_minor=0,
        refunded_minor=0,
        ship_to=new.ship_to,
        buyer_note=new.buyer_note,
        placed_at=new.placed_at,
        pay_by=new.pay_by,
        paid_at=None,
        paid_by=None,
        shipped_at=None,
        received_at=None,
        ended_at=None,
        cancel_reason=None,
        lines=tuple(Line(line, 0, 0, 0, 0, 0, 0) for line in new.lines),
    )


async def load(tx: Tx, order_ids: Sequence[OrderId], *, lock: bool = False) -> list[Order]:
    orders = of(tx).orders
    return [orders[order_id] for order_id in order_ids if order_id in orders]


async def due(tx: Tx, what: str, before: Instant, at_most: int) -> list[OrderId]:
    state = {"pay_by": "unpaid", "shipped_at": "shipped", "received_at": "received"}[what]
    found = [
        (getattr(one, what), one.id)
        for one in of(tx).orders.values()
        if one.state == state and not (what == "pay_by" and one.closing is not None)
    ]
    return [one for at, one in sorted(found) if at <= before][:at_most]


async def change(tx: Tx, order: Order, **values: Any) -> None:
    memory = of(tx)
    now = memory.orders[order.id]
    assert (now.version, now.state) == (order.version, order.state), "changed under its lock only"
    memory.put(memory.orders, order.id, replace(now, version=order.version + 1, **values))


async def put_lines(tx: Tx, order_id: OrderId, lines: Sequence[Line]) -> None:
    memory = of(tx)
    fresh = {line.line_no: line for line in lines}
    order = memory.orders[order_id]
    kept = tuple(fresh.get(line.line_no, line) for line in order.lines)
    memory.put(memory.orders, order_id, replace(order, lines=kept))


async def happened(
    tx: Tx,
    order_id: OrderId,
    kind: str,
    *,
    actor: Any,
    before: str,
    after: str,
    note: str,
    at: Instant,
) -> None:
    memory = of(tx)
    one = Happening(at, kind, actor.kind, actor.name, before, after, note)
    memory.put(memory.timeline, order_id, (*memory.timeline.get(order_id, ()), one))


async def timeline(tx: Tx, order_id: OrderId) -> list[Happening]:
    return list(of(tx).timeline.get(order_id, ()))


async def add_order_refund(tx: Tx, refund: OrderRefund) -> None:
    memory = of(tx)
    memory.put(memory.refunds, refund.id, refund)


async def order_refunds(
    tx: Tx,
    *,
    order_id: OrderId | None = None,
    refund_id: UUID | None = None,
    lock: bool = False,
) -> list[OrderRefund]:
    return [
        one
        for one in of(tx).refunds.values()
        if order_id in (None, one.order_id) and refund_id in (None, one.id)
    ]


async def set_refund_state(tx: Tx, refund_id: UUID, state: str, *, ended_at: Any) -> None:
    memory = of(tx)
    if refund_id in memory.refunds:
        after = replace(memory.refunds[refund_id], state=state, ended_at=ended_at)
        memory.put(memory.refunds, refund_id, after)


# ---- fulfilment


async def add_parcel(tx: Tx, order_id: OrderId, parcel: Parcel) -> bool:
    memory = of(tx)
    memory.put(memory.parcels, order_id, (*memory.parcels.get(order_id, ()), parcel))
    return True


async def parcels(tx: Tx, order_ids: Sequence[OrderId]) -> Mapping[OrderId, list[Parcel]]:
    return {one: list(of(tx).parcels.get(one, ())) for one in order_ids}
