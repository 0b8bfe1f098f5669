"""Questions about payments."""

from collections.abc import Mapping, Sequence

from mall.kernel.db import Read
from mall.kernel.ids import AttemptId, OrderId
from mall.kernel.problems import Nothing
from mall.payments import rules, store
from mall.payments.port import Provider
from mall.payments.providers import load_providers
from mall.payments.rules import Attempt, Refund
from mall.payments.rules.reconciling import Discrepancy
from mall.payments.store import After


async def attempt(read: Read, attempt_id: AttemptId) -> Attempt:
    """Show one attempt. Raises Nothing."""
    found = await store.attempt(read, attempt_id)
    if found is None:
        raise Nothing("payment")
    return found


async def is_kept(read: Read, attempt_id: AttemptId) -> bool:
    """Tell whether an attempt has brought money that nobody has asked to send back. Raises
    Nothing."""
    one = await attempt(read, attempt_id)
    book = await store.book(read, one.order_id)
    return rules.left_of(book, one, failed_counts=True) > 0


async def attempts(read: Read, order_id: OrderId) -> tuple[Attempt, ...]:
    """List the attempts of an order, the oldest first."""
    return (await store.book(read, order_id)).attempts


async def refunds(read: Read, order_id: OrderId) -> tuple[Refund, ...]:
    """List the refunds of an order, the oldest first."""
    return (await store.book(read, order_id)).refunds


def providers(currency: str, *, demo: bool) -> Mapping[str, Provider]:
    """Give the ways to pay in a currency; those that move no real money in a demo only."""
    return {
        code: provider
        for code, provider in load_providers().items()
        if currency in provider.currencies and (demo or not provider.demo)
    }


async def list_attempts(
    read: Read, states: Sequence[str] | None, after: After, limit: int
) -> list[Attempt]:
    """List attempts of the mall, the newest first; ``states`` None: all."""
    return await store.list_attempts(read, states, after, limit)


async def list_refunds(
    read: Read, states: Sequence[str] | None, after: After, limit: int
) -> list[Refund]:
    """List refunds of the mall, the newest first; ``states`` None: all."""
    return await store.list_refunds(read, states, after, limit)


async def discrepancies(
    read: Read, *, open_only: bool = True, after: After = None, limit: int = 50
) -> list[Discrepancy]:
    """List differences between bills and our records, the newest first."""
    return await store.list_discrepancies(read, open_only=open_only, after=after, limit=limit)
