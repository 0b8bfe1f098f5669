"""How many requests are worked on at once: a few; some wait, and the rest is told to come back.

A server that takes in everything answers nobody in time. Each process lets a small number of
requests work and keeps a short line of others. Malls take turns, so that a rush into one is not
felt in its neighbours, and who browses has fewer places than who buys. Sending somebody away has
to cost next to nothing, for in a rush that is what most of the requests come to.
"""

import asyncio
import random
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import ClassVar

import msgspec
from litestar.types import HTTPResponseStartEvent, Send

from mall.doors.express import as_lines
from mall.doors.problems import ProblemBody
from mall.doors.storefront import write_busy_page
from mall.kernel.i18n import DEFAULT, LANGUAGES, Language, Texts, best_language
from mall.kernel.problems import Unavailable

# A place is held from the first look at the database to the answer. Browsing leaves more than
# half of the connections of a process to orders, whose lanes gather up to 64 of them in one.
BROWSING, BROWSERS_IN_LINE = 4, 24
ORDERING, BUYERS_IN_LINE = 128, 4_096  # a rush for one thing is a line, too: nobody loses a place
_ALWAYS = ("/healthz", "/callbacks/")  # who looks after the mall, and money that has been paid
_TO_ORDER = (
    "/api/console/",
    "/api/shop/v1/cart",
    "/api/shop/v1/checkout",
    "/api/shop/v1/me",
    "/api/shop/v1/orders",
    "/account",
    "/cart",
    "/checkout",
    "/orders",
    "/pay/",
    "/sign-in",
)
_TO_ORDER_RAW = tuple(prefix.encode() for prefix in (*_TO_ORDER, *_ALWAYS, "/assets/"))
_WAITS = (1, 2, 3, 4)  # seconds to stay away; different ones, or all come back together
_LOOKED_AT = 20  # refusals of a mall in one moment, before the rest of it is refused unseen
_MOMENT = 0.1  # seconds
_SHUT_AT_MOST = 1_000  # hosts


@dataclass(eq=False)
class Busy(Unavailable):
    """More people are here than can be served; nothing was done."""

    code: ClassVar[str] = "doors.busy"
    texts: ClassVar[Texts] = {
        "zh-CN": "现在访问的人太多，请 {retry_after_seconds} 秒后再试",
        "en": "Too many people are here right now; please try again in {retry_after_seconds} s",
    }


@dataclass(eq=False, slots=True)
class Line:
    """Those of one mall who wait for a place."""

    at_most: int
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque[asyncio.Future[None]])
    looked_at: int = 0  # refusals in this moment
    until: float = 0  # its end
    coming: int = 0  # let in unseen, and not here yet

    @property
    def is_full(self) -> bool:
        """Tell whether one more would be sent away."""
        return len(self.waiting) >= self.at_most


class Queue:
    """Places, and a line before them for every mall; the malls take turns."""

    def __init__(self, places: int, in_line: int) -> None:
        """Let so many work at once, and so many of each mall wait."""
        self._free = places
        self._in_line = in_line
        self._lines: dict[Hashable, Line] = {}
        self._turns = deque[Line]()  # lines in which somebody waits

    def line(self, whose: Hashable) -> Line:
        """Find the line of a mall."""
        found = self._lines.get(whose)
        if found is None:
            found = self._lines[whose] = Line(self._in_line)
        return found

    def enter(self) -> bool:
        """Take a place if one is free. False: nothing was taken."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    async def wait(self, line: Line) -> bool:
        """Wait for a place. False, at once: the line is full."""
        line.coming = 0
        if line.is_full:
            return False
        turn = asyncio.get_running_loop().create_future()
        if not line.waiting:
            self._turns.append(line)
        line.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the place was given, and nobody takes it
                self.leave()
            raise
        return True

    def leave(self) -> None:
        """Give the place to whoever is next."""
        while self._turns:
            line = self._turns.popleft()
            turn = line.waiting.popleft()
            if line.waiting:
                self._turns.append(line)
            if not turn.done():  # else who waited has gone
                turn.set_result(None)
                return
        self._free += 1


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An answer that was made when the process began."""

    start: HTTPResponseStartEvent
    body: bytes
    raw: bytes  # both, as they go over the wire


class Gate:
    """What stands between a process and more than it can do."""

    def __init__(self, always: Sequence[tuple[bytes, bytes]]) -> None:
        """Make the refusals beforehand. ``always``: headers that every answer carries."""
        self.orders = Queue(ORDERING, BUYERS_IN_LINE)
        self.browsing = Queue(BROWSING, BROWSERS_IN_LINE)
        self.shut: dict[bytes, Line] = {}  # by host: whose line is full, and many come
        self._refusals = {
            (page, language): [_refusal(page, language, wait, always) for wait in _WAITS]
            for page in (True, False)
            for language in LANGUAGES
        }

    def queue(self, method: str, path: str) -> Queue | None:
        """Find where a request has to wait. None: it never does."""
        if method != "GET" or path.startswith(_TO_ORDER):
            return None if path.startswith(_ALWAYS) else self.orders
        return None if path.startswith(_ALWAYS) else self.browsing

    async def refuse(self, line: Line, host: bytes, path: str, language: str, send: Send) -> None:
        """Send somebody away after the line was found full."""
        now = monotonic()
        if now >= line.until:
            line.until, line.looked_at = now + _MOMENT, 0
        line.looked_at += 1
        if line.looked_at >= _LOOKED_AT and line.at_most == BROWSERS_IN_LINE:
            if len(self.shut) >= _SHUT_AT_MOST:  # hosts are what strangers write
                self.shut.clear()
            self.shut[host] = line
        refusal = self._any(not path.startswith("/api/"), language)
        await send({**refusal.start, "headers": list(refusal.start["headers"])})
        await send({"type": "http.response.body", "body": refusal.body, "more_body": False})

    def refuse_unseen(self, received: bytes) -> bytes | None:
        """Answer what somebody sent who browses a mall that is full. None: look at it properly.

        Only for a whole request without a body, and only while many more come than are served.
        """
        if received[:5] != b"GET /" or received.find(b"\r\n\r\n") != len(received) - 4:
            return None
        if received.startswith(_TO_ORDER_RAW, 4):
            return None
        said = received.lower()
        host = _header(said, b"\r\nhost: ")
        line = self.shut.get(host)
        if line is None:
            return None
        if monotonic() >= line.until:
            del self.shut[host]
            return None
        if len(line.waiting) + line.coming < line.at_most:
            line.coming += 1  # many are heard before the first of them gets anywhere
            return None
        if (
            b" http/1.1\r\n" not in said
            or b"\r\ncontent-length" in said
            or b"\r\ntransfer-encoding" in said
            or b"\r\nconnection: close" in said
            or b"\r\nexpect" in said
        ):
            return None
        asked = _header(said, b"\r\naccept-language: ").decode("latin-1")
        page = not received.startswith(b"/api/", 4)
        return self._any(page, best_language(asked) or DEFAULT).raw

    def _any(self, page: bool, language: str) -> _Refusal:
        return random.choice(self._refusals[page, language])  # noqa: S311 - no secret


def _header(said: bytes, name: bytes) -> bytes:
    at = said.find(name)
    return said[at + len(name) : said.index(b"\r", at + len(name))] if at > 0 else b""


def _refusal(
    page: bool, language: Language, wait: int, always: Sequence[tuple[bytes, bytes]]
) -> _Refusal:
    problem, named = Busy(wait), dict(always)
    if page:
        written = write_busy_page(problem, language)
        body, kind = written.body, b"text/html; charset=utf-8"
        named |= {name.lower().encode(): text.encode() for name, text in written.headers.items()}
    else:
        told = ProblemBody(
            type=f"/problems/{problem.code}",
            title=problem.text(language),
            status=problem.status,
            code=problem.code,
            fields=problem.fields(),
        )
        body, kind = msgspec.json.encode(told), b"application/problem+json"
    named |= {
        b"content-type": kind,
        b"content-length": b"%d" % len(body),
        b"cache-control": b"no-store",
        b"retry-after": b"%d" % wait,
    }
    headers = list(named.items())
    raw = b"HTTP/1.1 %d Service Unavailable\r\n%b\r\n%b" % (
        problem.status,
        as_lines(headers),
        body,
    )
    start: HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": problem.status,
        "headers": headers,
    }
    return _Refusal(start, body, raw)
