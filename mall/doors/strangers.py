"""How many may wait for the same stranger at once: a quarter of those who could, at most.

A provider that hangs would otherwise have everybody waiting for it in the end, and what has
nothing to do with it would not be done either.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic

_HANGS = 0.5  # seconds without an answer, after which nobody waits for a place any more


class Strangers:
    """Counts who waits for whom in this process."""

    def __init__(self, waiting: int) -> None:
        """``waiting``: how many things this process does at once that may wait for somebody."""
        self._at_most = max(waiting // 4, 1)
        self._asked: dict[str, list[float]] = {}  # since when, by stranger
        self._places: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def asking(self, stranger: str) -> AsyncGenerator[bool]:
        """Hold a place while a stranger is asked. Gives False when there is none: come back later.

        While the stranger answers, places are free again in a moment, which is waited for.
        ``stranger`` "": nobody who could hang.
        """
        if not stranger:
            yield True
            return
        asked = self._asked.setdefault(stranger, [])
        places = self._places.setdefault(stranger, asyncio.Semaphore(self._at_most))
        if places.locked():
            if not asked or monotonic() - min(asked) > _HANGS:
                yield False
                return
            try:
                async with asyncio.timeout(_HANGS):
                    await places.acquire()
            except TimeoutError:
                yield False
                return
        else:
            await places.acquire()
        since = monotonic()
        asked.append(since)
        try:
            yield True
        finally:
            asked.remove(since)
            places.release()
