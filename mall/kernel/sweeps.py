"""Sweeps: small regular rounds (time-outs, expiry, polling) that the worker makes per tenant."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mall.kernel.time import Instant

if TYPE_CHECKING:
    from mall.kernel.db import Tx

type Round = Callable[["Tx", Instant], Awaitable[bool | None]]  # True: there may be more to do


@dataclass(frozen=True, slots=True)
class Sweep:
    """One regular round. It does a bounded piece of work, and says when there may be more.

    More is done at once, in another transaction, for at most as long as until the next round.
    """

    name: str  # "<room>.<verb>"
    every: timedelta
    run: Round


_by_name: dict[str, Sweep] = {}


def sweep(name: str, *, every: timedelta) -> Callable[[Round], Round]:
    """Run the decorated function for every tenant, each in its own transaction, again and again."""

    def register(run: Round) -> Round:
        assert name not in _by_name, f"two sweeps are called {name}"
        _by_name[name] = Sweep(name, every, run)
        return run

    return register


def all_sweeps() -> list[Sweep]:
    """List every sweep of the house."""
    return list(_by_name.values())
