"""The web application in this process, asked as a server asks it: a few thousand times a minute."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from litestar.handlers import HTTPRouteHandler

from mall.doors.web import create_app
from mall.kernel.settings import Settings
from tests.strangers.asking import application_in, without_warnings

_AT_ONCE = 6


@dataclass(frozen=True)
class Question:
    """One request; ``who`` asks, as a report calls them."""

    who: str
    host: str
    verb: str
    path: str  # percent-encoded
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    route: str = ""

    def __str__(self) -> str:
        """Show enough of it to ask it again."""
        headers = {k: v for k, v in self.headers.items() if k != "Authorization"}
        asked = f"{self.verb} {self.host}{self.path}?{self.query}"
        return f"{self.who}: {asked[:400]} {headers} {self.body[:600]!r}"

    @property
    def text(self) -> str:
        """Everything that it brings along, as it is meant."""
        headers = "\n".join(self.headers.values())
        body = self.body.decode("utf-8", "replace")
        plain = f"{self.host}\n{self.path}?{self.query}\n{headers}\n{body}"
        return f"{plain}\n{unquote(plain)}"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    all_headers: Sequence[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers by name."""
        return dict(self.all_headers)


class Inside:
    """An application that has been opened."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def ask(self, question: Question) -> Answer:
        """Send one request and read the answer to its end."""
        headers = {"host": question.host, **question.headers}
        if question.body:
            headers["content-length"] = str(len(question.body))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": question.verb,
            "scheme": "http",
            "path": unquote(question.path),
            "raw_path": question.path.encode(),
            "query_string": question.query.encode(),
            "root_path": "",
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "extensions": {},
        }
        left = [{"type": "http.request", "body": question.body, "more_body": False}]
        start, body = dict[str, Any](), bytearray()

        async def receive() -> dict[str, Any]:
            if not left:
                await asyncio.Event().wait()  # the visitor stays, and says nothing more
            return left.pop()

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        try:
            await self._app(scope, receive, send)
        except Exception as failure:  # a server would say so, too
            return Answer(500, [], repr(failure).encode())
        found = cast("list[tuple[bytes, bytes]]", [*start["headers"]])
        plain = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in found]
        return Answer(int(start["status"]), plain, bytes(body))

    async def ask_all(
        self, questions: Iterable[Question], hear: Callable[[Question, Answer], Awaitable[None]]
    ) -> None:
        """Send requests, some at once, each drawn when its turn comes."""
        waiting = iter(questions)

        async def some() -> None:
            for question in waiting:
                await hear(question, await self.ask(question))

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(some())


@asynccontextmanager
async def opened_inside(
    settings: Settings, also: Sequence[HTTPRouteHandler] = ()
) -> AsyncGenerator[Inside]:
    """Open the application in this process; ``also`` adds routes."""
    with without_warnings():
        front = create_app(settings, also)
    async with application_in(front).lifespan():
        yield Inside(front)
