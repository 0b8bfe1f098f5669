"""The express way and the usual way give the same answers, to the byte."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
import pytest_asyncio
from litestar import post
from obstore.store import MemoryStore
from sqlalchemy import select

from mall.checkout import Placed, PlaceWant
from mall.checkout.tests.shop import Shop, open_shop
from mall.doors.front import Front
from mall.doors.house import House
from mall.doors.lanes import Lanes
from mall.doors.tests.conversation import Conversation
from mall.doors.tests.front_door import found, host_of
from mall.doors.web import create_app
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database, Tx
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.outside import Outside, client
from mall.kernel.problems import Nothing
from mall.kernel.settings import from_environment
from mall.kernel.tables import AttemptRow
from mall.kernel.time import Instant, utc_now

_KIND, _CHUNKED = "content-type: application/json\r\n", "transfer-encoding: chunked\r\n"
QUOTE, ORDERS = "/api/shop/v1/checkout/quote", "/api/shop/v1/orders"
MEMBERS, WRITE = "/api/shop/v1/test/members", "/api/shop/v1/test/write"
SHIP_TO = {"name": "林小满", "phone": "13800138000", "region_code": "440305", "detail": "科苑路"}
_REFUSED: list[tuple[dict[str, Any], int | None, str | None]] = [
    ({"payable_minor": 13600}, 409, "checkout.price_moved"),
    ({"ship_to": None}, 422, "checkout.no_address"),
    ({"ship_to": {**SHIP_TO, "region_code": "650105"}}, 409, "fulfilment.no_delivery"),
    ({"ship_to": {**SHIP_TO, "phone": "1"}}, 422, "request.invalid_fields"),
    ({"address_id": str(new_uuid()), "ship_to": None}, 422, "checkout.no_address"),
    ({"items": None}, None, None),
    ({"items": []}, 422, "request.invalid_fields"),
    ({"items": [{"sku_id": "x", "quantity": 1}]}, 422, "request.invalid_fields"),
    ({"items": [{"sku_id": str(new_uuid()), "quantity": 1}]}, None, None),
    ({"payable_minor": -1}, 422, "request.invalid_fields"),
    ({"payable_minor": "13700"}, None, None),
    ({"payable_minor": None}, 422, "request.invalid_fields"),
    ({"unknown": 1}, 422, "request.invalid_fields"),
    ({"note": "a\0b"}, 422, "request.invalid_fields"),
    ({"from_cart": 1}, None, None),
]
_STRANGE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"{}"',
    b"{}",
    b"\xff",
    b"{} {}",
    b'{"items": NaN}',
    b'{"region_code": "44030"}',
    b'{"region_code": "999999"}',
    b'{"region_code": "440305", "region_code": "650105"}',
    b'{"items": [{"sku_id": "x", "quantity": 1.5}]}',
    b'{"address_id": "\\ud800"}',
    b'{"unknown": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"items": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
]


class Note(msgspec.Struct):
    """What is to be written down."""

    what: str
    fails: bool = False


@post(MEMBERS, opt={"access": "member", "express": True}, status_code=200)
async def members_only(data: Note) -> str:
    """Speak with members only."""
    return data.what


@post(WRITE, opt={"access": "anyone", "express": True}, status_code=200)
async def write_down(data: Note, tx: Tx, now: Instant) -> Note:
    """Write something down, and fail then if that is wished."""
    await tx.insert(AttemptRow, [{"id": new_uuid(), "what": data.what, "at": now}])
    if data.fails:
        raise Nothing("note")
    return data


@dataclass(frozen=True)
class Asked:
    """A request as it comes over the line."""

    path: str
    body: bytes
    headers: Mapping[str, str | None]  # None: without it
    method: str = "POST"
    query: str = ""
    chunks: int = 1
    tells_length: bool = True


@dataclass(frozen=True)
class Answered:
    """An answer, but for what is made by chance."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...]


@dataclass
class Street:
    """The application twice, over one database: with and without the express way."""

    express: Front
    usual: Front
    house: House
    host: str
    shop: Shop
    cookie: str = ""
    rode: int = 0

    async def both(self, asked: Asked) -> tuple[Answered, Answered]:
        """Ask both ways, the express way first."""
        return await self.ask(self.express, asked), await self.ask(self.usual, asked)

    async def ask(self, front: Front, asked: Asked) -> Answered:
        headers = {"host": self.host, "content-type": "application/json", "cookie": self.cookie}
        given = {name.lower(): value for name, value in asked.headers.items()}
        if asked.tells_length:
            headers["content-length"] = str(len(asked.body))
        else:
            headers["transfer-encoding"] = "chunked"
        kept = {name: value for name, value in {**headers, **given}.items() if value}
        lines = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
        target = asked.path + (f"?{asked.query}" if asked.query else "")
        head = f"{asked.method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")
        conversation = Conversation(front)
        await conversation.say(head, *_parts(asked))
        [heard] = await conversation.hear()
        said = dict[str, str]()
        cookies = list[str]()
        for name, value in heard.headers:
            if name == "set-cookie":
                cookies.append(value)
            # verbs are listed in any order
            said[name] = ", ".join(sorted(value.split(", "))) if name == "allow" else value
        return Answered(heard.status, said, heard.body, tuple(cookies))

    def quote(self, **changes: Any) -> Asked:
        items = [{"sku_id": str(self.shop.black), "quantity": 2}]
        return Asked(QUOTE, _json({"items": items, "region_code": "440305", **changes}), {})

    def order(self, key: str | None = None, **changes: Any) -> Asked:
        items = [{"sku_id": str(self.shop.black), "quantity": 1}]
        written = {"items": items, "ship_to": SHIP_TO, "payable_minor": 13700, **changes}
        return Asked(ORDERS, _json(written), {"idempotency-key": key or new_uuid().hex})


def _json(written: Any) -> bytes:
    return msgspec.json.encode(written)


def _parts(asked: Asked) -> list[bytes]:
    """Cut the body as it travels."""
    size = len(asked.body) // asked.chunks + 1
    parts = [asked.body[at : at + size] for at in range(0, len(asked.body), size)]
    if asked.tells_length:
        return parts
    return [*(b"%x\r\n%b\r\n" % (len(part), part) for part in parts), b"0\r\n\r\n"]


def _rides(front: Front) -> dict[Any, Any]:
    return cast("dict[Any, Any]", front.express.rides)


@pytest.fixture(scope="module")
def fronts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Front, Front]:
    """Build the application twice; the second time without the express way."""
    settings = from_environment(
        {
            "MALL_DATA": str(tmp_path_factory.mktemp("fronts")),
            "MALL_DOMAIN": "test",
            "MALL_REQUESTS_PER_SECOND": "0",
        }
    )
    also = (members_only, write_down)
    express, usual = (cast("Front", create_app(settings, also)) for _ in range(2))
    assert {path.decode() for _, path in _rides(express)} == {QUOTE, ORDERS, MEMBERS, WRITE}
    _rides(usual).clear()
    return express, usual


@pytest_asyncio.fixture
async def street(
    db: Database,
    tenant: TenantId,
    fronts: tuple[Front, Front],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Street]:
    settings = from_environment({"MALL_DATA": str(tmp_path), "MALL_DOMAIN": "test"})
    await found(db, tenant)
    async with db.write(tenant) as tx:
        shop = await open_shop(tx, utc_now(), units=50)
    outside = Outside(client(), MemoryStore(), Secrets(b"root of a test" * 3), {}, {})
    house = House(settings, "", db, outside)
    for front in fronts:
        front._app.state.house = house  # pyright: ignore[reportPrivateUsage]
    made = Street(fronts[0], fronts[1], house, host_of(tenant), shop)
    express = fronts[0].express
    go = express.go

    async def watched(*args: Any) -> Any:
        made.rode += 1
        return await go(*args)

    monkeypatch.setattr(express, "go", watched)
    begun = await made.ask(made.usual, made.quote())
    made.cookie = begun.cookies[0].partition(";")[0]
    yield made


async def test_a_good_quote_is_the_same_both_ways(street: Street) -> None:
    express, usual = await street.both(street.quote())
    assert express == usual and express.status == 200 and street.rode == 1
    assert msgspec.json.decode(express.body)["payable_minor"] == 2 * 12900 + 1000


async def test_a_good_order_is_the_same_both_ways(street: Street) -> None:
    for asked in (street.order(), street.order(note="请轻放"), street.order("!" * 8)):
        express, usual = await street.both(asked)
        assert express == usual and express.status == 201
        again = await street.ask(street.express, asked)
        assert again == express, "the same key places one order"
    assert street.rode == 6
    first = await street.ask(street.usual, street.order())
    second = await street.ask(street.express, street.order())
    number = msgspec.json.decode(first.body)["number"]
    assert number != msgspec.json.decode(second.body)["number"]
    assert {**first.headers} == {**second.headers}


async def test_a_refused_order_is_refused_alike(street: Street) -> None:
    for (changes, status, code), language in product(_REFUSED, ("zh-CN", "en")):
        headers = {"idempotency-key": new_uuid().hex, "accept-language": language}
        express, usual = await street.both(replace(street.order(**changes), headers=headers))
        assert express == usual, changes
        if status is not None:
            problem = msgspec.json.decode(express.body)
            assert (express.status, problem["code"]) == (status, code)


async def test_a_strange_body_is_answered_alike(street: Street) -> None:
    for body, path in product(_STRANGE, (QUOTE, ORDERS)):
        express, usual = await street.both(Asked(path, body, {"idempotency-key": "k" * 9}))
        assert express == usual, body
        assert express.status in {200, 400, 409, 422}


async def test_an_order_without_a_good_key_is_refused_alike(street: Street) -> None:
    for key in (None, "", "short", "k" * 101, "with space", "tab\there", "é" * 9):
        asked = replace(street.order(), headers={"idempotency-key": key})
        express, usual = await street.both(asked)
        assert express == usual and express.status == 422, key
    assert street.rode == 0


async def test_another_content_type_goes_the_usual_way(street: Street) -> None:
    kinds = (
        None,
        "text/plain",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/msgpack",
    )
    # orders last: what is left of the goods may be known half a second later on one of the sides
    for asked, kind in product((street.quote(), street.order()), kinds):
        headers = {**asked.headers, "content-type": kind}
        express, usual = await street.both(replace(asked, headers=headers))
        assert express == usual, kind
    assert street.rode == 0


@pytest.mark.parametrize("tells_length", [True, False])
async def test_a_body_of_any_length_is_answered_alike(street: Street, tells_length: bool) -> None:
    good = street.quote()
    for chunks, size in product((1, 2, 7), (0, 60_000, 70_000, 1_100_000)):
        body = good.body + b" " * size
        street.rode = 0
        asked = replace(good, body=body, chunks=chunks, tells_length=tells_length)
        express, usual = await street.both(asked)
        assert express == usual
        assert express.status == (413 if size > 1_000_000 else 200)
        assert street.rode == (size < 64_000)


async def test_a_body_without_end_is_not_taken_in(street: Street) -> None:
    good = street.quote()
    for front in (street.express, street.usual):
        conversation = Conversation(front)
        head = f"POST {good.path} HTTP/1.1\r\nhost: {street.host}\r\n{_KIND}{_CHUNKED}\r\n"
        await conversation.say(head.encode(), *[b"c350\r\n" + b" " * 50_000 + b"\r\n"] * 30)
        [heard] = await conversation.hear()
        assert heard.status == 413
    assert street.rode == 0


async def test_a_length_that_is_no_number_is_no_failure_of_ours(street: Street) -> None:
    for length in ("rubbish", "-1", "9" * 20):
        asked = replace(street.quote(), headers={"content-length": length})
        for answer in await street.both(asked):
            assert answer.status < 500, length


async def test_who_hangs_up_in_the_middle_is_treated_alike(street: Street) -> None:
    asked = street.quote()
    for front in (street.express, street.usual):
        conversation = Conversation(front)
        length = f"content-length: {len(asked.body)}\r\n"
        head = f"POST {asked.path} HTTP/1.1\r\nhost: {street.host}\r\n{_KIND}{length}\r\n"
        await conversation.say(head.encode(), asked.body[:20])
        await conversation.hang_up()
        assert conversation.line.written == b""
    assert street.rode == 0


async def test_a_query_goes_the_usual_way(street: Street) -> None:
    for asked in (street.quote(), street.order()):
        express, usual = await street.both(replace(asked, query="page=1"))
        assert express == usual and street.rode == 0


async def test_other_verbs_are_answered_alike(street: Street) -> None:
    verbs = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")
    for verb, path in product(verbs, (QUOTE, ORDERS, QUOTE + "/", ORDERS + "/")):
        express, usual = await street.both(Asked(path, b"", {}, verb))
        assert express == usual and street.rode == 0


async def test_a_stranger_becomes_a_guest_either_way(street: Street, db: Database) -> None:
    street.cookie = ""
    for make in (street.quote, street.order):
        asked = make()
        express, usual = await street.both(asked)
        assert (express.status, usual.status) in {(200, 200), (201, 201)}
        for answer in (express, usual):
            assert len(answer.cookies) == 1 and answer.cookies[0].startswith("mall_shopper=")
        assert express.cookies != usual.cookies
        ends = [answer.cookies[0].partition(";")[2] for answer in (express, usual)]
        assert ends[0] == ends[1]
        names = [sorted(answer.headers) for answer in (express, usual)]
        assert names[0] == names[1]
    street.cookie = express.cookies[0].partition(";")[0]
    later = await street.ask(street.express, street.quote())
    assert later.cookies == () and later.status == 200


async def test_a_stranger_who_is_refused_by_the_handler_keeps_the_session_either_way(
    street: Street,
) -> None:
    street.cookie = "mall_shopper=nobody"
    express, usual = await street.both(street.order(payable_minor=1))
    assert (express.status, express.body) == (usual.status, usual.body) == (409, usual.body)
    assert len(express.cookies) == len(usual.cookies) == 1


@pytest.mark.parametrize("path", [QUOTE, ORDERS])
async def test_another_site_is_refused_alike(street: Street, path: str) -> None:
    asked = replace(street.order(), path=path)
    crossing = {**asked.headers, "origin": "http://evil.example"}
    express, usual = await street.both(replace(asked, headers=crossing))
    assert express == usual and express.status == 403 and street.rode == 0


async def test_the_goods_of_one_mall_are_not_sold_at_the_host_of_another(
    street: Street, db: Database
) -> None:
    other = TenantId(new_uuid())
    await found(db, other)
    street.host, street.cookie = host_of(other), ""
    express, usual = await street.both(street.quote())
    assert (express.status, express.body) == (usual.status, usual.body)
    said = msgspec.json.decode(express.body)
    assert said["not_for_sale"] == [str(street.shop.black)] and said["lines"] == []
    street.host = "nobody.test"
    for asked in (street.quote(), street.order()):
        express, usual = await street.both(asked)
        assert express == usual and express.status == 404


async def test_an_order_that_is_refused_leaves_nothing_behind(street: Street) -> None:
    asked = street.order(payable_minor=1)
    refused = await street.ask(street.express, asked)
    assert refused.status == 409
    good = replace(street.order(), headers=asked.headers)
    assert (await street.ask(street.express, good)).status == 201, "the key is still free"


async def test_who_may_not_come_in_is_refused_alike(street: Street) -> None:
    for cookie in ("", street.cookie):
        street.cookie = cookie
        express, usual = await street.both(Asked(MEMBERS, _json(Note("a")), {}))
        assert express == usual and express.status == 401


async def test_what_is_written_is_stored_before_the_answer_or_not_at_all(
    street: Street, db: Database, tenant: TenantId
) -> None:
    for fails, status, stored in ((True, 404, 0), (False, 200, 1)):
        for front in (street.express, street.usual):
            note = Note(new_uuid().hex, fails)
            answer = await street.ask(front, Asked(WRITE, _json(note), {}))
            assert answer.status == status
            async with db.read(tenant) as read:
                found = await read.run(select(AttemptRow.id).where(AttemptRow.what == note.what))
            assert len(found.all()) == stored
    assert street.rode == 2
    express, usual = await street.both(Asked(WRITE, _json(Note("same")), {}))
    assert express == usual


class _Broken(Lanes):
    async def place(self, tenant_id: TenantId, want: PlaceWant) -> Placed:
        raise ZeroDivisionError


async def test_a_failure_of_ours_can_be_found_in_the_log_either_way(
    street: Street, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    street.house.lanes = _Broken(db)
    answers = await street.both(street.order())
    traces = list[str]()
    for answer in answers:
        assert answer.status == 500
        said = msgspec.json.decode(answer.body)
        assert said["code"] == "doors.broken" and len(said["trace"]) == 12
        traces.append(said["trace"])
        assert said["trace"] in caplog.text
    assert traces[0] != traces[1]
