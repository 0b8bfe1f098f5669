"""Notifications: believed when they prove themselves, and once."""

import asyncio
import hmac
import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.ids import AttemptId, TenantId
from mall.kernel.money import Money
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.payments import ForgedNotification, PaymentSucceeded
from mall.payments.errands import QUERY, take_notification
from mall.payments.port import Delivered
from mall.payments.providers.demo_pay import verify_notification
from mall.payments.rules import Forged, Notice
from mall.payments.tests.door import ROOT, Door, outside_of

_NOW = datetime.fromisoformat("2027-03-01T04:00:00+00:00")
_OUTSIDE = outside_of({})


def signed(
    body: bytes, merchant: str, at: Instant, *, root: bytes = ROOT, purpose: str = "notice"
) -> dict[str, str]:
    """Sign as the protocol says, written out by hand."""
    key = hmac.digest(Secrets(root).key_for("demo_pay"), merchant.encode(), "sha256")
    stamp, nonce = str(int(at.timestamp())), "n0"
    text = f"{purpose}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
    signature = hmac.new(key, text, "sha256").hexdigest()
    return {"demo-timestamp": stamp, "demo-nonce": nonce, "demo-signature": signature}


def told(merchant: str, out_no: str, *, minor: int = 12_900, notice: str = "N1") -> bytes:
    """Write that a trade was paid."""
    trade = {
        "merchant": merchant,
        "out_trade_no": out_no,
        "trade_no": "T1",
        "state": "succeeded",
        "amount_minor": minor,
        "currency": "CNY",
        "paid_minor": minor,
        "paid_at": "2027-03-01T12:00:00+08:00",
    }
    kind = "trade.succeeded"
    return json.dumps({"id": notice, "type": kind, "merchant": merchant, "trade": trade}).encode()


@pytest.fixture
def mall(db: Database, tenant: TenantId, now: Instant) -> Door:
    return Door(db, tenant, now, provider="demo_pay")


async def asked(mall: Door) -> tuple[AttemptId, str]:
    """Begin to pay; gives the attempt and its number."""
    attempt_id = await mall.start()
    return attempt_id, (await mall.book()).attempt(attempt_id).out_no


async def take(mall: Door, body: bytes, headers: dict[str, str]) -> None:
    shouted = {name.title(): value for name, value in headers.items()}
    await take_notification(mall.run_errand, "demo_pay", shouted, body)


async def test_a_notification_before_the_prepay_answer_counts(mall: Door) -> None:
    attempt_id, out_no = await asked(mall)
    body = told(str(mall.tenant), out_no)

    await take(mall, body, signed(body, str(mall.tenant), mall.now))
    await mall.sent()

    paid = Money(12_900, "CNY")
    assert mall.events == [PaymentSucceeded(mall.order, paid, mall.now, attempt_id)]


async def test_fifty_copies_at_once_and_ten_later_count_once(mall: Door) -> None:
    _, out_no = await asked(mall)
    body = told(str(mall.tenant), out_no)
    headers = signed(body, str(mall.tenant), mall.now)

    await asyncio.gather(*(take(mall, body, headers) for _ in range(50)))
    for number in range(10):
        again = told(str(mall.tenant), out_no, notice=f"N{number}")
        await take(mall, again, signed(again, str(mall.tenant), mall.now))
    await mall.sent()

    assert mall.heard == ["PaymentSucceeded"]


async def test_an_amount_that_was_not_asked_for_is_a_reason_to_ask_and_changes_nothing(
    mall: Door,
) -> None:
    attempt_id, out_no = await asked(mall)
    await mall.sent()
    body = told(str(mall.tenant), out_no, minor=1)

    await take(mall, body, signed(body, str(mall.tenant), mall.now))

    assert await mall.sent() == [(QUERY, {"attempt": str(attempt_id)})]
    assert await mall.states() == ["created"] and mall.events == []


async def test_a_number_that_is_unknown_here_is_kept_and_changes_nothing(mall: Door) -> None:
    body = told(str(mall.tenant), "STRANGER")
    await take(mall, body, signed(body, str(mall.tenant), mall.now))
    assert await mall.sent() == [] and mall.events == []


@pytest.mark.parametrize(
    "how", ["no key", "other mall", "other purpose", "old", "early", "changed", "unsigned", "huge"]
)
async def test_forged_notifications_change_nothing(mall: Door, how: str) -> None:
    _, out_no = await asked(mall)
    me = str(mall.tenant)
    body = told(me, out_no)
    headers = signed(body, me, mall.now)
    if how == "no key":
        headers = signed(body, me, mall.now, root=b"somebody else" * 3)
    elif how == "other mall":
        headers = signed(body, "another merchant", mall.now)
    elif how == "other purpose":
        headers = signed(body, me, mall.now, purpose="answer")
    elif how == "old":
        headers = signed(body, me, mall.now - timedelta(seconds=301))
    elif how == "early":
        headers = signed(body, me, mall.now + timedelta(seconds=301))
    elif how == "changed":
        body = body.replace(b"12900", b"12901")
    elif how == "unsigned":
        headers = {}
    else:
        body += b" " * 64_000
        headers = signed(body, me, mall.now)

    with pytest.raises(ForgedNotification) as refusal:
        await take(mall, body, headers)

    assert refusal.value.status == 401
    await mall.sent()
    assert await mall.states() == ["created"] and mall.events == []


async def test_a_signed_notification_about_another_mall_is_refused(mall: Door) -> None:
    body = told("another merchant", "N")
    with pytest.raises(ForgedNotification):
        await take(mall, body, signed(body, str(mall.tenant), mall.now))


async def test_a_provider_that_does_not_exist_is_not_found(mall: Door) -> None:
    with pytest.raises(Nothing):
        await take_notification(mall.run_errand, "nobody", {}, b"{}")


def _judge(body: bytes, headers: dict[str, str]) -> Notice | Forged:
    return verify_notification(_OUTSIDE, Delivered("m1", headers, body, _NOW))


def test_a_genuine_notification_is_read_as_it_is() -> None:
    body = told("m1", "A1")
    judged = _judge(body, signed(body, "m1", _NOW))
    assert isinstance(judged, Notice) and (judged.id, judged.out_no) == ("N1", "A1")


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_every_flipped_bit_of_a_body_is_noticed(place: int, bit: int) -> None:
    body = bytearray(told("m1", "A1"))
    headers = signed(bytes(body), "m1", _NOW)
    body[place % len(body)] ^= 1 << bit
    assert isinstance(_judge(bytes(body), headers), Forged)


@given(
    name=st.sampled_from(["demo-timestamp", "demo-nonce", "demo-signature"]),
    value=st.text(max_size=80),
)
def test_every_changed_header_is_noticed(name: str, value: str) -> None:
    body = told("m1", "A1")
    headers = signed(body, "m1", _NOW)
    judged = _judge(body, headers | {name: value})
    assert isinstance(judged, Forged) or headers[name] == value


@given(body=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_nothing_that_is_well_signed_breaks_the_reader(body: bytes) -> None:
    assert isinstance(_judge(body, signed(body, "m1", _NOW)), Forged)
