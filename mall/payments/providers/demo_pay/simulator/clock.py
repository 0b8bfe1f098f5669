"""The time of this provider; tests may turn it forward."""

import time
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


class Clock:
    """Real time and an offset."""

    def __init__(self) -> None:
        """Begin with real time."""
        self.ahead = 0.0  # seconds

    def now(self) -> float:
        """Tell the time in unix seconds."""
        return time.time() + self.ahead

    def day(self) -> str:
        """Tell today's date in China."""
        return day_of(self.now())


def written(at: float | None) -> str | None:
    """Write a moment as RFC 3339 in China's time, to the millisecond."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, CHINA).isoformat(timespec="milliseconds")


def read(text: str) -> float:
    """Read a moment. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return at.astimezone(UTC).timestamp()


def day_of(at: float) -> str:
    """Give the date in China."""
    return datetime.fromtimestamp(at, CHINA).date().isoformat()


def span_of(day: str) -> tuple[float, float]:
    """Give the span of a date in China. Raises ValueError."""
    begin = datetime.fromisoformat(day).replace(tzinfo=CHINA)
    return begin.timestamp(), (begin + timedelta(days=1)).timestamp()
