"""Waiting for sockets: each wait is told once, whoever waited before and wherever."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest

from mall.kernel.sockets import until_ready

PATIENCE = 20  # seconds

type Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Give both ends of a connection."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with closing(ours), closing(theirs):
        yield ours, theirs


async def said(pair: Pair, word: bytes) -> bytes:
    """Wait at our end for what is said at theirs a little later."""
    ours, theirs = pair
    waiting = asyncio.create_task(until_ready(ours.fileno()))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done(), "nothing was said yet"
    theirs.send(word)
    await asyncio.wait_for(waiting, PATIENCE)
    return ours.recv(100)


async def test_every_wait_for_a_socket_is_told(pair: Pair) -> None:
    assert [await said(pair, word) for word in (b"one", b"two", b"three")] == [
        b"one",
        b"two",
        b"three",
    ]


async def test_what_came_before_the_wait_is_there(pair: Pair) -> None:
    pair[1].send(b"early")
    await asyncio.wait_for(until_ready(pair[0].fileno()), PATIENCE)
    assert pair[0].recv(100) == b"early"


async def test_who_gave_up_waiting_disturbs_nobody(pair: Pair) -> None:
    given_up = asyncio.create_task(until_ready(pair[0].fileno()))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert await said(pair, b"later") == b"later"


async def test_a_connection_that_ends_is_told(pair: Pair) -> None:
    waiting = asyncio.create_task(until_ready(pair[0].fileno()))
    await asyncio.sleep(0)
    pair[1].close()
    await asyncio.wait_for(waiting, PATIENCE)
    assert pair[0].recv(1) == b""


async def test_who_wants_to_write_waits_for_room(pair: Pair) -> None:
    ours, theirs = pair
    with pytest.raises(BlockingIOError):
        while True:
            ours.send(b"x" * 65_536)
    waiting = asyncio.create_task(until_ready(ours.fileno(), write=True))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    with pytest.raises(BlockingIOError):
        while True:
            theirs.recv(65_536)
    await asyncio.wait_for(waiting, PATIENCE)
    assert ours.send(b"more") == 4


async def test_a_number_may_be_that_of_another_socket_later(pair: Pair) -> None:
    assert await said(pair, b"first") == b"first"
    number = pair[0].fileno()
    waiting = asyncio.create_task(until_ready(number))
    await asyncio.sleep(0)
    waiting.cancel()
    new, theirs = socket.socketpair()
    with closing(theirs), closing(new):
        pair[0].close()
        ours = socket.socket(fileno=_moved(new, number))
        ours.setblocking(False)
        with closing(ours):
            assert await said((ours, theirs), b"second") == b"second"


async def test_two_loops_take_turns_with_one_socket(pair: Pair) -> None:
    heard = list[bytes]()

    def elsewhere() -> None:
        heard.append(asyncio.run(said(pair, b"there")))

    for _ in range(2):
        heard.append(await said(pair, b"here"))
        other = Thread(target=elsewhere)
        other.start()
        await asyncio.to_thread(other.join)
    assert heard == [b"here", b"there"] * 2


def _moved(one: socket.socket, number: int) -> int:
    """Give a socket another number."""
    return os.dup2(one.fileno(), number)
