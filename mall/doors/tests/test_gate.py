"""Places and lines: malls take turns, and nobody is refused unseen who should be looked at."""

import asyncio
from time import monotonic

import pytest

from mall.doors.gate import Gate, Queue

_HEAD = b"GET /search?q=1 HTTP/1.1\r\nHost: north.test\r\n"


def shut() -> Gate:
    """Make a gate at which one mall is full."""
    gate = Gate([])
    line = gate.browsing.line("north")
    line.coming, line.until = line.at_most, monotonic() + 60
    gate.shut[b"north.test"] = line
    return gate


async def test_malls_take_turns_however_many_wait_for_one_of_them() -> None:
    queue, went = Queue(1, 10), list[str]()

    async def go(whose: str) -> None:
        if await queue.wait(queue.line(whose)):
            went.append(whose)
            queue.leave()

    assert queue.enter()
    together = [asyncio.create_task(go(whose)) for whose in ("a", "a", "a", "b")]
    await asyncio.sleep(0)
    queue.leave()
    await asyncio.gather(*together)
    assert went == ["a", "b", "a", "a"]
    assert queue.enter()


async def test_who_goes_while_waiting_takes_no_place_along() -> None:
    queue = Queue(1, 10)
    assert queue.enter()
    waits = asyncio.create_task(queue.wait(queue.line("a")))
    await asyncio.sleep(0)
    queue.leave()  # the place is given, and the next moment nobody is there
    waits.cancel()
    await asyncio.gather(waits, return_exceptions=True)
    assert queue.enter()


def test_who_browses_a_full_mall_is_refused_unseen_in_their_language() -> None:
    refused = shut().refuse_unseen(_HEAD + b"Accept-Language: en\r\n\r\n") or b""
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: " in refused
    assert b"Too many people" in refused


@pytest.mark.parametrize(
    "received",
    [
        _HEAD + b"Content-Length: 5\r\n\r\n",  # what follows would be taken for a request
        _HEAD + b"transfer-encoding: chunked\r\n\r\n",
        _HEAD + b"Connection: close\r\n\r\n",
        _HEAD + b"\r\n" + _HEAD + b"\r\n",
        _HEAD,
        b"GET /search HTTP/1.0\r\nHost: north.test\r\n\r\n",
        b"GET /search HTTP/1.1\r\nHost: south.test\r\n\r\n",
        b"GET /cart HTTP/1.1\r\nHost: north.test\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: north.test\r\n\r\n",
        b"POST /search HTTP/1.1\r\nHost: north.test\r\n\r\n",
    ],
)
def test_everything_else_is_looked_at(received: bytes) -> None:
    assert shut().refuse_unseen(received) is None
