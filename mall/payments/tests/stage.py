"""A provider's simulator as a process of its own, and a mall that it can notify."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from mall.kernel.crypto import Secrets
from mall.kernel.ids import AttemptId
from mall.kernel.problems import Problem
from mall.kernel.time import utc_now
from mall.payments.errands import take_notification
from mall.payments.tests.door import ROOT, Door, outside_of

_PATIENCE = 15.0  # seconds


async def until(is_so: Callable[[], Awaitable[object]], *, seconds: float = _PATIENCE) -> None:
    """Wait until it is so. Raises AssertionError when it takes too long."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await is_so():
        assert asyncio.get_running_loop().time() < deadline, "it never came to be"
        await asyncio.sleep(0.03)


@dataclass
class Receiver:
    """Takes notifications of all malls, told apart by their host, as the door does."""

    doors: dict[str, Door] = field(default_factory=dict[str, Door])
    answers: list[int] = field(default_factory=list[int])
    deaf: bool = False  # answers 500 and takes nothing
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.partition(": ") for line in head[1:] if line)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        status = await self._take(head[0].split(" ")[1], headers, body)
        self.answers.append(status)
        writer.write(
            f"HTTP/1.1 {status} -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            writer.close()

    async def _take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        door = self.doors.get(headers["host"].split(".")[0])
        if self.deaf or door is None:
            return 500
        door.now = utc_now()
        try:
            await take_notification(door.run_errand, path.rsplit("/", 1)[1], headers, body)
        except Problem as problem:
            return problem.status
        return 204


@dataclass
class Stage:
    """One simulator."""

    provider: str
    folder: Path
    receiver: Receiver
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start the process and wait until it answers."""
        self.port = self.port or free_port()
        self._launch()
        await until(self._answers, seconds=60)

    def _launch(self) -> None:
        arguments = {
            "--port": str(self.port),
            "--data": str(self.folder),
            "--notify-base": f"http://127.0.0.1:{self.receiver.port}",
            "--notify-delays": "0,0.2,0.2,0.2,0.5,1,1,1,1,1,1,1",
            "--refund-seconds": "0.2",
        }
        flat = [part for pair in arguments.items() for part in pair]
        secret = Secrets(ROOT).key_for(self.provider).hex()
        module = f"mall.payments.providers.{self.provider}.simulator"
        with (self.folder.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *flat],
                env=os.environ | {"MALL_PAY_SECRET": secret},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def end(self, kind: signal.Signals = signal.SIGTERM) -> None:
        """End the process."""
        if self.process is not None:
            self.process.send_signal(kind)
            self.process.wait(20)
            self.process = None

    async def pay(self, door: Door, attempt_id: AttemptId, fault: str = "") -> dict[str, Any]:
        """Be the payer."""
        one = (await door.book()).attempt(attempt_id)
        asked = {"merchant": str(door.tenant), "out_trade_no": one.out_no, "fault": fault}
        return await self.control("POST", "pay", asked | {"seconds": 2})

    async def fault(self, door: Door, kind: str, *, count: int = 1, seconds: float = 1) -> None:
        """Order a fault."""
        asked = {"kind": kind, "merchant": str(door.tenant), "count": count, "seconds": seconds}
        await self.control("POST", "faults", asked)

    async def control(self, method: str, what: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Call the control plane."""
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.request(method, f"{self.url}/control/{what}", json=asked)
        assert answer.is_success, answer.text
        return answer.json()

    async def ledger(self, door: Door, table: str) -> list[dict[str, Any]]:
        """Read the provider's own books about a mall."""
        rows = (await self.control("GET", "ledger", {}))[table]
        return [row for row in rows if row["merchant"] == str(door.tenant)]

    def seat(self, door: Door) -> Door:
        """Connect a mall with this provider, in real time."""
        door.provider = self.provider
        door.now = utc_now()
        door.outside = outside_of({"MALL_PAY_URL": self.url})
        door.host = f"{door.tenant.hex}.localhost:8000"
        self.receiver.doors[door.tenant.hex] = door
        return door

    async def _answers(self) -> bool:
        assert self.process is None or self.process.poll() is None, "the simulator fell"
        try:
            async with httpx.AsyncClient(trust_env=False) as http:
                return (await http.get(f"{self.url}/health")).is_success
        except httpx.HTTPError:
            return False


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    """Listen for notifications."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
