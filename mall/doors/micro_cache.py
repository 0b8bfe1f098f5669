"""Whole answers kept for a second: what everybody sees alike is made once for a rush.

An answer whose second is over is good for another one if nothing that it was made of has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from litestar.types import HTTPResponseStartEvent, Send

from mall.doors.given import Headers
from mall.kernel.db import Present
from mall.tenants import Tenant

_BYTES_AT_MOST = 32_000_000
_SECONDS_AT_MOST = 60.0  # then it is made anew, whatever the clock may do to what it says

type Key = tuple[str, str, bytes, str, bool]  # mall, path, query, language, gzip wanted


@dataclass(slots=True)
class Kept:
    """One answer, ready to be sent again."""

    start: HTTPResponseStartEvent
    body: bytes
    seconds: float = 0
    tenant: Tenant | None = None  # the mall as it was when this was made
    version: int = 0  # of what is remembered of the mall, then
    present: Sequence[Present] = ()  # what it says of the moment
    until: float = 0
    at_most_until: float = 0


class MicroCache:
    """Answers of this process; forgotten after their second, or all when there are too many."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: dict[Key, Kept] = {}
        self._bytes = 0

    def get(self, key: Key) -> Kept | None:
        """Give an answer that is still fresh."""
        kept = self._kept.get(key)
        return kept if kept is not None and kept.until > monotonic() else None

    def stale(self, key: Key) -> Kept | None:
        """Give an answer whose time is over, but which may be renewed."""
        kept = self._kept.get(key)
        return kept if kept is not None and kept.at_most_until > monotonic() else None

    def renew(self, kept: Kept) -> None:
        """Let an answer be good for another while."""
        kept.until = min(monotonic() + kept.seconds, kept.at_most_until)

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer for a while."""
        if self._bytes + len(kept.body) > _BYTES_AT_MOST:
            self._kept.clear()
            self._bytes = 0
        before = self._kept.get(key)
        self._bytes += len(kept.body) - (len(before.body) if before else 0)
        kept.at_most_until = monotonic() + _SECONDS_AT_MOST
        self.renew(kept)
        self._kept[key] = kept


async def send_kept(kept: Kept, headers: Headers, send: Send) -> None:
    """Send an answer, or only that it is the one which the visitor has."""
    tag = next((value for name, value in kept.start["headers"] if name == b"etag"), b"-")
    if tag in headers.get(b"if-none-match", b""):
        shared = [
            (name, value)
            for name, value in kept.start["headers"]
            if name in {b"etag", b"cache-control", b"vary"}
        ]
        unchanged: HTTPResponseStartEvent = {**kept.start, "status": 304, "headers": shared}
        await send(unchanged)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    await send(kept.start)
    await send({"type": "http.response.body", "body": kept.body, "more_body": False})


def sets_cookie(start: HTTPResponseStartEvent) -> bool:
    """Tell whether an answer is for one visitor only."""
    return any(name == b"set-cookie" for name, _ in start["headers"])
