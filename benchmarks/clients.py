"""Clients on keep-alive connections that cost little, because they share the machine."""

import asyncio
import time
from collections.abc import Awaitable, Callable

type Turn = Callable[["Client"], Awaitable[bool]]


class Client(asyncio.Protocol):
    """One connection that speaks just enough HTTP, one request at a time."""

    def __init__(self, port: int, host: str, token: str = "") -> None:
        """Connect at the first request, or when told to. ``token``: of a session that goes on."""
        self._port = port
        self._host = f"Host: {host}\r\n"
        self.token = token  # of the session, which else the first answer begins
        self._token = f"Authorization: Bearer {token}\r\n" if token else ""
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._read = b""

    async def connect(self) -> None:
        """Open the connection, unless it is open."""
        if self._transport is None:
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_connection(lambda: self, "127.0.0.1", self._port)

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: str = ""
    ) -> tuple[int, bytes]:
        """Send one request and give status and body. A session cookie is kept as a token.

        ``headers``: further lines, each with its end.
        """
        await self.connect()
        assert self._transport is not None
        if body:
            headers = f"{headers}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        head = f"{method} {path} HTTP/1.1\r\n{self._host}{self._token}{headers}\r\n"
        answer = self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(head.encode() + body)
        return await answer

    def data_received(self, data: bytes) -> None:
        """Take what has come; when it is a whole answer, give it to who waits."""
        self._read = read = self._read + data if self._read else data
        end = read.find(b"\r\n\r\n")
        if end < 0:
            return
        at = read.find(b"content-length: ", 0, end)
        assert at > 0, read[:end]  # nothing here is asked that streams
        length = int(read[at + 16 : read.index(b"\r", at)])
        if len(read) < end + 4 + length:
            return
        self._read = b""
        if not self._token and (at := read.find(b"mall_shopper=", 0, end)) > 0:
            self.token = read[at + 13 : read.index(b";", at)].decode()
            self._token = f"Authorization: Bearer {self.token}\r\n"
        assert self._answer is not None
        self._answer.set_result((int(read[9:12]), read[end + 4 :]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Let who waits know; the next request connects anew."""
        self._transport, self._read = None, b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def measure(clients: list[Client], turn: Turn, seconds: float) -> tuple[float, int]:
    """Let all clients take turns for a while: successful turns a second, and failures."""
    done, failed, until = 0, 0, time.perf_counter() + seconds
    began = time.perf_counter()

    async def run(client: Client) -> None:
        nonlocal done, failed
        while time.perf_counter() < until:
            if await turn(client):
                done += 1
            else:
                failed += 1

    await asyncio.gather(*(run(client) for client in clients))
    return done / (time.perf_counter() - began), failed
