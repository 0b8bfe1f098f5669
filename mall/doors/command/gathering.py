"""HTTP connections that write an answer in one go, together with the other answers of a moment.

uvicorn writes head and body of an answer each on its own. A write is a system call that wakes
whoever reads, which costs as much as making a small answer.
"""

import asyncio
from typing import override

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mall.doors.gate import Gate

_HELD_AT_MOST = 65_536  # bytes of one connection: who streams must notice that nobody reads

_ASKED = ("socket", "peername", "sockname", "sslcontext")  # by uvicorn, of every connection


class Gathering(asyncio.Transport):
    """Holds what is written until the event loop has come round, then writes it at once."""

    def __init__(self, inner: asyncio.Transport) -> None:
        """Write to ``inner``; must be made inside a running event loop."""
        super().__init__({name: inner.get_extra_info(name) for name in _ASKED})
        self._inner = inner
        self._loop = asyncio.get_running_loop()
        self._held = list[bytes]()
        self._size = 0

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(bytes(data))
        self._size += len(data)
        if self._size > _HELD_AT_MOST:
            self._flush()

    @override
    def close(self) -> None:
        self._flush()
        self._inner.close()

    @override
    def is_closing(self) -> bool:
        return self._inner.is_closing()

    @override
    def pause_reading(self) -> None:
        self._inner.pause_reading()

    @override
    def resume_reading(self) -> None:
        self._inner.resume_reading()

    def _flush(self) -> None:
        if self._held:
            held, self._held, self._size = self._held, [], 0
            self._inner.write(b"".join(held))


class GatheringProtocol(HttpToolsProtocol):
    """uvicorn's protocol, writing through a ``Gathering``; in a rush it refuses by itself."""

    _gate: Gate | None = None
    _between = True  # requests: nothing of the next one has come, and all of the last one

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(Gathering(transport))
        self._gate = self.app_state.get("gate")

    @override
    def data_received(self, data: bytes) -> None:
        gate = self._gate
        if gate is not None and gate.shut and self._between and self._is_idle():
            refusal = gate.refuse_unseen(data)
            if refusal is not None:
                self.transport.write(refusal)
                return
        super().data_received(data)

    @override
    def on_message_begin(self) -> None:
        self._between = False
        super().on_message_begin()

    @override
    def on_message_complete(self) -> None:
        self._between = True
        super().on_message_complete()

    def _is_idle(self) -> bool:
        return not self.cycle or self.cycle.response_complete
