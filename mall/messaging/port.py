"""The port that every way of sending fills."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mall.kernel.i18n import Texts
from mall.kernel.outside import Outside
from mall.messaging.rules import Message, NotSent, Sent


@dataclass(frozen=True, slots=True)
class Transport:
    """One way: whom it reaches, and how it takes a message."""

    titles: Texts
    reaches: frozenset[str]  # "phone", "email"
    keeps_secrets: bool  # True: shows secret bodies by design (the demo's inbox)
    send: Callable[[Outside, Message], Awaitable[Sent | NotSent]]
