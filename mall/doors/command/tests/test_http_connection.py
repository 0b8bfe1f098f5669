"""The shortest way keeps the manners of an HTTP connection."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
from litestar import get, post
from obstore.store import MemoryStore

from mall.doors.front import Front
from mall.doors.house import House
from mall.doors.tests.conversation import Conversation, until
from mall.doors.tests.front_door import found, host_of
from mall.doors.web import create_app
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside, client
from mall.kernel.settings import from_environment

WAIT, SOON, USUAL = "/test/wait", "/test/soon", "/test/usual"
_gate = SimpleNamespace(open=asyncio.Event(), inside=0)


@post(WAIT, opt={"access": "anyone", "express": True}, status_code=200)
async def wait(data: int) -> int:
    """Answer when the gate is opened."""
    _gate.inside += 1
    await _gate.open.wait()
    return data


@post(SOON, opt={"access": "anyone", "express": True}, status_code=200)
async def soon(data: int) -> int:
    """Answer at once."""
    return data


@get(USUAL, opt={"access": "anyone"})
async def usual() -> str:
    """Answer the usual way."""
    return "usual"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Front:
    """Build the application with three routes more."""
    settings = from_environment(
        {"MALL_DATA": str(tmp_path_factory.mktemp("front")), "MALL_DOMAIN": "test"}
    )
    return cast("Front", create_app(settings, (wait, soon, usual)))


@pytest_asyncio.fixture
async def host(db: Database, tenant: TenantId, front: Front, tmp_path: Path) -> AsyncGenerator[str]:
    settings = from_environment({"MALL_DATA": str(tmp_path), "MALL_DOMAIN": "test"})
    await found(db, tenant)
    outside = Outside(client(), MemoryStore(), Secrets(b"root of a test" * 3), {}, {})
    cast("Any", front)._app.state.house = House(settings, "", db, outside)
    _gate.open, _gate.inside = asyncio.Event(), 0
    yield host_of(tenant)


def _asked(path: str, host: str, number: int, extra: str = "", version: str = "1.1") -> bytes:
    body = str(number)
    return (
        f"POST {path} HTTP/{version}\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n{extra}\r\n{body}"
    ).encode()


async def _is_inside() -> None:
    await until(lambda: _gate.inside > 0)


async def test_what_needs_no_waiting_is_answered_before_the_loop_comes_round(
    front: Front, host: str
) -> None:
    conversation = Conversation(front)
    await conversation.say(_asked(SOON, host, 1))  # the mall is known after it
    await conversation.hear()
    conversation.connection.data_received(_asked(SOON, host, 2))
    assert conversation.is_answered and not conversation.state.tasks


async def test_requests_in_one_piece_are_answered_in_their_order(front: Front, host: str) -> None:
    conversation = Conversation(front)
    get_usual = f"GET {USUAL} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode()
    await conversation.say(
        _asked(SOON, host, 1) + _asked(WAIT, host, 2) + _asked(SOON, host, 3) + get_usual
    )
    await _is_inside()
    _gate.open.set()
    heard = await conversation.hear()
    assert [one.body for one in heard] == [b"1", b"2", b"3", b"usual"]
    await conversation.say(get_usual + _asked(SOON, host, 4))
    assert [one.body for one in await conversation.hear()] == [b"usual", b"4"]
    for number in (5, 6, 7):
        await conversation.say(_asked(SOON, host, number))
        assert [one.body for one in await conversation.hear()] == [b"%d" % number]
        await conversation.say(get_usual)
        assert [one.body for one in await conversation.hear()] == [b"usual"]


async def test_a_plain_request_is_read_without_the_parser(front: Front, host: str) -> None:
    conversation = Conversation(front)
    cast("Any", conversation.connection).parser = None
    await conversation.say(_asked(SOON, host, 1))
    assert [one.body for one in await conversation.hear()] == [b"1"]


async def test_a_request_may_come_byte_by_byte(front: Front, host: str) -> None:
    conversation = Conversation(front)
    for byte in _asked(SOON, host, 7):
        conversation.connection.data_received(bytes([byte]))
    assert [one.body for one in await conversation.hear()] == [b"7"]


@pytest.mark.parametrize(
    ("extra", "version"), [("connection: close\r\n", "1.1"), ("", "1.0")], ids=["close", "1.0"]
)
async def test_who_wants_the_connection_closed_has_it_closed(
    front: Front, host: str, extra: str, version: str
) -> None:
    conversation = Conversation(front)
    await conversation.say(_asked(SOON, host, 5, extra, version))
    [heard] = await conversation.hear()
    assert heard.body == b"5" and conversation.line.closed


async def test_who_asks_before_sending_the_body_is_told_to_go_on(front: Front, host: str) -> None:
    conversation = Conversation(front)
    asked = _asked(SOON, host, 6, "expect: 100-continue\r\n")
    await conversation.say(asked[:-1])
    await until(lambda: conversation.line.written != b"")
    assert conversation.line.written.startswith(b"HTTP/1.1 100 Continue\r\n")
    conversation.line.written = b""
    await conversation.say(asked[-1:])
    assert [one.body for one in await conversation.hear()] == [b"6"]


async def test_a_connection_that_is_to_end_ends_after_its_answer(front: Front, host: str) -> None:
    conversation = Conversation(front)
    await conversation.say(_asked(WAIT, host, 1))
    await _is_inside()
    conversation.connection.shutdown()
    assert not conversation.line.closed and conversation.state.tasks
    _gate.open.set()
    [heard] = await conversation.hear()
    assert heard.body == b"1" and ("connection", "close") in heard.headers
    assert conversation.line.closed


async def test_who_has_gone_gets_no_answer_and_harms_nobody(front: Front, host: str) -> None:
    conversation = Conversation(front)
    await conversation.say(_asked(WAIT, host, 1))
    await _is_inside()
    _gate.open.set()
    await conversation.hang_up()
    assert conversation.line.written == b""


async def test_who_does_not_read_is_not_answered_any_further(front: Front, host: str) -> None:
    conversation = Conversation(front)
    conversation.connection.pause_writing()
    await conversation.say(_asked(SOON, host, 1) + _asked(SOON, host, 2))
    assert conversation.line.written == b"" and len(conversation.state.tasks) == 1
    conversation.connection.resume_writing()
    assert [one.body for one in await conversation.hear()] == [b"1", b"2"]


async def test_who_cannot_be_answered_by_a_mistake_of_ours_is_not_left_waiting(
    front: Front, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(front.express, "go", broken)
    conversation = Conversation(front)
    told = list[str]()
    monkeypatch.setattr(conversation.connection.logger, "exception", told.append)
    await conversation.say(_asked(SOON, host, 1))
    assert await conversation.hear() == [] and conversation.line.closed
    assert len(told) == 1


async def test_an_idle_connection_is_closed_in_the_end(front: Front, host: str) -> None:
    conversation = Conversation(front)
    connection = conversation.connection
    await conversation.say(_asked(SOON, host, 1))
    await conversation.hear()
    for _ in range(2):
        waiting = connection.timeout_keep_alive_task
        assert waiting is not None and not waiting.cancelled()
        connection.timeout_keep_alive_handler()
        assert not conversation.line.closed, "it has been quiet for a moment only"
    connection.timeout_keep_alive = 0
    connection.timeout_keep_alive_handler()
    assert not conversation.line.closed, "something may have come while the loop was busy"
    connection.timeout_keep_alive_handler()
    assert conversation.line.closed


async def test_a_connection_is_not_idle_while_its_answer_is_made(front: Front, host: str) -> None:
    conversation = Conversation(front)
    connection = conversation.connection
    await conversation.say(_asked(SOON, host, 1))
    await conversation.hear()
    await conversation.say(_asked(WAIT, host, 2))
    await _is_inside()
    patience, connection.timeout_keep_alive = connection.timeout_keep_alive, 0
    connection.timeout_keep_alive_handler()
    assert not conversation.line.closed
    connection.timeout_keep_alive = patience
    _gate.open.set()
    [heard] = await conversation.hear()
    assert heard.body == b"2" and connection.timeout_keep_alive_task is not None


async def test_a_proxy_says_for_whom_it_speaks(
    front: Front, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[Any]()
    go = front.express.go

    async def watched(ride: Any, scope: Any, given: Any) -> Any:
        seen.append((scope["client"][0], scope["scheme"]))
        return await go(ride, scope, given)

    monkeypatch.setattr(front.express, "go", watched)
    conversation = Conversation(front)
    for extra in ("", "x-forwarded-for: 203.0.113.9\r\nx-forwarded-proto: https\r\n"):
        await conversation.say(_asked(SOON, host, 1, extra))
        assert json.loads((await conversation.hear())[0].body) == 1
    assert seen == [("192.0.2.1", "http"), ("203.0.113.9", "https")]
