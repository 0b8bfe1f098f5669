"""The store of bills without SQL."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from mall.kernel.db import Tx
from mall.kernel.time import Instant
from mall.payments.rules.reconciling import BillLine, Difference, Ours
from tests.simulation.memory import of


async def providers_used(tx: Tx) -> list[str]:
    books = of(tx).books.values()
    return sorted({one.provider for book in books for one in book.attempts})


async def bill_is_read(tx: Tx, provider: str, day: date) -> bool:
    return (provider, day) in of(tx).bills


async def add_bill(
    tx: Tx, provider: str, day: date, lines: Sequence[BillLine], *, at: Instant
) -> bool:
    memory = of(tx)
    if (provider, day) in memory.bills:
        return False
    memory.put(memory.bills, (provider, day), len(lines))
    return True


async def ours_of(
    tx: Tx, provider: str, span: tuple[Instant, Instant], out_nos: Sequence[str]
) -> list[Ours]:
    known, named = list[Ours](), set(out_nos)
    for book in of(tx).books.values():
        for one in book.attempts:
            if one.provider == provider and (_within(one.paid_at, span) or one.out_no in named):
                known.append(Ours("payment", one.out_no, one.paid, one.paid_at))
        for back in book.refunds:
            mine = book.attempt(back.attempt_id).provider == provider
            ended = back.ended_at if back.state == "succeeded" else None
            if mine and (_within(ended, span) or back.out_no in named):
                known.append(Ours("refund", back.out_no, back.amount if ended else None, ended))
    return known


def _within(at: Instant | None, span: tuple[Instant, Instant]) -> bool:
    return at is not None and span[0] <= at < span[1]


async def add_discrepancies(
    tx: Tx, provider: str, day: date, found: Sequence[Difference], *, at: Instant
) -> None:
    memory = of(tx)
    for one in found:
        key = (one.kind, one.out_no, one.what)
        memory.put(memory.unsettled, key, memory.unsettled.get(key, True))


async def settle_unsettled(tx: Tx, kind: Any, out_no: str, *, note: str, at: Instant) -> None:
    memory = of(tx)
    key = (kind, out_no, "unsettled_here")
    if key in memory.unsettled:
        memory.put(memory.unsettled, key, False)
