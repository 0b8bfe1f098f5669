"""Writing down what providers say, once, whoever brings the word and however often."""

import logging

from mall.kernel.db import Tx
from mall.kernel.ids import AttemptId, OrderId, RefundId
from mall.kernel.time import Instant
from mall.payments import errands, rules, store
from mall.payments.actions import close
from mall.payments.events import PaymentSucceeded, RefundFailed, RefundSucceeded
from mall.payments.rules import Attempt, Notice, RefundTrade, Trade

log = logging.getLogger("mall.payments")


async def record_trade(
    tx: Tx, order_id: OrderId, attempt_id: AttemptId, trade: Trade, *, now: Instant
) -> Attempt:
    """Take note of what a provider says of an attempt; gives the attempt as it is then."""
    book = await store.lock_book(tx, order_id)
    one = book.attempt(attempt_id)
    state = rules.moves(one.state, trade)
    if state == one.state:
        if trade.state == "open" and not one.is_open and one.state != "succeeded":
            await tx.send(errands.CLOSE, {"attempt": one.id})  # it was born after its end
        return one
    if state == "succeeded":
        await _succeed(tx, one, trade, now=now)
    elif state == "closed":
        values = {"state": state, "ended_at": now, "next_poll_at": None, "pay_url": None}
        await store.change_attempt(tx, one.id, one.state, **values)
        await close.say_if_over(tx, order_id, now=now)
    else:
        values = {"state": state, "pay_url": trade.pay_url, "reference": trade.reference}
        await store.change_attempt(tx, one.id, one.state, **values)
    return (await store.book(tx, order_id)).attempt(attempt_id)


async def _succeed(tx: Tx, one: Attempt, trade: Trade, *, now: Instant) -> None:
    paid = trade.paid
    assert paid is not None, "a provider that reports a success says how much"
    paid_at = trade.paid_at or now
    await store.change_attempt(
        tx,
        one.id,
        one.state,
        state="succeeded",
        reference=trade.reference or one.reference,
        paid_minor=paid.minor,
        paid_currency=paid.currency,
        paid_at=paid_at,
        pay_url=None,
        next_poll_at=None,
        ended_at=now,
    )
    note = f"{one.provider} told later than its bill"
    await store.settle_unsettled(tx, "payment", one.out_no, note=note, at=now)
    book = await store.book(tx, one.order_id)
    await close.close_attempts(tx, book.attempts, now=now)
    await tx.announce(PaymentSucceeded(one.order_id, paid, min(paid_at, now), one.id))


async def refuse(
    tx: Tx, order_id: OrderId, attempt_id: AttemptId, why: str, *, now: Instant
) -> None:
    """Take note that a provider refuses an attempt.

    After a call without an answer the refusal proves nothing about that one: it is closed instead.
    """
    one = (await store.lock_book(tx, order_id)).attempt(attempt_id)
    if one.state != "created":
        return
    if one.tries > 1:
        await close.close_attempts(tx, [one], now=now)
        return
    values = {"state": "refused", "why": why, "ended_at": now, "next_poll_at": None}
    await store.change_attempt(tx, one.id, one.state, **values)
    await close.say_if_over(tx, order_id, now=now)


async def record_refund(
    tx: Tx,
    order_id: OrderId,
    refund_id: RefundId,
    trade: RefundTrade,
    *,
    out_no: str,
    now: Instant,
) -> None:
    """Take note of what a provider says of a refund under the number ``out_no``.

    A late word about a number that a retry has replaced says nothing of the new one.
    """
    one = (await store.lock_book(tx, order_id)).refund(refund_id)
    state = rules.refund_moves(one.state, trade)
    if state == one.state or one.out_no != out_no:
        return
    values: dict[str, object] = {"state": state, "reference": trade.reference or one.reference}
    if state == "asked":
        values |= {"next_poll_at": now + rules.refund_poll_after(0), "polls": 1}
    else:
        values |= {"ended_at": trade.ended_at or now, "next_poll_at": None, "why": trade.why}
    await store.change_refund(tx, one.id, one.state, **values)
    if state == "succeeded":
        note = "told later than the bill"
        await store.settle_unsettled(tx, "refund", one.out_no, note=note, at=now)
        at = min(trade.ended_at or now, now)
        await tx.announce(RefundSucceeded(order_id, refund_id, trade.refunded or one.amount, at))
    elif state == "failed":
        log.warning("refund %s of order %s failed: %s", one.out_no, order_id, trade.why)
        await tx.announce(RefundFailed(order_id, refund_id, now))


async def record_notice(tx: Tx, provider: str, notice: Notice, *, now: Instant) -> None:
    """Take a verified notification into the inbox and act on it. A copy changes nothing.

    Who knows a key can write any amount: one that was not asked for is not believed, but a reason
    to ask the provider, whose answer counts whatever it is.
    """
    stands = notice.stands
    if isinstance(stands, Trade):
        one = await store.attempt_numbered(tx, provider, notice.out_no)
        if one is not None and stands.paid not in {None, one.amount}:
            log.warning("%s speaks of another amount for %s", provider, notice.out_no)
            await tx.send(errands.QUERY, {"attempt": one.id})
        elif await _is_new(tx, provider, notice, known=one is not None, now=now) and one:
            await record_trade(tx, one.order_id, one.id, stands, now=now)
    else:
        back = await store.refund_numbered(tx, provider, notice.out_no)
        if back is not None and stands.refunded not in {None, back.amount}:
            log.warning("%s speaks of another amount for %s", provider, notice.out_no)
            await tx.send(errands.QUERY_REFUND, {"refund": back.id})
        elif await _is_new(tx, provider, notice, known=back is not None, now=now) and back:
            out_no = notice.out_no
            await record_refund(tx, back.order_id, back.id, stands, out_no=out_no, now=now)


async def _is_new(tx: Tx, provider: str, notice: Notice, *, known: bool, now: Instant) -> bool:
    """Put a notification into the inbox, even one about nothing ``known``. False: it is a copy."""
    is_new = await store.note_notification(tx, provider, notice, received_at=now)
    if is_new and not known:
        log.warning("%s speaks of %s, which is unknown here", provider, notice.out_no)
    return is_new
