"""The shortest way: handlers that are asked all the time, called without the framework.

A request that is just what a handler marked ``opt={"express": True}`` expects gets the same
function, guard, givers and encoding as on the usual way. Anything else - another body, a missing
header - goes the usual way, so that mistakes are explained in one place.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from inspect import isasyncgenfunction, iscoroutinefunction, signature
from typing import Any, cast, get_type_hints

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.serialization import default_serializer
from litestar.types import HTTPScope, Message

from mall.doors.given import FROM_SCOPE, GIVEN, AnyRequest, give_read, guard, open_read
from mall.doors.problems import problem_response

_encode = msgspec.json.Encoder(enc_hook=default_serializer).encode
_JSON = b"application/json"
_HEAD = b"content-type: %b\r\ncontent-length: %d\r\n%b"


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
    plain: tuple[tuple[str, Callable[[AnyRequest], Any]], ...]
    awaited: tuple[tuple[str, Callable[[AnyRequest], Awaitable[Any]]], ...]
    opened: tuple[str, Callable[[AnyRequest], AbstractAsyncContextManager[Any]]] | None


class Answered(msgspec.Struct, frozen=True):
    """An answer that may leave as it is."""

    status: int
    head: bytes  # lines of headers, each with its end
    body: bytes


class _Glance(msgspec.Struct, frozen=True):
    """A request as far as givers look at it, for a whole one costs more than most of them."""

    scope: HTTPScope


class Express:
    """Knows the handlers that may be called directly."""

    def __init__(self, app: Litestar, always: Callable[[HTTPScope], bytes]) -> None:
        """Find them among the routes; ``always`` writes the headers that every answer carries."""
        self._app = app
        self._always = always
        self.rides: Mapping[tuple[bytes, bytes], Ride] = {
            (method.encode(), route.path.encode()): _ride(handler)
            for route in app.routes
            if isinstance(route, HTTPRoute) and not route.path_parameters
            for handler in route.route_handlers
            if handler.opt.get("express")
            for method in handler.http_methods
        }

    async def go(self, ride: Ride, scope: HTTPScope, given: dict[str, Any]) -> Answered:
        """Answer a request. ``given``: what ``given_by`` took from it."""
        context: Any = scope
        context["litestar_app"] = self._app
        request = cast("AnyRequest", _Glance(scope))
        try:
            await guard(request, ride.handler)
            for name, give in ride.plain:
                given[name] = give(request)
            for name, giving in ride.awaited:
                given[name] = await giving(request)
            if ride.opened is None:
                value = await ride.call(**given)
            else:
                name, opening = ride.opened
                async with opening(request) as power:
                    given[name] = power
                    value = await ride.call(**given)
            written = _encode(value)
        except Exception as failure:
            return await self._explained(scope, failure)
        head = _HEAD % (_JSON, len(written), self._always(scope))
        return Answered(ride.handler.status_code, head, written)

    async def _explained(self, scope: HTTPScope, failure: Exception) -> Answered:
        request = Request[Any, Any, Any](scope)
        request.state.trace = secrets.token_hex(6)
        said = list[Any]()

        async def send(message: Message) -> None:
            said.append(message)

        answer = problem_response(request, failure).to_asgi_response(None, request)  # pyright: ignore[reportUnknownMemberType]
        await answer(scope, request.receive, send)
        start, *bodies = said
        head = as_lines(start["headers"]) + self._always(scope)
        return Answered(start["status"], head, b"".join(one["body"] for one in bodies))


def as_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write headers as they go over the wire."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


def given_by(ride: Ride, headers: Mapping[bytes, bytes], body: bytes) -> dict[str, Any] | None:
    """Take from the request what the handler wants of it. None: it is not what is expected."""
    if headers.get(b"content-type") != _JSON:
        return None
    given: dict[str, Any] = {}
    for header in ride.headers:
        value = headers.get(header.name, b"").decode("latin-1")
        if not header.pattern.search(value):
            return None
        given[header.parameter] = value
    try:
        given["data"] = ride.decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return given


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
    plain, awaited, opened = list[Any](), list[Any](), list[Any]()
    for name in hints:
        assert name in FROM_SCOPE, f"{name} needs what is not here yet"
        give = cast("Callable[..., Any]", GIVEN[name].dependency)
        if isasyncgenfunction(give):  # no answer to a POST is kept, so nobody asks what was present
            opened.append((name, open_read if give is give_read else asynccontextmanager(give)))
        elif iscoroutinefunction(give):
            awaited.append((name, give))
        else:
            plain.append((name, give if signature(give).parameters else partial(_bare, give)))
    assert len(opened) <= 1, "one power at most that has to be closed"
    return Ride(
        handler,
        cast("Callable[..., Any]", handler.fn),
        decoder,
        tuple(headers),
        tuple(plain),
        tuple(awaited),
        opened[0] if opened else None,
    )


def _bare(give: Callable[[], Any], _: AnyRequest) -> Any:
    return give()
