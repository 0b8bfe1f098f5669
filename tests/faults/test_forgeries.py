"""T-17: what is not a genuine notification of this mall's money changes nothing.

Everything here is made from notifications that the payment simulator really sent: they are altered,
or what they say is altered and signed anew. The whole database is compared before and after.
"""

import hashlib
import hmac
import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from mall.doors.command.supervisor import pay_secret
from tests.faults.buyer import Buyer
from tests.faults.catching import Catcher, Caught
from tests.faults.goods import put_on_shelf
from tests.faults.notified import (
    ask_refunds_later,
    bring,
    effects,
    paid_unheard,
    refund_all,
    worker_asleep,
)
from tests.faults.settling import broken, settled, wait_until
from tests.faults.standing import Standing
from tests.proving.notes import note

CPU_AT_MOST = 0.05  # seconds of all web processes for one forgery
EXAMPLES = 150
ROOMS = ["payments", "orders", "inventory", "messaging", "fulfilment", "cart"]
_MOVING = {"next_poll_at", "polls", "tried_at"}  # of the mall's own questions
STAMP, NONCE, SIGNATURE = "Demo-Timestamp", "Demo-Nonce", "Demo-Signature"


@dataclass(frozen=True, slots=True)
class Stage:
    """A mall that is told lies, and what it was really told of one order."""

    mall: Standing
    paid: Caught  # of an order that the mall takes for unpaid
    back: Caught  # of another one's refund, which the mall takes for running
    secret: bytes  # of the provider

    def key(self, merchant: str) -> bytes:
        """Derive a merchant's key, written out by hand."""
        return hmac.new(self.secret, merchant.encode(), hashlib.sha256).digest()

    def signed(
        self,
        body: bytes,
        *,
        key: bytes | None = None,
        seconds: int = 0,
        algorithm: str = "sha256",
        purpose: str = "notice",
    ) -> Caught:
        """Sign a body as the provider does, ``seconds`` from now; or nearly so."""
        stamp, nonce = str(int(time.time()) + seconds), "0" * 32
        lines = f"{purpose}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
        by = self.key(self.merchant) if key is None else key
        signature = hmac.new(by, lines, algorithm).hexdigest()
        own = {STAMP: stamp, NONCE: nonce, SIGNATURE: signature}
        return Caught(self.paid.path, {**self.paid.headers, **own}, body)

    def saying(self, genuine: Caught, **others: object) -> bytes:
        """Give what a notification says, but for some words of its payment or refund."""
        told: dict[str, Any] = genuine.told | {"id": f"N{time.time_ns()}"}
        part = "trade" if "trade" in told else "refund"
        told[part] = dict[str, Any](told[part]) | others
        if "merchant" in others:
            told["merchant"] = others["merchant"]
        return json.dumps(told).encode()

    @property
    def merchant(self) -> str:
        """The merchant that this mall is."""
        return str(self.paid.told["merchant"])

    def send(self, one: Caught) -> tuple[int, bytes]:
        """Bring a notification over a connection of its own; headers and body as they are."""
        connection = http.client.HTTPConnection("127.0.0.1", self.mall.port, timeout=20)
        try:
            host = {"Host": f"north.localhost:{self.mall.port}"}
            with suppress(BrokenPipeError, ConnectionResetError):  # a long body is not read
                connection.request("POST", one.path, one.body, host | dict(one.headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def fingerprint(mall: Standing) -> dict[str, str]:
    """Digest every table of the rooms that money and goods go through."""
    found = dict[str, str]()
    with mall.database() as rows:
        tables = rows.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY (%s)", [ROOMS]
        ).fetchall()
        for schema, name in tables:
            moving = list(_MOVING) if schema == "payments" else []
            digest = sql.SQL(
                "SELECT md5(COALESCE(string_agg(line, '' ORDER BY line), '')) FROM"
                " (SELECT (to_jsonb(t) - %s::text[])::text AS line FROM {} t) AS lines"
            ).format(sql.Identifier(schema, name))
            [[digested]] = rows.execute(digest, [moving]).fetchall()
            found[f"{schema}.{name}"] = digested
    assert {"payments.attempt", "orders.order", "inventory.stock"} <= set(found)
    return found


@pytest.fixture(scope="module")
def stage(wide: Standing, catcher: Catcher) -> Generator[Stage]:
    console = wide.operator("north")
    goods = put_on_shelf(console, "伪造", units=20)
    buyer = Buyer.of(wide, "north", "forged")
    order = buyer.wish(goods)
    sold, money = paid_unheard(wide, catcher, buyer, order)
    wide_open = Stage(wide, money, money, bytes.fromhex(pay_secret(wide.settings)))
    assert wide_open.send(money) == (200, b"success")
    wait_until(lambda: effects(wide, sold)["messages"] == {"paid": 1})
    unpaid, paid = paid_unheard(wide, catcher, buyer, order)
    with catcher.keeping():
        refund_all(console, sold)
        back = catcher.wait_for("refund.succeeded", sold.out_no)
        ask_refunds_later(wide)
    wait_until(lambda: messages_waiting(wide) == 0)
    made = replace(wide_open, paid=paid, back=back)
    yield made
    # Whatever lies were told, the truth still counts.
    for one in (paid, back):
        assert made.send(one) == (200, b"success")
    wait_until(lambda: effects(wide, unpaid)["messages"] == {"paid": 1})
    wait_until(lambda: effects(wide, sold)["messages"] == {"paid": 1, "refunded": 1})
    assert broken(settled(wide)) == {}


many = settings(max_examples=EXAMPLES, database=None, suppress_health_check=[HealthCheck.too_slow])


def messages_waiting(mall: Standing) -> int:
    with mall.database() as rows:
        [[waiting]] = rows.execute(
            "SELECT count(*) FROM messaging.message WHERE state = 'waiting'"
        ).fetchall()
    return waiting


type Forgery = Callable[[Stage], Caught]


def changed(one: Caught, body: bytes | None = None, **headers: str | None) -> Caught:
    """Change body or headers; None leaves a header out."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in (dict(one.headers) | given).items() if value is not None}
    return replace(one, headers=kept, body=one.body if body is None else body)


def _xml(one: Caught) -> bytes:
    entity = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    dtd = f'<!DOCTYPE x [<!ENTITY a0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">{entity}]>'
    number = one.told["trade"]["out_trade_no"]
    return f'<?xml version="1.0"?>{dtd}<x><no>{number}</no>&a11;&f;</x>'.encode()


def _as(kind: str, body: bytes | None = None) -> Forgery:
    """Say that a body is of another kind, with a signature that does not fit."""
    return lambda at: changed(
        at.paid, body, Content_Type=kind, Demo_Signature="0" * 64, X_Kind="forged"
    )


NOT_BELIEVED: Mapping[str, Forgery] = {
    "no headers": lambda at: replace(at.paid, headers={"Content-Type": "application/json"}),
    "no signature": lambda at: changed(at.paid, Demo_Signature=None),
    "an empty signature": lambda at: changed(at.paid, Demo_Signature=""),
    "no timestamp": lambda at: changed(at.paid, Demo_Timestamp=None),
    "no nonce": lambda at: changed(at.paid, Demo_Nonce=None),
    "another nonce": lambda at: changed(at.paid, Demo_Nonce="1" * 32),
    "another timestamp": lambda at: changed(
        at.paid, Demo_Timestamp=str(int(at.paid.headers[STAMP]) + 1)
    ),
    "a timestamp in words": lambda at: changed(at.paid, Demo_Timestamp="now"),
    "a timestamp in other digits": lambda at: changed(at.paid, Demo_Timestamp="²" * 9),
    "a timestamp of a million digits": lambda at: changed(at.paid, Demo_Timestamp="9" * 10_000),
    "a test signature": lambda at: changed(at.paid, Demo_Signature="SIGNTEST"),
    "a signature that is no text": lambda at: changed(at.paid, Demo_Signature="\xff" * 64),
    "a longer signature": lambda at: changed(
        at.paid, Demo_Signature=at.paid.headers[SIGNATURE] + "0"
    ),
    "a shorter signature": lambda at: changed(
        at.paid, Demo_Signature=at.paid.headers[SIGNATURE][:-1]
    ),
    "the signature of the other one": lambda at: changed(
        at.paid, Demo_Signature=at.back.headers[SIGNATURE]
    ),
    "the body of the other one": lambda at: changed(at.paid, at.back.body),
    "a random key": lambda at: at.signed(at.paid.body, key=b"k" * 32),
    "an empty key": lambda at: at.signed(at.paid.body, key=b""),
    "the merchant's name as key": lambda at: at.signed(at.paid.body, key=at.merchant.encode()),
    "the provider's secret as key": lambda at: at.signed(at.paid.body, key=at.secret),
    "the key of another mall": lambda at: at.signed(at.paid.body, key=at.key("another")),
    "another mall's own notification": lambda at: at.signed(
        at.saying(at.paid, merchant="another"), key=at.key("another")
    ),
    "about another merchant": lambda at: at.signed(at.saying(at.paid, merchant="another")),
    "by SHA-1": lambda at: at.signed(at.paid.body, algorithm="sha1"),
    "by MD5": lambda at: at.signed(at.paid.body, algorithm="md5"),
    "by SHA-512": lambda at: at.signed(at.paid.body, algorithm="sha512"),
    "algorithm none": lambda at: changed(
        at.paid, Demo_Signature="", Demo_Algorithm="none", Demo_Serial="0"
    ),
    "another serial and key": lambda at: changed(
        at.signed(at.paid.body, key=b"own" * 11), Demo_Serial="1", Demo_Merchant="another"
    ),
    "a signature for an answer": lambda at: at.signed(at.paid.body, purpose="answer"),
    "a signature for a request": lambda at: at.signed(at.paid.body, purpose="request"),
    "301 seconds old": lambda at: at.signed(at.paid.body, seconds=-301),
    "301 seconds early": lambda at: at.signed(at.paid.body, seconds=301),
    "no body": lambda at: changed(at.paid, b""),
    "half a body": lambda at: changed(at.paid, at.paid.body[: len(at.paid.body) // 2]),
    "a blank more": lambda at: changed(at.paid, at.paid.body + b" "),
    "too long": lambda at: at.signed(at.paid.body + b" " * 64_000),
    "longer than any request": lambda at: at.signed(at.paid.body + b" " * 2_000_000),
    "compressed": lambda at: changed(at.paid, b"\x1f\x8b" + b"\0" * 60, Content_Encoding="gzip"),
    "XML that unfolds": lambda at: changed(at.paid, _xml(at.paid), Content_Type="text/xml"),
    "signed XML that unfolds": lambda at: at.signed(_xml(at.paid)),
    "a form": _as("application/x-www-form-urlencoded", b"trade=1&state=succeeded"),
    "a form of parts": _as("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--"),
    "a form of parts without a boundary": _as("multipart/form-data"),
    "another charset": _as("application/json; charset=utf-16", "{}".encode("utf-16")),
    "an unknown charset": _as("application/json; charset=nobody-knows"),
    "messagepack": _as("application/x-msgpack", b"\x81\xa2id\xa1N"),
    "no kind at all": _as(""),
    "nonsense as kind": _as("///;;;==\t"),
    "signed, not JSON": lambda at: at.signed(b"\xff\xfe{"),
    "signed, not an object": lambda at: at.signed(b"[]"),
    "signed, about nothing": lambda at: at.signed(
        json.dumps({"id": "N", "type": "trade.succeeded", "merchant": at.merchant}).encode()
    ),
    "signed, deep": lambda at: at.signed(b'{"a":' * 12_000 + b"1" + b"}" * 12_000),
    "signed, deeper": lambda at: at.signed(b"[" * 60_000),
    "signed, no such state": lambda at: at.signed(at.saying(at.paid, state="won")),
    "signed, paid nothing known": lambda at: at.signed(at.saying(at.paid, paid_minor=None)),
    "signed, half a unit": lambda at: at.signed(at.saying(at.paid, paid_minor=0.5)),
    "signed, an endless number": lambda at: at.signed(
        at.saying(at.paid).replace(b'"paid_minor": ', b'"paid_minor": ' + b"9" * 5_000)
    ),
}
BELIEVED_AND_WRONG: Mapping[str, Forgery] = {
    "a unit less": lambda at: at.signed(at.saying(at.paid, paid_minor=_minor(at.paid) - 1)),
    "a unit more": lambda at: at.signed(at.saying(at.paid, paid_minor=_minor(at.paid) + 1)),
    "nothing paid": lambda at: at.signed(at.saying(at.paid, paid_minor=0)),
    "less than nothing paid": lambda at: at.signed(at.saying(at.paid, paid_minor=-1)),
    "more than there is": lambda at: at.signed(at.saying(at.paid, paid_minor=10**30)),
    "another currency": lambda at: at.signed(at.saying(at.paid, currency="USD")),
    "no currency": lambda at: at.signed(at.saying(at.paid, currency="")),
    "an unknown order": lambda at: at.signed(at.saying(at.paid, out_trade_no="A" * 32)),
    "an order that cannot be stored": lambda at: at.signed(at.saying(at.paid, out_trade_no="A\0B")),
    "the number of another one": lambda at: at.signed(
        at.saying(at.paid, out_trade_no=at.back.told["refund"]["out_refund_no"])
    ),
    "a number in the year 1": lambda at: at.signed(
        at.saying(at.paid, paid_at="0001-01-01T00:00:00Z", paid_minor=1)
    ),
    "a refund of a unit less": lambda at: at.signed(
        at.saying(at.back, amount_minor=at.back.told["refund"]["amount_minor"] - 1)
    ),
    "a refund in another currency": lambda at: at.signed(at.saying(at.back, currency="USD")),
    "a refund of an unknown number": lambda at: at.signed(
        at.saying(at.back, out_refund_no="A" * 32)
    ),
}


def _minor(one: Caught) -> int:
    return int(one.told["trade"]["paid_minor"])


@pytest.mark.parametrize("how", NOT_BELIEVED)
def test_what_is_not_genuine_is_refused_and_changes_nothing(stage: Stage, how: str) -> None:
    before = fingerprint(stage.mall)
    status, told = stage.send(NOT_BELIEVED[how](stage))
    assert status in {400, 401, 413}, (how, status, told[:500])
    assert fingerprint(stage.mall) == before


def test_no_flipped_bit_cut_or_changed_header_is_believed_and_each_costs_little(
    stage: Stage,
) -> None:
    processes = stage.mall.processes("web")
    used, before, statuses = _seconds(processes), fingerprint(stage.mall), Counter[int]()
    genuine = st.sampled_from([stage.paid, stage.back])
    header = st.sampled_from([STAMP, NONCE, SIGNATURE])
    text = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80)

    def tell(one: Caught) -> None:
        status, told = stage.send(one)
        statuses[status] += 1
        assert 400 <= status < 500, (one, status, told[:500])

    @many
    @given(one=genuine, place=st.integers(0), bit=st.integers(0, 7))
    def flip(one: Caught, place: int, bit: int) -> None:
        body = bytearray(one.body)
        body[place % len(body)] ^= 1 << bit
        tell(changed(one, bytes(body)))

    @many
    @given(one=genuine, begin=st.integers(0), end=st.integers(0))
    def cut(one: Caught, begin: int, end: int) -> None:
        size = len(one.body)
        part = one.body[begin % size : end % size]
        tell(changed(one, part))

    @many
    @given(one=genuine, name=header, value=text)
    def rewrite(one: Caught, name: str, value: str) -> None:
        if value.strip() != one.headers[name]:
            tell(replace(one, headers=dict(one.headers) | {name: value}))

    flip()
    cut()
    rewrite()

    cost = (_seconds(processes) - used) / statuses.total()
    note("T-17", f"{statuses.total()} forgeries, {cost * 1000:.2f} ms of a processor each")
    assert statuses.total() >= EXAMPLES * 2
    assert fingerprint(stage.mall) == before
    assert cost < CPU_AT_MOST


def test_the_dearest_forgeries_cost_little_too(stage: Stage) -> None:
    processes = stage.mall.processes("web")
    made = [(how, forge(stage)) for how, forge in NOT_BELIEVED.items()]
    used = _seconds(processes)
    rounds = 5
    for _ in range(rounds):
        for _, one in made:
            stage.send(one)
    cost = (_seconds(processes) - used) / (rounds * len(made))
    note("T-17", f"{rounds * len(made)} forgeries of the list, {cost * 1000:.2f} ms each")
    assert cost < CPU_AT_MOST


@pytest.fixture(scope="module")
def unasked(stage: Stage) -> Generator[Stage]:
    """Let nobody ask the provider for a while: what it would answer is the truth."""
    with worker_asleep(stage.mall):
        yield stage


@pytest.mark.parametrize("how", BELIEVED_AND_WRONG)
async def test_what_is_well_signed_and_wrong_moves_no_money_and_no_goods(
    unasked: Stage, how: str
) -> None:
    before = fingerprint(unasked.mall)
    answered = await bring(unasked.mall, BELIEVED_AND_WRONG[how](unasked), 3)
    assert {one.status for one in answered} <= {200, 400, 401}, answered
    after = fingerprint(unasked.mall)
    inbox = "payments.notification"  # a genuine word about a stranger is kept for whoever looks
    assert after | {inbox: ""} == before | {inbox: ""}


def _seconds(processes: list[psutil.Process]) -> float:
    """Add up the seconds of a processor that these have used."""
    return sum(sum(one.cpu_times()[:2], 0.0) for one in processes)
