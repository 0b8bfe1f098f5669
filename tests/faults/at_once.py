"""Many ask at the same moment, each over a connection of their own that is open before."""

import asyncio
import json
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.clients import Client
from benchmarks.running import awake_alone
from tests.faults.standing import Standing

_PATIENCE = 60.0  # seconds, for the slowest answer
_FILES_BESIDE = 200  # that this process has open beside the connections of clients
_OPENED_TOGETHER = 200  # connections; more would not fit into the queue of a listener


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``token``: of the session it belongs to; "": of nobody yet."""

    method: str
    path: str
    json: Mapping[str, Any] | bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    token: str = ""
    after: float = 0.0  # seconds behind the opening of the gate


@dataclass(frozen=True, slots=True)
class Told:
    """One answer."""

    status: int
    body: bytes
    token: str  # of the session that it began
    seconds: float  # from asking to the last byte

    @property
    def json(self) -> dict[str, Any]:
        """What it says."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Which problem it is; "": none."""
        return "" if self.status < 400 else str(self.json["code"])


def make_room_for(connections: int) -> None:
    """Let this process have as many connections, where the system gives them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _FILES_BESIDE
    needed = min(wanted, hard) if hard != resource.RLIM_INFINITY else connections * 2
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


async def at_once(mall: Standing, slug: str, asks: Sequence[Ask]) -> list[Told]:
    """Let all ask together; the answers in the order of the asks. Nobody may stay unanswered."""
    clients = [Client(mall.port, f"{slug}.localhost:{mall.port}") for _ in asks]
    try:
        await _connect(mall, clients)
        async with asyncio.timeout(_PATIENCE):
            together = zip(clients, asks, strict=True)
            return await asyncio.gather(*(_ask(client, one) for client, one in together))
    finally:
        for client in clients:
            client.close()


async def _connect(mall: Standing, clients: Sequence[Client]) -> None:
    """Open all connections, as many to each process that serves.

    Of many that come together the first process to wake takes all, and a race that happens in one
    process is none: so one after another is awake alone until its share is taken.
    """
    serving = mall.processes("web")
    for number, process in enumerate(serving):
        share = clients[number :: len(serving)]
        with awake_alone(process, serving):
            for at in range(0, len(share), _OPENED_TOGETHER):
                some = share[at : at + _OPENED_TOGETHER]
                await asyncio.gather(*(one.connect() for one in some))
                await some[-1].ask("GET", "/healthz")  # by now it has taken those before, too


async def _ask(client: Client, ask: Ask) -> Told:
    body = ask.json if isinstance(ask.json, bytes) else json.dumps(ask.json).encode()
    lines = dict(ask.headers)
    if ask.token:
        lines["Authorization"] = f"Bearer {ask.token}"
    headers = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    if ask.method == "POST" and not body:
        headers += "Content-Length: 0\r\n"
    if ask.after:
        turn = asyncio.Event()
        asyncio.get_running_loop().call_later(ask.after, turn.set)
        await turn.wait()
    began = time.perf_counter()
    status, told = await client.ask(ask.method, ask.path, body, headers)
    return Told(status, told, client.token, time.perf_counter() - began)
