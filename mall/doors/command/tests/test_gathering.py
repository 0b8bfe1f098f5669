"""Answers leave in one write, in order, and nothing that was written is lost."""

import asyncio
from typing import override

from mall.doors.command.gathering import Gathering


class _Recording(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.told = list[bytes | str]()

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.told.append(bytes(data))

    @override
    def close(self) -> None:
        self.told.append("closed")


async def test_head_and_body_of_an_answer_leave_in_one_write() -> None:
    socket = _Recording()
    gathering = Gathering(socket)
    gathering.write(b"head ")
    gathering.write(b"body")
    assert socket.told == []
    await asyncio.sleep(0)
    assert socket.told == [b"head body"]
    gathering.write(b"next")
    await asyncio.sleep(0)
    assert socket.told == [b"head body", b"next"]


async def test_a_long_stream_is_not_held_back() -> None:
    socket = _Recording()
    gathering = Gathering(socket)
    gathering.write(b"head ")
    gathering.write(b"x" * 70_000)
    assert socket.told == [b"head " + b"x" * 70_000]
    gathering.write(b"end")
    await asyncio.sleep(0)
    assert socket.told[1:] == [b"end"]


async def test_what_is_held_leaves_before_the_connection_is_closed() -> None:
    socket = _Recording()
    gathering = Gathering(socket)
    gathering.write(b"goodbye")
    gathering.close()
    await asyncio.sleep(0)
    assert socket.told == [b"goodbye", "closed"]
