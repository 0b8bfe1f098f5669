"""Whole answers kept for a second: what everybody sees alike is made once for a rush."""

from dataclasses import dataclass
from time import monotonic

from litestar.types import HTTPResponseStartEvent

_BYTES_AT_MOST = 32_000_000

type Key = tuple[str, str, bytes, str, bool]  # mall, path, query, language, gzip wanted


@dataclass(slots=True)
class Kept:
    """One answer, ready to be sent again."""

    until: float
    start: HTTPResponseStartEvent
    body: bytes


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

    def put(self, key: Key, start: HTTPResponseStartEvent, body: bytes, seconds: float) -> None:
        """Keep an answer for a while."""
        if self._bytes + len(body) > _BYTES_AT_MOST:
            self._kept.clear()
            self._bytes = 0
        before = self._kept.get(key)
        self._bytes += len(body) - (len(before.body) if before else 0)
        self._kept[key] = Kept(monotonic() + seconds, start, body)
