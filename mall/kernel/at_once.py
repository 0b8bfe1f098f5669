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
    tasks = [asyncio.Task(one, loop=loop, eager_start=True) for one in asked]
    if all(task.done() and not task.cancelled() and task.exception() is None for task in tasks):
        return [task.result() for task in tasks]
    return await asyncio.gather(*tasks)
