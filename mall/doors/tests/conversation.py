"""A conversation with the web process as its sockets would lead it, without any."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast, override

from uvicorn.config import Config
from uvicorn.server import ServerState

from mall.doors.command.http_connection import HttpConnection
from mall.doors.front import Front

PATIENCE = 20  # seconds


@dataclass(frozen=True)
class Heard:
    """One answer as it came over the line."""

    status: int
    headers: list[tuple[str, str]]  # names in lower case
    body: bytes


class Line(asyncio.Transport):
    """What the connection thinks is a socket."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1), "sockname": ("192.0.2.2", 80)})
        self.written = b""
        self.closed = False
        self.may_read = True

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.written += data

    @override
    def close(self) -> None:
        self.closed = True

    @override
    def is_closing(self) -> bool:
        return self.closed

    @override
    def pause_reading(self) -> None:
        self.may_read = False

    @override
    def resume_reading(self) -> None:
        self.may_read = True


class Conversation:
    """One connection to a front; must be made inside a running event loop."""

    def __init__(self, front: Front) -> None:
        config = Config(cast("Any", front), lifespan="off", forwarded_allow_ips="192.0.2.1")
        self.line = Line()
        self.state = ServerState()
        self.connection = HttpConnection(config, self.state, {})
        self.connection.connection_made(self.line)

    async def say(self, *parts: bytes) -> None:
        """Send bytes, each part on its own, as fast as they are taken."""
        for part in parts:
            await until(lambda: self.line.may_read or self.is_answered)
            if self.line.closed or (len(parts) > 1 and self.is_answered):
                return
            self.connection.data_received(part)
            await asyncio.sleep(0)

    @property
    def is_answered(self) -> bool:
        """Tell whether the last request has its answer."""
        cycle = cast("Any", self.connection.cycle)
        return self.line.closed or (cycle is not None and cycle.response_complete)

    async def hear(self) -> list[Heard]:
        """Wait for the answer to the last request, and give all that have come."""
        await until(lambda: self.is_answered and not self.state.tasks)
        await asyncio.sleep(0)  # what is held back until the loop has come round
        written, self.line.written = self.line.written, b""
        return _answers(written)

    async def hang_up(self) -> None:
        """Be gone, and wait until nobody works for us any more."""
        self.connection.connection_lost(None)
        await until(lambda: not self.state.tasks)


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if true():
                return
            await asyncio.sleep(0.001)


def _answers(written: bytes) -> list[Heard]:
    found = list[Heard]()
    while written:
        head, _, rest = written.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.partition(": ") for line in lines]
        headers = [(name.lower(), value) for name, _, value in pairs]
        known = dict(headers)
        if known.get("transfer-encoding") == "chunked":
            body, rest = _joined(rest)
        else:
            length = min(int(known.get("content-length", 0)), len(rest))  # HEAD sends none
            body, rest = rest[:length], rest[length:]
        found.append(Heard(int(first.split(" ")[1]), headers, body))
        written = rest
    return found


def _joined(chunked: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        size, _, chunked = chunked.partition(b"\r\n")
        length = int(size, 16)
        body, chunked = body + chunked[:length], chunked[length + 2 :]
        if not length:
            return body, chunked
