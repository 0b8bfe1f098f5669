"""The decisions of payments, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.kernel.ids import AttemptId, OrderId, RefundId, new_uuid
from mall.kernel.money import Money
from mall.payments import NotThatMuch
from mall.payments.rules import (
    Attempt,
    AttemptState,
    Book,
    Refund,
    RefundState,
    RefundTrade,
    Trade,
    again_after,
    attempt_poll_after,
    check_left,
    has_money,
    is_over,
    is_paid,
    left_of,
    moves,
    refund_moves,
    reusable,
)
from mall.payments.rules.reconciling import BillLine, Ours, days_ready, differences, span_of

_NOW = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
_ORDER = OrderId(new_uuid())


def attempt(
    state: AttemptState = "prepaid", *, asked: int = 100, paid: int | None = None
) -> Attempt:
    attempt_id = AttemptId(new_uuid())
    return Attempt(
        id=attempt_id,
        order_id=_ORDER,
        provider="p",
        out_no=attempt_id.hex.upper(),
        amount=Money(asked, "CNY"),
        subject="",
        return_url="",
        expires_at=_NOW + timedelta(minutes=1),
        state="succeeded" if paid is not None else state,
        close_asked=False,
        pay_url=None,
        reference="",
        paid=None if paid is None else Money(paid, "CNY"),
        paid_at=None,
        why="",
        tries=0,
        polls=0,
        asked_at=_NOW,
        tried_at=None,
        created_at=_NOW,
        ended_at=None,
    )


def refund(of: Attempt, minor: int, state: RefundState = "wanted") -> Refund:
    refund_id = RefundId(new_uuid())
    number, amount = refund_id.hex, Money(minor, "CNY")
    return Refund(
        refund_id, _ORDER, of.id, number, number, amount, "", state, "", "", 0, 0, _NOW, None
    )


TRADES = st.sampled_from(
    [
        Trade("open", pay_url="https://x"),
        Trade("succeeded", paid=Money(1, "CNY")),
        Trade("closed"),
        Trade("missing"),
    ]
)


@given(before=st.sampled_from(get_args(AttemptState.__value__)), said=st.lists(TRADES, max_size=6))
def test_a_success_is_believed_whenever_it_comes_and_stays(
    before: AttemptState, said: list[Trade]
) -> None:
    state: AttemptState = before
    for trade in said:
        state = moves(state, trade)
    paid = before == "succeeded" or any(trade.state == "succeeded" for trade in said)
    assert (state == "succeeded") == paid


@given(said=st.permutations([Trade("open", pay_url="x"), Trade("closed"), Trade("missing")]))
def test_an_end_is_an_end_in_whatever_order_it_is_told(said: list[Trade]) -> None:
    state: AttemptState = "created"
    for trade in said:
        state = moves(state, trade)
    assert state == "closed"


def test_an_open_trade_does_not_reopen_what_is_closing() -> None:
    assert moves("closing", Trade("open", pay_url="x")) == "closing"
    assert moves("created", Trade("open")) == "created"  # there is nowhere to pay yet


@given(
    said=st.lists(
        st.sampled_from([RefundTrade(s) for s in ("asked", "succeeded", "failed", "missing")]),
        max_size=6,
    )
)
def test_a_refund_that_succeeded_stays_so(said: list[RefundTrade]) -> None:
    state: RefundState = "unknown"
    for trade in said:
        state = refund_moves(state, trade)
    assert (state == "succeeded") == any(trade.state == "succeeded" for trade in said)


@given(
    paid=st.integers(1, 1_000),
    parts=st.lists(st.tuples(st.integers(1, 400), st.sampled_from(["wanted", "failed"]))),
)
def test_refunds_are_taken_from_what_is_left_and_never_more(
    paid: int, parts: list[tuple[int, RefundState]]
) -> None:
    source = attempt(paid=paid)
    book = Book((source,))
    for minor, state in parts:
        left = left_of(book, source)
        if minor > left:
            with pytest.raises(NotThatMuch) as refusal:
                check_left(book, source, Money(minor, "CNY"))
            assert refusal.value.left_minor == left
        else:
            check_left(book, source, Money(minor, "CNY"))
            book = replace(book, refunds=(*book.refunds, refund(source, minor, state)))
        assert 0 <= left_of(book, source) <= paid


def test_money_goes_back_from_where_it_came_only() -> None:
    much, little, open_ = attempt(paid=100), attempt(asked=100, paid=40), attempt()
    book = Book((much, little, open_))
    check_left(book, much, Money(100, "CNY"))
    for source, money in [
        (little, Money(41, "CNY")),
        (much, Money(40, "USD")),
        (open_, Money(1, "CNY")),
    ]:
        with pytest.raises(NotThatMuch):
            check_left(book, source, money)


def test_an_order_is_paid_by_the_right_amount_that_was_kept() -> None:
    right, wrong = attempt(paid=100), attempt(asked=100, paid=99)
    assert is_paid(Book((right,))) and not is_paid(Book((wrong,)))
    assert not is_paid(Book((right,), (refund(right, 100),)))
    assert is_paid(Book((right,), (refund(right, 99),)))


def test_it_is_over_when_nothing_is_open_and_nothing_was_kept() -> None:
    paid = attempt(paid=100)
    assert is_over(Book()) and is_over(Book((attempt("closed"), attempt("refused"))))
    assert not is_over(Book((attempt("closed"), attempt("closing"))))
    assert not is_over(Book((paid,))) and has_money(Book((paid,)))
    failed = Book((paid,), (refund(paid, 100, "failed"),))
    assert is_over(failed) and left_of(failed, paid) == 100


def test_an_attempt_is_used_again_only_for_the_same_and_while_it_lives() -> None:
    one = attempt("prepaid")
    book, same = Book((one,)), Money(100, "CNY")
    assert reusable(book, "p", same, _NOW) == one
    assert reusable(book, "q", same, _NOW) is None
    assert reusable(book, "p", Money(99, "CNY"), _NOW) is None
    assert reusable(book, "p", same, one.expires_at) is None
    assert reusable(Book((attempt("closing"),)), "p", same, _NOW) is None


def test_waiting_grows_and_ends_growing() -> None:
    waits = [again_after(tries) for tries in range(1, 200)]
    assert waits[0] == timedelta(seconds=2) and waits == sorted(waits)
    assert waits[-1] == timedelta(minutes=10)
    polls = [attempt_poll_after(polls) for polls in range(200)]
    assert polls == sorted(polls) and polls[-1] == timedelta(hours=1)


def test_a_bill_day_is_the_providers_day() -> None:
    begin, end = span_of(date(2027, 3, 1), "Asia/Shanghai")
    assert begin == datetime(2027, 2, 28, 16, tzinfo=UTC) and end - begin == timedelta(days=1)
    after = timedelta(minutes=10)
    assert days_ready(end + timedelta(minutes=9), "Asia/Shanghai", after)[-1] == date(2027, 2, 28)
    assert days_ready(end + after, "Asia/Shanghai", after)[-1] == date(2027, 3, 1)


def test_a_line_that_comes_twice_is_a_difference() -> None:
    span = (_NOW, _NOW + timedelta(days=1))
    line = BillLine("payment", "A", "T", Money(1, "CNY"), _NOW)
    mine = Ours("payment", "A", Money(1, "CNY"), _NOW)
    assert differences([line], [mine], span) == []
    assert [one.what for one in differences([line, line], [mine], span)] == ["twice"]
    assert [one.what for one in differences([], [mine], span)] == ["missing_there"]
    assert differences([], [replace(mine, at=span[1])], span) == []
    usd = replace(line, amount=Money(1, "USD"))
    assert [one.what for one in differences([usd], [mine], span)] == ["amount"]
