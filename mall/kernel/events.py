"""Domain events: what a room announces after it happened, and who hears it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from mall.kernel.db import Tx


@dataclass(frozen=True)
class Event:
    """A fact in the past tense. It carries ids and plain values, never a row."""

    name: ClassVar[str]  # "<room>.<what happened>.v<version>"


type Reaction[E: Event] = Callable[["Tx", E], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """One reaction to one kind of event; delivered on its own, so no other can hold it up."""

    name: str  # "<room>.<function>", stored in jobs: renaming it loses waiting deliveries
    kind: type[Event]
    reaction: Reaction[Any]


_by_kind: dict[type[Event], list[Hearing]] = defaultdict(list)
_by_name: dict[str, Hearing] = {}


def hears[E: Event](kind: type[E]) -> Callable[[Reaction[E]], Reaction[E]]:
    """Run the decorated function, in its own transaction, for every event of this kind.

    Delivery is at least once and in no promised order.
    """

    def register(reaction: Reaction[E]) -> Reaction[E]:
        room = reaction.__module__.removeprefix("mall.").split(".")[0]
        hearing = Hearing(f"{room}.{getattr(reaction, '__name__', 'reaction')}", kind, reaction)
        assert hearing.name not in _by_name, f"two reactions are called {hearing.name}"
        _by_kind[kind].append(hearing)
        _by_name[hearing.name] = hearing
        return reaction

    return register


def hearings_of(kind: type[Event]) -> list[Hearing]:
    """List who hears events of this kind."""
    return _by_kind.get(kind, [])


def hearing_named(name: str) -> Hearing | None:
    """Find a hearing by its stored name; None when this version has no such reaction."""
    return _by_name.get(name)


def all_hearings() -> list[Hearing]:
    """List every reaction of the house, for the map and the generated docs."""
    return list(_by_name.values())


def packed(event: Event) -> dict[str, Any]:
    """Turn an event into JSON values."""
    return msgspec.to_builtins(event)


def unpacked(kind: type[Event], body: dict[str, Any]) -> Event:
    """Turn JSON values back into the event."""
    return msgspec.convert(body, type=kind)
