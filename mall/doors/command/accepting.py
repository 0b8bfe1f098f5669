"""An event loop that lets in many newcomers at a time, and leaves them to whoever has fewer.

uvloop takes one new connection each time it comes round. While requests are worked on, it comes
round some hundred times a second, so in a rush newcomers waited for seconds before anybody heard
what they want - even those who only had to be sent away.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast, override

import uvloop

from mall.doors.command.sharing import Connections

_AT_A_TIME = 8
_MOMENT = 0.001  # seconds that newcomers are left to the other processes

type ProtocolFactory = Callable[[], asyncio.BaseProtocol]


class AcceptingLoop(uvloop.Loop):
    """uvloop, taking new connections in its own way."""

    def __init__(self, connections: Connections) -> None:
        """``connections``: those of this process, as others see them."""
        super().__init__()
        self._connections = connections

    @override
    async def create_server(  # type: ignore[override] # uvloop has several
        self,
        protocol_factory: ProtocolFactory,
        *args: Any,
        backlog: int = 100,
        **named: Any,
    ) -> asyncio.Server:
        made = await super().create_server(protocol_factory, *args, start_serving=False, **named)
        server = cast("asyncio.Server", made)  # which it is, but for its base
        for one in server.sockets:
            listener = socket.socket(fileno=socket.dup(one.fileno()))
            listener.setblocking(False)
            listener.listen(backlog)
            self._take_in(server, listener, protocol_factory)
        return server

    def _take_in(
        self, server: asyncio.Server, listener: socket.socket, protocol_factory: ProtocolFactory
    ) -> None:
        """Take newcomers until the server is closed."""
        arriving = set[asyncio.Task[Any]]()

        def take() -> None:
            for _ in range(_AT_A_TIME):
                if self._connections.are_more_than_elsewhere(len(arriving)):
                    self.remove_reader(listener)
                    self.call_later(_MOMENT, come_back)
                    return
                if not take_one():
                    return

        def come_back() -> None:
            take_one()  # if there is still somebody, nobody else has had time
            if server.sockets:
                self.add_reader(listener, take)

        def take_one() -> bool:
            if not server.sockets:
                self.remove_reader(listener)
                listener.close()
                return False
            try:
                newcomer, _ = listener.accept()
            except OSError:  # there is nobody more, or no room for them
                return False
            newcomer.setblocking(False)
            newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = self.create_task(self.connect_accepted_socket(protocol_factory, newcomer))
            arriving.add(task)
            task.add_done_callback(arriving.discard)
            return True

        self.add_reader(listener, take)
