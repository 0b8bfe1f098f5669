"""The mall's own code under thousands of interleavings, and proof that they would find a fault."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mall import payments as paid_for
from mall.inventory import rules as stocks
from mall.kernel.ids import SkuId
from mall.orders.actions import pay as paying
from mall.orders.rules import refunding
from mall.payments import rules as payments
from mall.payments.rules import reconciling
from tests.simulation.books import plugged
from tests.simulation.running import Trace, kept, loaded, run, run_seed, shrunk, trace_of
from tests.simulation.world import setup_of

FIRST_SEED, RUNS = 1, 5_000
LOOKED_FOR_AT_MOST = 1_500
SEND_BACK = "_send_back"


@pytest.fixture(autouse=True)
def _in_memory() -> Iterator[None]:
    with plugged():
        yield


def test_thousands_of_interleavings_break_nothing() -> None:
    print(f"{RUNS} interleavings from seed {FIRST_SEED}")
    for seed in range(FIRST_SEED, FIRST_SEED + RUNS):
        why = run_seed(seed).why
        assert why is None, f"seed {seed}: {why}\n{shrunk(trace_of(seed))}"


@pytest.mark.parametrize("path", kept(), ids=lambda path: path.stem)
def test_what_was_found_once_stays_mended(path: Path) -> None:
    ended = run(loaded(path), tell=True)
    assert ended.why is None, "\n".join([*ended.told, ended.why])


def test_a_seed_means_the_same_every_time() -> None:
    for seed in range(50):
        drawn = run_seed(seed)
        again = run(Trace(seed, setup_of(seed), drawn.steps))
        assert (again.why, again.seen) == (drawn.why, drawn.seen)


def _found() -> Trace:
    for seed in range(LOOKED_FOR_AT_MOST):
        if run_seed(seed).why is not None:
            return shrunk(trace_of(seed))
    pytest.fail("nobody noticed")


def test_holds_that_forget_what_is_held_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = stocks.hold_in_turn

    def forgetful(shelves: stocks.Shelves, wants: Sequence[stocks.Want]) -> Any:
        bare = {
            sku: [msgspec.structs.replace(one, held=0) for one in row]
            for sku, row in shelves.items()
        }
        return honest(bare, wants)

    monkeypatch.setattr(stocks, "hold_in_turn", forgetful)
    found = _found()
    assert "oversold" in found.why and len(found.steps) <= 4


def test_giving_back_more_than_was_held_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = stocks.taken_back

    def generous(
        holdings: Sequence[stocks.Holding], units: Mapping[SkuId, int] | None
    ) -> list[stocks.Holding]:
        return honest(holdings, None)

    monkeypatch.setattr(stocks, "taken_back", generous)
    assert len(_found().steps) <= 10


def test_a_refund_without_telescoping_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def rounded(minor: int, quantity: int, done: int, more: int) -> int:
        return round(minor / quantity) * more

    monkeypatch.setattr(refunding, "telescoped", rounded)
    found = _found()
    assert "back" in found.why and len(found.steps) <= 12


def test_a_second_payment_that_is_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = getattr(paying, SEND_BACK)

    async def keep_it(tx: Any, order: Any, attempt: Any, paid: Any, why: str, **how: Any) -> None:
        if why != "second_payment":
            await honest(tx, order, attempt, paid, why, **how)

    monkeypatch.setattr(paying, SEND_BACK, keep_it)
    found = _found()
    assert "should be kept" in found.why and len(found.steps) <= 14


def test_a_closed_attempt_that_hides_its_payment_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = payments.moves

    def deaf(before: payments.AttemptState, trade: payments.Trade) -> payments.AttemptState:
        return before if before == "closed" else honest(before, trade)

    monkeypatch.setattr(payments, "moves", deaf)
    assert len(_found().steps) <= 14


def test_cancelling_before_the_provider_has_closed_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def at_once(*args: Any, **how: Any) -> bool:
        return True

    monkeypatch.setattr(paid_for, "ask_close", at_once)
    found = _found()
    assert "could be paid" in found.why and len(found.steps) <= 5


def test_cancelling_over_money_that_is_here_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(book: payments.Book) -> bool:
        return False

    monkeypatch.setattr(payments, "has_money", never)
    found = _found()
    assert "nobody sends back" in found.why and len(found.steps) <= 10


def test_a_bill_that_nobody_compares_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*args: Any) -> list[reconciling.Difference]:
        return []

    monkeypatch.setattr(reconciling, "differences", nobody)
    found = _found()
    assert "should be kept" in found.why and len(found.steps) <= 14


def test_a_success_that_a_later_word_takes_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = payments.refund_moves

    def forgetful(
        before: payments.RefundState, trade: payments.RefundTrade
    ) -> payments.RefundState:
        return "asked" if trade.state == "asked" else honest(before, trade)

    monkeypatch.setattr(payments, "refund_moves", forgetful)
    assert len(_found().steps) <= 16
