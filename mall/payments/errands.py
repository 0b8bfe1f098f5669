"""Talking with providers. Numbers are stored before they are sent: every call may be repeated."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mall.kernel.db import Tx
from mall.kernel.errands import Again, Args, Done, Errand, RunErrand
from mall.kernel.i18n import pick
from mall.kernel.ids import AttemptId, OrderId, RefundId
from mall.kernel.outside import Outside
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.payments import rules, store
from mall.payments.actions import close, reconcile, record
from mall.payments.port import BillAsk, Delivered, PrepayAsk, RefundAsk, TradeAsk
from mall.payments.providers import load_providers
from mall.payments.rules import (
    Answer,
    Attempt,
    Forged,
    Notice,
    Ok,
    Refund,
    RefundTrade,
    Rejected,
    Trade,
    Unknown,
)
from mall.payments.rules.problems import ForgedNotification
from mall.payments.rules.reconciling import BillLine
from mall.tenants import mine

log = logging.getLogger("mall.payments")
_STRANGER = "payments"


@dataclass(frozen=True, slots=True)
class AboutAttempt[Ask]:
    """A question about an attempt."""

    order_id: OrderId
    attempt_id: AttemptId
    provider: str
    tries: int
    ask: Ask


@dataclass(frozen=True, slots=True)
class AddressKnown:
    """Nothing has to be asked."""

    pay_url: str


@dataclass(frozen=True, slots=True)
class AboutRefund:
    """A question about a refund."""

    order_id: OrderId
    refund_id: RefundId
    provider: str
    tries: int
    ask: RefundAsk


@dataclass(frozen=True, slots=True)
class AboutBill:
    """A question about a day."""

    provider: str
    ask: BillAsk


@dataclass(frozen=True, slots=True)
class Arrived:
    """A notification that nobody has looked at."""

    provider: str
    delivered: Delivered


async def take_notification(
    run: RunErrand, provider: str, headers: Mapping[str, str], body: bytes
) -> None:
    """Take in what a provider says it sends. Returns when it is stored: acknowledge it then.

    ``body`` as it came, ``headers`` with names in any case. A copy changes nothing.
    Raises Nothing for an unknown provider, ForgedNotification; then nothing was stored.
    """
    plain = {name.lower(): value for name, value in headers.items()}
    await run(TAKE_NOTIFICATION, {"provider": provider, "headers": plain, "body": body})


async def prepare_prepay(
    tx: Tx, args: Args, now: Instant
) -> AboutAttempt[PrepayAsk] | AddressKnown | None:
    """Load a fresh attempt and note that its provider is going to hear of it."""
    one = await _locked(tx, args)
    if one is not None and one.state == "prepaid" and one.pay_url is not None:
        return AddressKnown(one.pay_url)
    if one is None or one.state != "created":
        return None
    if one.expires_at <= now:
        await close.close_attempts(tx, [one], now=now)
        await close.say_if_over(tx, one.order_id, now=now)
        return None
    asked_at = one.asked_at or now
    values = {"asked_at": asked_at, "tried_at": now, "tries": one.tries + 1}
    await store.change_attempt(tx, one.id, one.state, **values)
    mall = await mine(tx)
    shop = pick(mall.name, mall.language) if mall else "集市"
    ask = PrepayAsk(
        merchant=str(tx.tenant_id),
        shop=shop,
        out_no=one.out_no,
        amount=one.amount,
        subject=one.subject,
        return_url=one.return_url,
        expires_at=one.expires_at,
        asked_at=asked_at,
        now=now,
    )
    return AboutAttempt(one.order_id, one.id, one.provider, one.tries + 1, ask)


async def call_prepay(
    outside: Outside, about: AboutAttempt[PrepayAsk] | AddressKnown
) -> Answer[Trade]:
    """Ask for an address to pay at, unless it is known."""
    if isinstance(about, AddressKnown):
        return Ok(Trade("open", pay_url=about.pay_url))
    return await load_providers()[about.provider].prepay(outside, about.ask)


async def record_prepay(
    tx: Tx,
    about: AboutAttempt[PrepayAsk] | AddressKnown,
    answer: Answer[Trade],
    now: Instant,
) -> Done | Again:
    """Store the address; it is also the value of the errand."""
    if isinstance(about, AddressKnown):
        return Done(about.pay_url)
    match answer:
        case Ok(trade):
            one = await record.record_trade(tx, about.order_id, about.attempt_id, trade, now=now)
            return Done(one.pay_url)
        case Rejected(code, text):
            why = f"{code} {text}"
            await record.refuse(tx, about.order_id, about.attempt_id, why, now=now)
            return Done()
        case Unknown(why):
            log.warning("prepay of %s: %s", about.ask.out_no, why)
            return Again(rules.again_after(about.tries))


async def prepare_query(tx: Tx, args: Args, now: Instant) -> AboutAttempt[TradeAsk] | None:
    """Load an attempt that its provider may have heard of and that has not succeeded."""
    one = await store.attempt(tx, _attempt_id(args))
    if one is None or one.asked_at is None or one.state == "succeeded":
        return None
    return _about(tx, one, now)


async def call_query(outside: Outside, about: AboutAttempt[TradeAsk]) -> Answer[Trade]:
    """Ask how it stands."""
    return await load_providers()[about.provider].query(outside, about.ask)


async def record_query(
    tx: Tx, about: AboutAttempt[TradeAsk], answer: Answer[Trade], now: Instant
) -> Done:
    """Write it down; close what ran out of time. Without an answer the poller asks again."""
    if not isinstance(answer, Ok):
        return Done()
    trade = answer.value
    one = await record.record_trade(tx, about.order_id, about.attempt_id, trade, now=now)
    if one.is_open and one.expires_at <= now:
        await close.close_attempts(tx, [one], now=now)
    if one.state == "closing" and rules.chain_is_dead(one, now):
        await tx.send(CLOSE, {"attempt": one.id})
    if not one.is_open:
        await store.poll_attempt_again(tx, one.id, None, polls=0)
    return Done()


async def prepare_close(tx: Tx, args: Args, now: Instant) -> AboutAttempt[TradeAsk] | None:
    """Load an attempt that is to be closed; a closed one when it may have come to life since."""
    one = await _locked(tx, args)
    if one is None or one.asked_at is None or one.state not in {"closing", "closed", "refused"}:
        return None
    await store.change_attempt(tx, one.id, one.state, tried_at=now, tries=one.tries + 1)
    return _about(tx, one, now)


async def call_close(outside: Outside, about: AboutAttempt[TradeAsk]) -> Answer[Trade]:
    """Close it, or hear that it was paid."""
    return await load_providers()[about.provider].close(outside, about.ask)


async def record_close(
    tx: Tx, about: AboutAttempt[TradeAsk], answer: Answer[Trade], now: Instant
) -> Done | Again:
    """Believe in the end of an attempt only when its provider says so."""
    if isinstance(answer, Ok) and answer.value.state in {"closed", "succeeded"}:
        await record.record_trade(tx, about.order_id, about.attempt_id, answer.value, now=now)
        return Done()
    return Again(rules.again_after(about.tries))


async def prepare_refund(tx: Tx, args: Args, now: Instant) -> AboutRefund | None:
    """Load a refund that the provider has not taken on yet, and count the try."""
    found = await _locked_refund(tx, args)
    if found is None or found[0].state not in {"wanted", "unknown"}:
        return None
    one, attempt = found
    # Until there is an answer it is unknown: a kill after the call must not look like no call.
    polls, poll_at = 0, now + rules.again_after(one.tries + 1) + rules.refund_poll_after(2)
    values = {"state": "unknown", "tries": one.tries + 1, "polls": polls, "next_poll_at": poll_at}
    await store.change_refund(tx, one.id, one.state, **values)
    return _about_refund(tx, one, attempt, now, tries=one.tries + 1)


async def call_refund(outside: Outside, about: AboutRefund) -> Answer[RefundTrade]:
    """Ask for the money to go back."""
    return await load_providers()[about.provider].refund(outside, about.ask)


async def record_refund(
    tx: Tx, about: AboutRefund, answer: Answer[RefundTrade], now: Instant
) -> Done | Again:
    """Write down what became of it; a refusal is final after some tries."""
    trade: RefundTrade
    match answer:
        case Ok(value):
            trade = value
        case Rejected(code, text) if about.tries >= rules.REFUND_TRIES_AT_MOST:
            trade = RefundTrade("failed", why=f"{code} {text}")
        case _:
            return Again(rules.again_after(about.tries))
    await _note_refund(tx, about, trade, now)
    return Done()


async def prepare_refund_query(tx: Tx, args: Args, now: Instant) -> AboutRefund | None:
    """Load a refund whose end is not known."""
    found = await _locked_refund(tx, args)
    if found is None or found[0].state == "succeeded":
        return None
    return _about_refund(tx, *found, now, tries=found[0].tries)


async def call_refund_query(outside: Outside, about: AboutRefund) -> Answer[RefundTrade]:
    """Ask how it stands."""
    return await load_providers()[about.provider].refund_query(outside, about.ask)


async def record_refund_query(
    tx: Tx, about: AboutRefund, answer: Answer[RefundTrade], now: Instant
) -> Done:
    """Write it down. One that the provider has never heard of is asked for again."""
    if not isinstance(answer, Ok):
        return Done()
    await _note_refund(tx, about, answer.value, now)
    if answer.value.state == "missing":
        await tx.send(REFUND, {"refund": about.refund_id})
    return Done()


async def _note_refund(tx: Tx, about: AboutRefund, trade: RefundTrade, now: Instant) -> None:
    number = about.ask.out_no
    await record.record_refund(tx, about.order_id, about.refund_id, trade, out_no=number, now=now)


async def prepare_bill(tx: Tx, args: Args, now: Instant) -> AboutBill | None:
    """Ask for a day's bill unless it was read before."""
    provider, day = str(args["provider"]), date.fromisoformat(str(args["day"]))
    if await store.bill_is_read(tx, provider, day):
        return None
    return AboutBill(provider, BillAsk(str(tx.tenant_id), day, now))


async def call_bill(outside: Outside, about: AboutBill) -> Answer[tuple[BillLine, ...]]:
    """Fetch it."""
    return await load_providers()[about.provider].bill(outside, about.ask)


async def record_bill(
    tx: Tx, about: AboutBill, answer: Answer[tuple[BillLine, ...]], now: Instant
) -> Done:
    """Compare it with our records. Without an answer the reconciler asks again."""
    if isinstance(answer, Ok):
        zone = load_providers()[about.provider].time_zone
        await reconcile.record_bill(tx, about.provider, about.ask.day, zone, answer.value, now=now)
    else:
        log.warning("bill of %s, %s: %s", about.provider, about.ask.day, answer)
    return Done()


async def prepare_notification(tx: Tx, args: Args, now: Instant) -> Arrived:
    """Take it as it came. The merchant it has to speak of is the mall whose host was called."""
    provider = str(args["provider"])
    if provider not in load_providers():
        raise Nothing("provider")
    return Arrived(provider, Delivered(str(tx.tenant_id), args["headers"], args["body"], now))


async def verify_notification(outside: Outside, arrived: Arrived) -> Notice | Forged:
    """Find out whether it is genuine."""
    provider = load_providers()[arrived.provider]
    return provider.verify_notification(outside, arrived.delivered)


async def record_notification(
    tx: Tx, arrived: Arrived, answer: Notice | Forged, now: Instant
) -> Done:
    """Act on a genuine one."""
    if isinstance(answer, Forged):
        log.warning("forged notification of %s: %s", arrived.provider, answer.why)
        raise ForgedNotification
    await record.record_notice(tx, arrived.provider, answer, now=now)
    return Done()


PREPAY = Errand("payments.prepay", prepare_prepay, call_prepay, record_prepay, _STRANGER)
QUERY = Errand("payments.query", prepare_query, call_query, record_query, _STRANGER)
CLOSE = Errand("payments.close", prepare_close, call_close, record_close, _STRANGER)
REFUND = Errand("payments.refund", prepare_refund, call_refund, record_refund, _STRANGER)
QUERY_REFUND = Errand(
    "payments.query_refund", prepare_refund_query, call_refund_query, record_refund_query, _STRANGER
)
DOWNLOAD_BILL = Errand("payments.download_bill", prepare_bill, call_bill, record_bill, _STRANGER)
TAKE_NOTIFICATION = Errand(
    "payments.take_notification", prepare_notification, verify_notification, record_notification
)


def _attempt_id(args: Args) -> AttemptId:
    return AttemptId(UUID(str(args["attempt"])))


async def _locked(tx: Tx, args: Args) -> Attempt | None:
    found = await store.attempt(tx, _attempt_id(args))
    return (await store.lock_book(tx, found.order_id)).attempt(found.id) if found else None


async def _locked_refund(tx: Tx, args: Args) -> tuple[Refund, Attempt] | None:
    found = await store.refund(tx, RefundId(UUID(str(args["refund"]))))
    if found is None:
        return None
    book = await store.lock_book(tx, found.order_id)
    one = book.refund(found.id)
    return one, book.attempt(one.attempt_id)


def _about(tx: Tx, one: Attempt, now: Instant) -> AboutAttempt[TradeAsk]:
    ask = TradeAsk(str(tx.tenant_id), one.out_no, one.asked_at or now, now)
    return AboutAttempt(one.order_id, one.id, one.provider, one.tries + 1, ask)


def _about_refund(
    tx: Tx, one: Refund, attempt: Attempt, now: Instant, *, tries: int
) -> AboutRefund:
    ask = RefundAsk(
        merchant=str(tx.tenant_id),
        out_no=one.out_no,
        trade_no=attempt.out_no,
        reference=attempt.reference,
        amount=one.amount,
        paid=attempt.paid or attempt.amount,
        reason=one.reason,
        return_url=attempt.return_url,
        now=now,
    )
    return AboutRefund(one.order_id, one.id, attempt.provider, tries, ask)
