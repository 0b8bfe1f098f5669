"""Asking several things at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def at_once(*asked: Coroutine[Any, Any, Any]) -> list[Any]:
    """Run them side by side and give what they give, in the same order; raises what one raises.

    Unlike ``gather`` alone, each goes as far as it comes before the next begins. What waits for
    nothing is done by then, and does not have to wait until the loop comes round.
    """
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*(asyncio.Task(one, loop=loop, eager_start=True) for one in asked))
