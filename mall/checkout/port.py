"""The socket of placing: a door collects wants into batches and calls ``place`` for all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mall.checkout.rules import Placed, PlaceWant


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """The power to place one order now, together with whoever else is placing. Doors make it."""

    run: Callable[[PlaceWant], Awaitable[Placed]]

    async def __call__(self, want: PlaceWant) -> Placed:
        """Place it. Raises the problem that refuses it; a repeat with the same key is safe."""
        return await self.run(want)
