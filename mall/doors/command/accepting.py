"""An event loop that lets in many newcomers at a time.

uvloop takes one new connection each time it comes round. While requests are worked on, it comes
round some hundred times a second, so in a rush newcomers waited for seconds before anybody heard
what they want - even those who only had to be sent away.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast, override

import uvloop

_AT_A_TIME = 8  # of many processes that share an address, one should not take all


class AcceptingLoop(uvloop.Loop):
    """uvloop, taking more than one new connection when it comes round."""

    @override
    async def create_server(  # type: ignore[override] # uvloop has several
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], *args: Any, **named: Any
    ) -> asyncio.Server:
        made = await super().create_server(protocol_factory, *args, **named)
        server = cast("asyncio.Server", made)  # which it is, but for its base
        for listener in server.sockets:
            self._take_more(
                server, socket.socket(fileno=socket.dup(listener.fileno())), protocol_factory
            )
        return server

    def _take_more(
        self,
        server: asyncio.Server,
        listener: socket.socket,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
    ) -> None:
        """Take newcomers beside the loop's own way, for as long as it does."""
        arriving = set[asyncio.Task[Any]]()

        def take() -> None:
            if not server.is_serving():
                self.remove_reader(listener)
                listener.close()
                return
            for _ in range(_AT_A_TIME):
                try:
                    newcomer, _ = listener.accept()
                except OSError:  # there is nobody more, or no room for them
                    return
                newcomer.setblocking(False)
                newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                task = self.create_task(self.connect_accepted_socket(protocol_factory, newcomer))
                arriving.add(task)
                task.add_done_callback(arriving.discard)

        listener.setblocking(False)
        self.add_reader(listener, take)
