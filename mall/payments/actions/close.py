"""Making sure that nothing can be paid any more."""

from collections.abc import Sequence

from mall.kernel.db import Tx
from mall.kernel.ids import OrderId
from mall.kernel.time import Instant
from mall.payments import errands, rules, store
from mall.payments.events import PaymentClosed
from mall.payments.rules import Attempt


async def ask_close(tx: Tx, *, order_id: OrderId, now: Instant) -> bool:
    """Close every way to pay an order.

    True: nothing is open and no money is here; the order may end at once. False: PaymentClosed
    or PaymentSucceeded will be announced. A repeated call changes nothing.
    """
    book = await store.lock_book(tx, order_id)
    _, heard = rules.parted(book.attempts)
    await close_attempts(tx, book.attempts, now=now)
    if not heard and not rules.has_money(book):
        return True
    await store.want_close(tx, order_id, True)
    return False


async def close_attempts(tx: Tx, attempts: Sequence[Attempt], *, now: Instant) -> None:
    """Close those that are open: at once when their provider has never heard of them."""
    unheard, heard = rules.parted(attempts)
    for one in unheard:
        values = {"state": "closed", "ended_at": now, "next_poll_at": None}
        await store.change_attempt(tx, one.id, one.state, **values)
    for one in heard:
        if one.state == "closing":
            continue
        soon = now + rules.attempt_poll_after(0)
        values = {"state": "closing", "next_poll_at": soon, "polls": 0, "tried_at": now}
        await store.change_attempt(tx, one.id, one.state, **values)
        await tx.send(errands.CLOSE, {"attempt": one.id})


async def say_if_over(tx: Tx, order_id: OrderId, *, now: Instant) -> None:
    """Announce that nothing can be paid any more, once, if the order asked to hear it."""
    book = await store.book(tx, order_id)
    if rules.is_over(book) and any(one.close_asked for one in book.attempts):
        await store.want_close(tx, order_id, False)
        await tx.announce(PaymentClosed(order_id, now))
