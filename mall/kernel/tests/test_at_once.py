"""What is asked at once is answered in the order of asking, at once where nobody waits."""

import asyncio

import pytest

from mall.kernel.at_once import at_once


async def _told(value: int, *, waits: bool = False) -> int:
    if waits:
        await asyncio.sleep(0)
    return value


async def _refused(*, waits: bool = False) -> int:
    if waits:
        await asyncio.sleep(0)
    raise LookupError


@pytest.mark.parametrize("waits", [False, True])
async def test_answers_come_in_the_order_of_the_questions(waits: bool) -> None:
    assert await at_once(_told(1, waits=waits), _told(2), _told(3, waits=waits)) == [1, 2, 3]


@pytest.mark.parametrize("waits", [False, True])
async def test_what_one_raises_is_raised(waits: bool) -> None:
    with pytest.raises(LookupError):
        await at_once(_told(1, waits=True), _refused(waits=waits))
    with pytest.raises(LookupError):
        await at_once(_told(1), _refused(waits=waits))


async def test_where_nobody_waits_the_loop_does_not_come_round() -> None:
    others = list[str]()
    asyncio.get_running_loop().call_soon(others.append, "somebody")
    assert await at_once(_told(1), _told(2)) == [1, 2]
    assert others == []
