"""Waiting for sockets that are waited for again and again.

An event loop takes long to begin and to end watching a socket: uvloop makes something of its own
for it, closes that, and comes round once more, which cost 60 to 120 microseconds a batch. So a
loop watches one epoll for good, in which a socket is only armed: the kernel disarms it when it
tells of it. Where there is no epoll, the loop watches the socket itself.
"""

import asyncio
import select
import sys
from typing import Self
from weakref import WeakKeyDictionary

_HAS_EPOLL = sys.platform == "linux"

type Loop = asyncio.AbstractEventLoop
type Ready = asyncio.Future[None]


async def until_ready(socket: int, *, write: bool = False) -> None:
    """Wait until there is something to read, or room to ``write``; an end and an error count, too.

    Nobody else may wait for the same socket meanwhile.
    """
    loop = asyncio.get_running_loop()
    ready: Ready = loop.create_future()
    if _HAS_EPOLL:
        _Watch.of(loop).arm(socket, ready, write=write)
        await ready
        return
    loop.add_reader(socket, _wake, ready)
    try:
        if write:
            loop.add_writer(socket, _wake, ready)
        await ready
    finally:
        loop.remove_reader(socket)
        if write:
            loop.remove_writer(socket)


class _Watch:
    """The epoll of one loop."""

    _all = WeakKeyDictionary[Loop, Self]()

    def __init__(self, loop: Loop) -> None:
        self._epoll = select.epoll()
        self._waiting: dict[int, Ready] = {}
        loop.add_reader(self._epoll.fileno(), self._look)

    @classmethod
    def of(cls, loop: Loop) -> Self:
        """Give that of a loop, made at its first use."""
        found = cls._all.get(loop)
        if found is None:
            found = cls._all[loop] = cls(loop)
        return found

    def arm(self, socket: int, ready: Ready, *, write: bool) -> None:
        """Have a future told once; the one that waited for the socket before is not."""
        self._waiting[socket] = ready
        events = select.EPOLLIN | select.EPOLLONESHOT | (select.EPOLLOUT if write else 0)
        try:
            self._epoll.modify(socket, events)
        except FileNotFoundError:  # it is new; who was called by its number has been closed
            self._epoll.register(socket, events)

    def _look(self) -> None:
        for socket, _ in self._epoll.poll(0):
            _wake(self._waiting.pop(socket))


def _wake(ready: Ready) -> None:
    if not ready.done():
        ready.set_result(None)
