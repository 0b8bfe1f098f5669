"""Errands: talking with the outside in three steps, so that no row is locked meanwhile.

``prepare`` reads what is wanted inside a transaction, ``call`` talks to the stranger with no
transaction open, ``record`` writes the answer down in another. Doors and the worker run them; a
kill between any two steps leads to the same errand being run again from its first step.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mall.kernel.time import Instant

if TYPE_CHECKING:
    from mall.kernel.db import Tx
    from mall.kernel.outside import Outside

type Args = Mapping[str, Any]  # JSON values


@dataclass(frozen=True, slots=True)
class Done:
    """The errand is over; ``value`` goes to a door that ran it inline."""

    value: Any = None


@dataclass(frozen=True, slots=True)
class Again:
    """Run the errand once more, from its first step, after a while."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class Errand[Question, Answer]:
    """One kind of errand. ``call`` must use an idempotency key that ``prepare`` stored."""

    name: str  # "<room>.<verb>", stored in jobs
    prepare: Callable[["Tx", Args, Instant], Awaitable[Question | None]]  # None: nothing to do
    call: Callable[["Outside", Question], Awaitable[Answer]]
    record: Callable[["Tx", Question, Answer, Instant], Awaitable[Done | Again]]
    stranger: str = ""  # whom ``call`` waits for, if it is somebody who could hang

    def __post_init__(self) -> None:
        """Make the errand known by its name."""
        assert self.name not in _by_name, f"two errands are called {self.name}"
        _by_name[self.name] = self


_by_name: dict[str, Errand[Any, Any]] = {}


def errand_named(name: str) -> Errand[Any, Any] | None:
    """Find an errand by its stored name; None when this version has no such errand."""
    return _by_name.get(name)


def all_errands() -> list[Errand[Any, Any]]:
    """List every errand of the house."""
    return list(_by_name.values())


@dataclass(frozen=True, slots=True)
class RunErrand:
    """The power to run an errand now, for a request that waits for its value. Doors make it."""

    run: Callable[[Errand[Any, Any], Args], Awaitable[Any]]

    async def __call__(self, errand: Errand[Any, Any], args: Args) -> Any:
        """Run it and give ``Done.value``. Raises what its steps raise."""
        return await self.run(errand, args)
