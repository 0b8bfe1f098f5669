"""The shortest way: handlers that are asked all the time, called without the framework.

A request that is just what a handler marked ``opt={"express": True}`` expects gets the same
function, guard, givers and encoding as on the usual way. Anything else - another body, a missing
header - goes the usual way, so that mistakes are explained in one place.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from inspect import isasyncgenfunction, iscoroutinefunction, signature
from typing import Any, cast, get_type_hints

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.serialization import default_serializer
from litestar.types import HTTPReceiveMessage, HTTPScope, Receive, Send

from mall.doors.given import GIVEN, AnyRequest, guard
from mall.doors.problems import problem_response

_BODY_AT_MOST = 64_000  # bytes; more goes the usual way, which has its own limit
_JSON = (b"content-type", b"application/json")

type Giver = Callable[[AnyRequest, AsyncExitStack], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Header:
    """A parameter that comes from a header and has to match a pattern."""

    parameter: str
    name: bytes
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Ride:
    """How one handler is called."""

    handler: HTTPRouteHandler
    call: Callable[..., Any]
    decoder: msgspec.json.Decoder[Any]
    headers: tuple[_Header, ...]
    givers: tuple[tuple[str, Giver], ...]


class Express:
    """Knows the handlers that may be called directly."""

    def __init__(self, app: Litestar) -> None:
        """Find them among the application's routes."""
        self._app = app
        self._rides = {
            (method, route.path): _ride(handler)
            for route in app.routes
            if isinstance(route, HTTPRoute) and not route.path_parameters
            for handler in route.route_handlers
            if handler.opt.get("express")
            for method in handler.http_methods
        }

    def find(self, scope: HTTPScope) -> Ride | None:
        """Find the handler of a request. None: it goes the usual way."""
        if scope["query_string"]:
            return None
        return self._rides.get((scope["method"], scope["path"]))

    async def go(
        self,
        ride: Ride,
        scope: HTTPScope,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        send: Send,
    ) -> Receive | None:
        """Answer a request. Gives what is left to receive when it has to go the usual way."""
        if headers.get(b"content-type") != _JSON[1]:
            return receive
        read = list[HTTPReceiveMessage]()
        given = await _given(ride, headers, receive, read)
        if given is None:
            return _again(read, receive)
        context = cast("dict[str, Any]", scope)
        context["litestar_app"] = self._app
        context.setdefault("state", {})
        request = Request[Any, Any, Any](scope, receive, send)
        try:
            await guard(request, ride.handler)
            async with AsyncExitStack() as open_until_answered:
                for name, giver in ride.givers:
                    given[name] = await giver(request, open_until_answered)
                value = await ride.call(**given)
        except Exception as failure:
            request.state.trace = secrets.token_hex(6)
            answer = problem_response(request, failure)
            await answer.to_asgi_response(None, request)(scope, receive, send)  # pyright: ignore[reportUnknownMemberType]
            return None
        body = msgspec.json.encode(value, enc_hook=default_serializer)
        length = (b"content-length", str(len(body)).encode())
        status = ride.handler.status_code
        await send({"type": "http.response.start", "status": status, "headers": [_JSON, length]})
        await send({"type": "http.response.body", "body": body, "more_body": False})
        return None


async def _given(
    ride: Ride, headers: Mapping[bytes, bytes], receive: Receive, read: list[HTTPReceiveMessage]
) -> dict[str, Any] | None:
    """Take from the request what the handler wants of it. None: it is not what is expected."""
    given = dict[str, Any]()
    for header in ride.headers:
        value = headers.get(header.name, b"").decode("latin-1")
        if not header.pattern.search(value):
            return None
        given[header.parameter] = value
    body = bytearray()
    while not read or read[-1].get("more_body"):
        message = cast("HTTPReceiveMessage", await receive())
        read.append(message)
        if message["type"] != "http.request":
            return None
        body.extend(message.get("body", b""))
        if len(body) > _BODY_AT_MOST:
            return None
    try:
        given["data"] = ride.decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return given


def _giver(name: str) -> Giver:
    """Make what gives one power or fact, whichever way it is written in ``given``."""
    give = cast("Callable[..., Any]", GIVEN[name].dependency)
    assert set(signature(give).parameters) <= {"request"}, f"{name} needs what is not here yet"
    bare = not signature(give).parameters
    opened = asynccontextmanager(give) if isasyncgenfunction(give) else None
    waits = iscoroutinefunction(give)

    async def giving(request: AnyRequest, until: AsyncExitStack) -> Any:
        if opened is not None:
            return await until.enter_async_context(opened(request))
        value = give() if bare else give(request)
        return await value if waits else value

    return giving


def _again(read: Sequence[HTTPReceiveMessage], receive: Receive) -> Receive:
    """Let what was read be received once more."""
    left = list(read)

    async def receiving() -> Any:
        return left.pop(0) if left else await receive()

    return receiving


def _ride(handler: HTTPRouteHandler) -> Ride:
    hints = get_type_hints(handler.fn, include_extras=True)
    hints.pop("return", None)
    headers = list[_Header]()
    for name, hint in list(hints.items()):
        for note in getattr(hint, "__metadata__", ()):
            if isinstance(note, ParameterKwarg) and note.header and note.pattern:
                header = note.header.lower().encode()
                headers.append(_Header(name, header, re.compile(note.pattern)))
                del hints[name]
    decoder = msgspec.json.Decoder[Any](hints.pop("data"))
    givers = tuple((name, _giver(name)) for name in hints)
    return Ride(handler, cast("Callable[..., Any]", handler.fn), decoder, tuple(headers), givers)
