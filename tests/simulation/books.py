"""The store of payments without SQL, and how all the stores in memory are put in place."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from logging import getLogger
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from mall.checkout import PlaceWant
from mall.kernel.db import Tx
from mall.kernel.ids import AttemptId, OrderId, RefundId
from mall.kernel.time import Instant
from mall.payments.rules import Attempt, Book, Notice, Refund
from tests.simulation import bills, provider, shelves
from tests.simulation import memory as stored
from tests.simulation.memory import of

_ids = count(1)


def begin_ids() -> None:
    """Number new things from 1 again, so that a seed means the same every time."""
    global _ids
    _ids = count(1)


def new_uuid() -> UUID:
    return UUID(int=next(_ids))


async def book(tx: Tx, order_id: OrderId) -> Book:
    return of(tx).books.get(order_id, Book())


async def attempt(tx: Tx, attempt_id: AttemptId) -> Attempt | None:
    order_id = of(tx).order_of.get(attempt_id)
    return of(tx).books[order_id].attempt(attempt_id) if order_id else None


async def refund(tx: Tx, refund_id: RefundId) -> Refund | None:
    order_id = of(tx).order_of.get(refund_id)
    return of(tx).books[order_id].refund(refund_id) if order_id else None


async def attempt_numbered(tx: Tx, provider: str, out_no: str) -> Attempt | None:
    order_id = of(tx).order_of.get(out_no)
    known = of(tx).books[order_id].attempts if order_id else ()
    return next((one for one in known if (one.provider, one.out_no) == (provider, out_no)), None)


async def refund_numbered(tx: Tx, provider: str, out_no: str) -> Refund | None:
    order_id = of(tx).order_of.get(out_no)
    known = of(tx).books[order_id].refunds if order_id else ()
    return next((one for one in known if one.out_no == out_no), None)


async def add_attempt(tx: Tx, one: Attempt, *, next_poll_at: Instant) -> None:
    memory, known = of(tx), await book(tx, one.order_id)
    after = replace(known, attempts=(*known.attempts, one))
    memory.put(memory.books, one.order_id, after)
    memory.put(memory.order_of, one.id, one.order_id)
    memory.put(memory.order_of, one.out_no, one.order_id)
    memory.put(memory.polls, one.id, next_poll_at)


async def add_refund(tx: Tx, one: Refund, *, next_poll_at: Instant) -> None:
    memory, known = of(tx), await book(tx, one.order_id)
    after = replace(known, refunds=(*known.refunds, one))
    memory.put(memory.books, one.order_id, after)
    memory.put(memory.order_of, one.id, one.order_id)
    memory.put(memory.order_of, one.out_no, one.order_id)
    memory.put(memory.polls, one.id, next_poll_at)


async def change_attempt(tx: Tx, attempt_id: AttemptId, before: str, **values: Any) -> None:
    memory = of(tx)
    order_id = memory.order_of[attempt_id]
    known = memory.books[order_id]
    was = known.attempt(attempt_id)
    assert was.state == before, "an attempt is changed under its order's lock only"
    if "next_poll_at" in values:
        memory.put(memory.polls, attempt_id, values.pop("next_poll_at"))
    if "paid_minor" in values:
        values["paid"] = provider.money(values.pop("paid_minor"), values.pop("paid_currency"))
    after = replace(was, **values)
    changed = tuple(after if one is was else one for one in known.attempts)
    memory.put(memory.books, order_id, replace(known, attempts=changed))


async def change_refund(tx: Tx, refund_id: RefundId, before: str, **values: Any) -> None:
    memory = of(tx)
    order_id = memory.order_of[refund_id]
    known = memory.books[order_id]
    was = known.refund(refund_id)
    assert was.state == before, "a refund is changed under its order's lock only"
    if "next_poll_at" in values:
        memory.put(memory.polls, refund_id, values.pop("next_poll_at"))
    after = replace(was, **values)
    changed = tuple(after if one is was else one for one in known.refunds)
    memory.put(memory.books, order_id, replace(known, refunds=changed))
    memory.put(memory.order_of, after.out_no, order_id)


async def want_close(tx: Tx, order_id: OrderId, wanted: bool) -> None:
    memory, known = of(tx), await book(tx, order_id)
    changed = tuple(replace(one, close_asked=wanted) for one in known.attempts)
    memory.put(memory.books, order_id, replace(known, attempts=changed))


async def note_notification(tx: Tx, provider: str, notice: Notice, *, received_at: Instant) -> bool:
    memory = of(tx)
    if notice.id in memory.notices:
        return False
    memory.put(memory.notices, notice.id, notice)
    return True


async def take_due_attempts(tx: Tx, now: Instant, at_most: int) -> list[Attempt]:
    polls = of(tx).polls
    return [
        one
        for book in of(tx).books.values()
        for one in book.attempts
        if (at := polls[one.id]) is not None and at <= now
    ]


async def take_due_refunds(tx: Tx, now: Instant, at_most: int) -> list[Refund]:
    polls = of(tx).polls
    return [
        one
        for book in of(tx).books.values()
        for one in book.refunds
        if (at := polls[one.id]) is not None and at <= now
    ]


async def poll_attempt_again(
    tx: Tx, attempt_id: AttemptId, at: Instant | None, *, polls: int
) -> None:
    one = await attempt(tx, attempt_id)
    assert one is not None
    await change_attempt(tx, attempt_id, one.state, next_poll_at=at, polls=polls)


async def poll_refund_again(tx: Tx, refund_id: RefundId, at: Instant, *, polls: int) -> None:
    one = await refund(tx, refund_id)
    assert one is not None
    await change_refund(tx, refund_id, one.state, next_poll_at=at, polls=polls)


async def present(tx: Tx, wants: Sequence[PlaceWant], *, look: bool) -> Any:
    """Load what is true for those who place orders, one question after another."""
    memory = of(tx)
    skus = sorted({item.sku_id for want in wants for item in want.items})
    return SimpleNamespace(
        known=await stored.by_keys(
            tx, [(want.shopper_id, want.idempotency_key) for want in wants] if look else ()
        ),
        offers=memory.offers,
        addresses={},
        in_carts=set(),
        shelves=await shelves.lock_shelves(tx, skus),
    )


async def nothing(*args: Any) -> None:
    """Stand for what this world has not: carts, the mall's own name."""


def _places() -> list[tuple[Any, str, Any]]:
    from mall import cart, orders
    from mall.checkout import actions as checkout
    from mall.fulfilment import actions as fulfilment
    from mall.fulfilment import store as fulfilment_store
    from mall.inventory import store as inventory_store
    from mall.orders import store as orders_store
    from mall.orders.actions import refund as refunding
    from mall.payments import errands, sweeps
    from mall.payments import store as payments_store
    from mall.payments.actions import refund as paying_back
    from mall.payments.actions import start

    mine = globals()
    of_inventory = (
        "lock_shelves lock_stock apply add_holdings lock_holdings set_stage take_from_holdings "
        "add_movements has_movement open_shelves"
    )
    of_orders = "by_keys record load due change put_lines happened timeline set_refund_state"
    of_bills = "providers_used bill_is_read add_bill ours_of add_discrepancies settle_unsettled"
    of_payments = (
        "book attempt refund attempt_numbered refund_numbered add_attempt add_refund "
        "change_attempt change_refund want_close note_notification take_due_attempts "
        "take_due_refunds poll_attempt_again poll_refund_again"
    )
    return [
        *((inventory_store, name, getattr(shelves, name)) for name in of_inventory.split()),
        *((orders_store, name, getattr(stored, name)) for name in of_orders.split()),
        *((payments_store, name, mine[name]) for name in of_payments.split()),
        *((payments_store, name, getattr(bills, name)) for name in of_bills.split()),
        (payments_store, "lock_book", book),
        (orders_store, "add_refund", stored.add_order_refund),
        (orders_store, "refunds", stored.order_refunds),
        (fulfilment_store, "add_parcel", stored.add_parcel),
        (fulfilment_store, "parcels", stored.parcels),
        (orders, "record", stored.record),
        (orders, "by_keys", stored.by_keys),
        (checkout, "_present", present),
        (cart, "remove_bought", nothing),
        (errands, "mine", nothing),
        (errands, "load_providers", provider.load_providers),
        (start, "load_providers", provider.load_providers),
        (sweeps, "load_providers", provider.load_providers),
        *((one, "new_uuid", new_uuid) for one in (checkout, fulfilment, refunding)),
        *((one, "new_uuid", new_uuid) for one in (paying_back, start)),
    ]


@contextmanager
def plugged() -> Generator[None]:
    """Have the rooms store in memory and ask the provider of this world, for a while."""
    places = _places()
    before = [(place, name, getattr(place, name)) for place, name, _ in places]
    log, was = getLogger("mall.payments"), getLogger("mall.payments").disabled
    log.disabled = True
    try:
        for place, name, value in places:
            setattr(place, name, value)
        yield
    finally:
        for place, name, value in before:
            setattr(place, name, value)
        log.disabled = was
