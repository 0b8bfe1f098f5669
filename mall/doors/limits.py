"""How much one visitor may ask: a bucket per session or address, refilled steadily."""

from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

from mall.kernel.i18n import Texts
from mall.kernel.problems import TooMany

_REMEMBERED_AT_MOST = 100_000


@dataclass(eq=False)
class TooFast(TooMany):
    """More requests than one visitor needs."""

    code: ClassVar[str] = "request.too_fast"
    texts: ClassVar[Texts] = {
        "zh-CN": "请求太频繁，请 {retry_after_seconds} 秒后再试",
        "en": "Too many requests; please wait {retry_after_seconds} seconds",
    }


class Limiter:
    """Counts what each visitor asks of this process; tokens are single requests."""

    def __init__(self, per_second: float, burst: int) -> None:
        """Allow ``per_second`` in the long run and ``burst`` at once; 0 a second: no limit."""
        self.counts = per_second > 0
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens left, at that moment

    def take(self, visitor: str) -> int:
        """Take one token. Gives 0, or the whole seconds until there is one again."""
        if not self.counts:
            return 0
        now = monotonic()
        left, at = self._buckets.get(visitor, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._per_second)
        if left < 1:
            return int((1 - left) / self._per_second) + 1
        if len(self._buckets) >= _REMEMBERED_AT_MOST:
            self._buckets.clear()  # full buckets again for all: better than an ever-growing table
        self._buckets[visitor] = (left - 1, now)
        return 0
