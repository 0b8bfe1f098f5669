"""Beginning to pay."""

from urllib.parse import urlsplit

from mall.kernel.db import Tx
from mall.kernel.ids import AttemptId, OrderId, new_uuid
from mall.kernel.money import Money
from mall.kernel.time import Instant
from mall.payments import rules, store
from mall.payments.actions import close
from mall.payments.providers import load_providers
from mall.payments.rules import Attempt
from mall.payments.rules.problems import AlreadyPaid, NotOffered, TooLate


async def start_attempt(
    tx: Tx,
    *,
    order_id: OrderId,
    amount: Money,
    provider: str,
    subject: str,
    expires_at: Instant,
    return_url: str,
    now: Instant,
) -> AttemptId:
    """Begin to pay an order; an attempt that still lives and asks for the same is used again.

    Attempts at another provider or of another amount are closed. ``return_url`` is absolute; the
    provider's notifications come to the same host. Whoever waits for the address to pay at runs the
    PREPAY errand at once; else the poller does. Raises NotOffered, TooLate, AlreadyPaid.
    """
    known = load_providers().get(provider)
    if known is None or amount.currency not in known.currencies:
        raise NotOffered(provider, amount.currency)
    assert urlsplit(return_url).netloc, "a provider cannot go back to a relative address"
    if expires_at <= now:
        raise TooLate
    book = await store.lock_book(tx, order_id)
    if rules.is_paid(book):
        raise AlreadyPaid
    living = rules.reusable(book, provider, amount, now)
    if living is not None:
        return living.id
    await close.close_attempts(tx, book.attempts, now=now)
    attempt_id = AttemptId(new_uuid())
    fresh = Attempt(
        id=attempt_id,
        order_id=order_id,
        provider=provider,
        out_no=attempt_id.hex.upper(),
        amount=amount,
        subject=subject,
        return_url=return_url,
        expires_at=expires_at,
        state="created",
        close_asked=False,
        pay_url=None,
        reference="",
        paid=None,
        paid_at=None,
        why="",
        tries=0,
        polls=0,
        asked_at=None,
        tried_at=None,
        created_at=now,
        ended_at=None,
    )
    await store.add_attempt(tx, fresh, next_poll_at=now + rules.attempt_poll_after(0))
    return attempt_id
