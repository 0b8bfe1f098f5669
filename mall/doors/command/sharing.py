"""How the web processes of a mall share newcomers: each sees how many connections the others have.

Whoever comes first takes a newcomer, and in a moment in which many come, one process took nearly
all of them: it was busy for as long as they stayed, and the others had nothing to do.
"""

import mmap
import socket
import tempfile
from typing import Any, Self, override

_WIDTH = 8  # bytes of a number


class Door:
    """What the web processes are given: the socket they listen on, the table they count in."""

    def __init__(self, listener: socket.socket, processes: int) -> None:
        """``listener``: bound; nobody is let in before a process listens."""
        self._socket = listener
        self._table = tempfile.TemporaryFile()  # noqa: SIM115 - __exit__ closes it
        self._table.write(bytes(processes * _WIDTH))
        self._table.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._table.close()

    @property
    def descriptors(self) -> list[int]:
        """What a process must get open."""
        return [self._socket.fileno(), self._table.fileno()]

    def environ(self, name: str) -> dict[str, str]:
        """Tell a process by its name (``web``, ``web-2`` ...) what it has got."""
        listener, table = map(str, self.descriptors)
        number = int(name.partition("-")[2] or 1) - 1
        return {
            "MALL_WEB_SOCKET": listener,
            "MALL_WEB_TABLE": table,
            "MALL_WEB_NUMBER": str(number),
        }


class Connections(set[Any]):
    """The open connections of this process. What others see is right at any time."""

    def __init__(self, table: memoryview, number: int) -> None:
        """``table``: of numbers, one a process; ours is that of ``number``."""
        super().__init__()
        self._table, self._number = table, number
        self._others = [other for other in range(len(table)) if other != number]
        self._tell()  # whoever was here before us has gone

    @classmethod
    def of(cls, descriptor: int | None, number: int) -> Self:
        """Begin with the open table of a ``Door``. None: there are no others."""
        if descriptor is None:
            return cls(memoryview(bytearray(_WIDTH)).cast("q"), 0)
        return cls(memoryview(mmap.mmap(descriptor, 0)).cast("q"), number)

    @override
    def add(self, element: Any, /) -> None:
        super().add(element)
        self._tell()

    @override
    def discard(self, element: Any, /) -> None:
        super().discard(element)
        self._tell()

    def are_more_than_elsewhere(self, coming: int) -> bool:
        """Tell whether another process has fewer; ``coming``: that are let in at the moment."""
        mine = len(self) + coming
        return any(self._table[other] < mine for other in self._others)

    def _tell(self) -> None:
        self._table[self._number] = len(self)
