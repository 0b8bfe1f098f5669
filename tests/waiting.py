"""Waiting for what somebody else is doing."""

import time
from collections.abc import Callable


def eventually[T](found: Callable[[], T | None], seconds: float = 30) -> T:
    """Ask until there is something, and give it."""
    deadline = time.monotonic() + seconds
    while not (what := found()):
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.1)
    return what
