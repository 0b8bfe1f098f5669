"""HTTP connections: uvicorn's, which write in one go and know of the shortest way.

uvicorn starts a task for every request and talks to it in messages. For a request that the
shortest way answers, usually at once, that is most of the work: such a request is collected here
and answered in one piece. The parser, the order of answers, time-outs and closing stay uvicorn's.
In a rush, who cannot be served is sent away before anybody has looked closely.
"""

import asyncio
from typing import Any, cast, override

from litestar.types import HTTPScope
from uvicorn._types import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)
from uvicorn.config import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from mall.doors.command.gathering import Gathering
from mall.doors.command.plain_requests import read_plain
from mall.doors.express import Answered, Ride, as_lines
from mall.doors.front import Front
from mall.doors.gate import Gate
from mall.doors.given import Headers

_LAST_LOOK = 0.1  # seconds, before a connection that is quiet is closed
_BODY_AT_MOST = 64_000  # bytes; more goes the usual way, which has its own limit


class HttpConnection(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Serve the application of ``config``, which is a ``Front``."""
        super().__init__(config, server_state, app_state, _loop)
        # the Front, in what asks whom a proxy speaks for
        application = cast("Any", config.loaded_app)  # pyright: ignore[reportUnknownMemberType]
        self._application: ASGI3Application = application
        self._front: Front = application.app
        self._rides = self._front.express.rides
        self._forwarded = ProxyHeadersMiddleware(_nothing, config.forwarded_allow_ips or "")
        self._ride: Ride | None = None
        self._ridden: RequestResponseCycle | None = None  # of the last ride, free for the next
        self._body = bytearray()
        self._gate: Gate | None = app_state.get("gate")
        self._between = True  # requests: nothing of the next one has come, and all of the last one
        self._quiet_since = 0.0  # by the clock of the loop
        self._looked = False  # once more, since then

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(Gathering(transport))

    @override
    def data_received(self, data: bytes) -> None:
        if self._between and self._is_idle():
            gate = self._gate
            if gate is not None and gate.shut:
                refusal = gate.refuse_unseen(data)
                if refusal is not None:
                    self.transport.write(refusal)
                    return
            if self._takes_plain(data):
                return
        super().data_received(data)

    def _takes_plain(self, data: bytes) -> bool:
        """Begin to answer a request that can be read without the parser."""
        end = data.find(b"\r\n")
        method, _, rest = data[:end].partition(b" ")
        path, _, version = rest.partition(b" ")
        ride = self._rides.get((method, path))
        if ride is None or version != b"HTTP/1.1" or len(data) > _BODY_AT_MOST:
            return False
        plain = read_plain(data, end)
        if plain is None:
            return False
        headers, body = plain
        super().on_message_begin()
        self.headers += headers.items()
        self.url = path
        self._describe(method)
        self._answer(ride, headers, body)
        return True

    @override
    def on_message_begin(self) -> None:
        self._between = False
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        assert self.parser is not None
        method: bytes = self.parser.get_method()
        ride = self._rides.get((method, self.url))
        if ride is None or not self._is_plain():
            super().on_headers_complete()
            return
        self._ride = ride
        self._body = bytearray()
        self._describe(method)

    def _describe(self, method: bytes) -> None:
        """Say in the scope what is asked."""
        scope = self.scope
        scope["method"] = method.decode("ascii")
        scope["raw_path"] = self.url
        scope["path"] = self.url.decode("ascii")
        scope["query_string"] = b""

    def _is_plain(self) -> bool:
        """Tell whether nothing is special about the connection at this request."""
        parser = self.parser
        assert parser is not None
        return (
            self._is_idle()
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
        )

    def _is_idle(self) -> bool:
        return not self.cycle or self.cycle.response_complete

    @override
    def on_body(self, body: bytes) -> None:
        if self._ride is None:
            super().on_body(body)
            return
        self._body += body
        if len(self._body) > _BODY_AT_MOST:
            self._ride = None
            super().on_headers_complete()
            super().on_body(bytes(self._body))

    @override
    def on_message_complete(self) -> None:
        self._between = True
        ride = self._ride
        if ride is None:
            super().on_message_complete()
            return
        self._ride = None
        self._answer(ride, dict(self.headers), bytes(self._body))

    def _answer(self, ride: Ride, headers: Headers, body: bytes) -> None:
        self.cycle = cycle = self._next_cycle()
        # runs at once as far as it comes, which is to the end where nothing is waited for
        answering = self._go(ride, cycle, headers, body)
        going = asyncio.Task(answering, loop=self.loop, eager_start=True)
        if not going.done():
            self.tasks.add(going)
            going.add_done_callback(self.tasks.discard)

    def _next_cycle(self) -> RequestResponseCycle:
        """Give what uvicorn wants to know of a request: the last ride's once more, if it is over.

        To make one costs more than to write an answer.
        """
        cycle, self._ridden = self._ridden, None
        if cycle is not None:
            cycle.scope = self.scope
            cycle.response_started = cycle.response_complete = False
            return cycle
        return RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=True,
            on_response=self.on_response_complete,
        )

    async def _go(
        self, ride: Ride, cycle: RequestResponseCycle, headers: Headers, body: bytes
    ) -> None:
        scope = cycle.scope
        if b"x-forwarded-for" in headers or b"x-forwarded-proto" in headers:
            await self._forwarded(scope, _none_comes, _nobody_hears)
        try:
            answered = await self._front.ride(ride, cast("HTTPScope", scope), headers, body)
        except Exception:  # a mistake of ours, after which nobody knows what was done
            self.logger.exception("no answer could be made")
            self.transport.close()
            return
        if answered is None:
            cycle.body += body
            cycle.more_body = False
            cycle.message_event.set()
            self._start_asgi_task(cycle, self._application)
            return
        if self.flow.write_paused:  # who does not read is not answered any further
            await self.flow.drain()
        cycle.response_started = cycle.response_complete = True
        if cycle.disconnected:
            return
        self._ridden = cycle
        self.transport.write(self._written(answered, is_last=not cycle.keep_alive))
        if not cycle.keep_alive:  # the process is being stopped
            self.transport.close()
        self.on_response_complete()

    @override
    def on_response_complete(self) -> None:
        self._quiet_since, self._looked = self.loop.time(), False
        if self.timeout_keep_alive_task is None or self.pipeline or self.flow.read_paused:
            super().on_response_complete()
        else:
            self.server_state.total_requests += 1

    @override
    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that is quiet; a plain request does not stop this clock.

        A clock rings before the loop hears what came while it was busy, so that is waited for.
        """
        self.timeout_keep_alive_task = None
        if not self._is_idle():
            return  # the clock begins anew with the answer
        left = self._quiet_since + self.timeout_keep_alive - self.loop.time()
        if left <= 0 and self._looked:
            super().timeout_keep_alive_handler()
            return
        if left <= 0:
            left, self._looked = _LAST_LOOK, True
        again = self.loop.call_later(left, self.timeout_keep_alive_handler)
        self.timeout_keep_alive_task = again

    def _written(self, answered: Answered, *, is_last: bool) -> bytes:
        parts = [
            STATUS_LINE[answered.status],
            as_lines(self.server_state.default_headers),
            answered.head,
            b"connection: close\r\n\r\n" if is_last else b"\r\n",
            answered.body,
        ]
        return b"".join(parts)


async def _nothing(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Do nothing with a request."""


async def _none_comes() -> ASGIReceiveEvent:
    return {"type": "http.disconnect"}


async def _nobody_hears(message: ASGISendEvent) -> None:
    """Hear nothing."""
