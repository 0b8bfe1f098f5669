"""Money goes back."""

from mall.kernel.audit import Actor, record
from mall.kernel.db import Tx
from mall.kernel.ids import AttemptId, OrderId, RefundId, new_uuid
from mall.kernel.money import Money
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.payments import errands, rules, store
from mall.payments.actions import close
from mall.payments.rules import Refund
from mall.payments.rules.problems import NotFailed


async def ask_refund(
    tx: Tx,
    *,
    order_id: OrderId,
    attempt_id: AttemptId,
    amount: Money,
    reason: str,
    key: str,
    now: Instant,
) -> RefundId:
    """Send money back the way it came. The same ``key`` of an order again changes nothing.

    RefundSucceeded or RefundFailed will be announced. Raises NotThatMuch.
    """
    assert amount.minor > 0, "there is nothing to send back"
    book = await store.lock_book(tx, order_id)
    for known in book.refunds:
        if known.key == key:
            return known.id
    source = book.attempt(attempt_id)
    rules.check_left(book, source, amount)
    refund_id = RefundId(new_uuid())
    fresh = Refund(
        id=refund_id,
        order_id=order_id,
        attempt_id=source.id,
        key=key,
        out_no=refund_id.hex.upper(),
        amount=amount,
        reason=reason,
        state="wanted",
        reference="",
        why="",
        tries=0,
        polls=0,
        wanted_at=now,
        ended_at=None,
    )
    await store.add_refund(tx, fresh, next_poll_at=now + rules.refund_poll_after(1))
    await tx.send(errands.REFUND, {"refund": refund_id})
    await close.say_if_over(tx, order_id, now=now)
    return refund_id


async def retry_refund(tx: Tx, refund_id: RefundId, *, actor: Actor, now: Instant) -> None:
    """Try a refund again that its provider has refused. Raises Nothing, NotFailed.

    One that the provider had taken on and then ended gets a new number there: the old is used up.
    """
    found = await store.refund(tx, refund_id)
    if found is None:
        raise Nothing("refund")
    one = (await store.lock_book(tx, found.order_id)).refund(refund_id)
    if one.state != "failed":
        raise NotFailed
    out_no = new_uuid().hex.upper() if one.reference else one.out_no
    await store.change_refund(
        tx,
        one.id,
        one.state,
        state="wanted",
        out_no=out_no,
        reference="",
        why="",
        tries=0,
        polls=0,
        next_poll_at=now + rules.refund_poll_after(1),
        ended_at=None,
    )
    await record(
        tx,
        actor,
        "payments.retry_refund",
        ("refund", refund_id),
        {"state": "failed", "why": one.why},
        {"state": "wanted"},
        now,
    )
    await tx.send(errands.REFUND, {"refund": refund_id})
