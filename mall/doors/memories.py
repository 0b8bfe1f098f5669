"""Short memories: answers that may be a moment old, so that a rush does not ask again and again."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic


class Memory[Key: Hashable, Value]:
    """Remember answers for a short while; many who ask at once share one question."""

    def __init__(self, seconds: float, at_most: int) -> None:
        """Keep each answer for ``seconds`` and ``at_most`` of them."""
        self._seconds = seconds
        self._at_most = at_most
        self._known: dict[Key, tuple[float, Value]] = {}
        self._asked: dict[Key, asyncio.Task[Value]] = {}

    def known(self, key: Key) -> tuple[float, Value] | None:
        """Give the remembered answer and the moment until which it may be told. None: ask."""
        known = self._known.get(key)
        return known if known is not None and known[0] > monotonic() else None

    async def get(self, key: Key, ask: Callable[[], Awaitable[Value]]) -> Value:
        """Give the remembered answer, or ask. A failure is given to all who wait and forgotten."""
        known = self.known(key)
        if known is not None:
            return known[1]
        running = self._asked.get(key)
        if running is None:
            running = asyncio.ensure_future(self._ask(key, ask))
            self._asked[key] = running
        return await asyncio.shield(running)

    def forget(self, key: Key) -> None:
        """Drop one answer, because this process has just changed it."""
        self._known.pop(key, None)

    async def _ask(self, key: Key, ask: Callable[[], Awaitable[Value]]) -> Value:
        try:
            value = await ask()
            if len(self._known) >= self._at_most:
                self._known.clear()
            self._known[key] = (monotonic() + self._seconds, value)
            return value
        finally:
            self._asked.pop(key, None)
