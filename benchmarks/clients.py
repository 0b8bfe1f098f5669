"""Clients on keep-alive connections that cost little, because they share the machine."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

type Turn = Callable[["Client"], Awaitable[bool]]


class Client:
    """One connection that speaks just enough HTTP."""

    def __init__(self, port: int, host: str) -> None:
        """Connect at the first request."""
        self._port = port
        self._host = host
        self.token = ""
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request and give status and body. A session cookie is kept as a token."""
        if self.writer is None or self.reader is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(body)}"]
        if body:
            lines.append("Content-Type: application/json")
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status, length, chunked = int(head[9:12]), 0, False
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
            chunked = chunked or line == b"transfer-encoding: chunked"
        if b"mall_shopper=" in head and not self.token:
            self.token = head.split(b"mall_shopper=")[1].split(b";")[0].decode()
        if not chunked:
            return status, await self.reader.readexactly(length) if length else b""
        parts = list[bytes]()
        while size := int(await self.reader.readline(), 16):
            parts.append(await self.reader.readexactly(size))
            await self.reader.readline()
        await self.reader.readline()
        return status, b"".join(parts)

    async def close(self) -> None:
        """Hang up."""
        if self.writer is not None:
            self.writer.close()


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
