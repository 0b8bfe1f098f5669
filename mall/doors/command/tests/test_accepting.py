"""Newcomers are shared among the processes that listen together, and nobody is left standing."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial
from threading import Thread

import pytest

from mall.doors.command.accepting import AcceptingLoop
from mall.doors.command.ports import bound
from mall.doors.command.sharing import Connections, Door
from mall.kernel.settings import from_environment
from tests.waiting import eventually

MANY = 32


class Guest(asyncio.Protocol):
    """One connection, counted where all see it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)


class Process(Thread):
    """One of those that listen, with a loop of its own, as if it were a process."""

    def __init__(self, listener: socket.socket, door: Door, name: str) -> None:
        super().__init__()
        told = from_environment(door.environ(name))
        self.connections = Connections.of(told.web_table, told.web_number)
        self._listener = socket.socket(fileno=socket.dup(listener.fileno()))
        self._ends = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.listens = False

    def run(self) -> None:
        asyncio.run(self._serve(), loop_factory=partial(AcceptingLoop, self.connections))

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await self._loop.create_server(
            lambda: Guest(self.connections), sock=self._listener
        )
        self.listens = True
        await self._ends.wait()
        server.close()
        await server.wait_closed()

    def end(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._ends.set)
        self.join(20)
        assert not self.is_alive()


@pytest.fixture
def listener() -> socket.socket:
    made = bound("127.0.0.1", 0)
    assert made is not None
    return made


def come(listener: socket.socket, guests: int) -> list[socket.socket]:
    """Connect as fast as possible."""
    return [socket.create_connection(listener.getsockname(), timeout=20) for _ in range(guests)]


def until(so: Callable[[], bool]) -> None:
    eventually(so, 20)


def test_newcomers_of_a_moment_are_shared(listener: socket.socket) -> None:
    with Door(listener, 2) as door:
        both = [Process(listener, door, name) for name in ("web", "web-2")]
        for one in both:
            one.start()
        until(lambda: all(one.listens for one in both))
        guests = come(listener, MANY)
        until(lambda: sum(len(one.connections) for one in both) == MANY)
        assert min(len(one.connections) for one in both) >= MANY // 2 - 2
        for guest in guests:
            guest.close()
        until(lambda: not any(one.connections for one in both))
        for one in both:
            one.end()


def test_who_is_ahead_takes_whom_nobody_else_takes(listener: socket.socket) -> None:
    with Door(listener, 2) as door:
        alone = Process(listener, door, "web-2")  # the other one has no connection and is away
        alone.start()
        until(lambda: alone.listens)
        guests = come(listener, MANY)
        until(lambda: len(alone.connections) == MANY)
        for guest in guests:
            guest.close()
        alone.end()


def test_who_listens_no_more_takes_nobody(listener: socket.socket) -> None:
    with Door(listener, 1) as door:
        one = Process(listener, door, "web")
        one.start()
        until(lambda: one.listens)
        one.end()
        with closing(come(listener, 1)[0]):  # it waits in the queue of the socket
            assert not one.connections


def test_a_process_begins_with_none_whoever_was_there_before(listener: socket.socket) -> None:
    with Door(listener, 2) as door:
        told = from_environment(door.environ("web"))
        first = Connections.of(told.web_table, told.web_number)
        first.update({"a", "b"})
        first.add("c")
        other = from_environment(door.environ("web-2"))
        second = Connections.of(other.web_table, other.web_number)
        second.add("d")
        assert not second.are_more_than_elsewhere(2) and second.are_more_than_elsewhere(3)
        assert not first.are_more_than_elsewhere(-2) and first.are_more_than_elsewhere(0)
        Connections.of(told.web_table, told.web_number)
        assert second.are_more_than_elsewhere(0)


def test_a_process_alone_is_never_ahead() -> None:
    alone = Connections.of(None, 0)
    alone.add("one")
    assert not alone.are_more_than_elsewhere(5)
