"""Waiting for what somebody else is doing."""

import time
from collections.abc import Callable


def eventually[T](
    found: Callable[[], T | None],
    seconds: float = 30,
    *,
    every: float = 0.1,
    why: Callable[[], object] = lambda: "it never came to that",
) -> T:
    """Ask until there is something, and give it; ``why`` tells what was there instead."""
    deadline = time.monotonic() + seconds
    while not (what := found()):
        assert time.monotonic() < deadline, why()
        time.sleep(every)
    return what
