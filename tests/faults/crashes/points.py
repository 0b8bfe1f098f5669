"""Points at which a process may end: how they are named, and when one of them is the last."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

type How = Literal["seen", "every", "one"]

_HOUSE = "mall."
_CARRIERS = frozenset({"kernel", "doors"})  # they carry what is done for a room


def end_at_once() -> None:
    """End this process as kill -9 does: nothing is closed, told or finished."""
    os.kill(os.getpid(), signal.SIGKILL)


class Points:
    """The points of one process. Passing one for the first time ends it, where that is wanted.

    The folder is shared by all processes and by who watches them. A mall has a file in ``armed``
    that says what happens at its points: they are ``seen``, processes end at ``every`` one, or at
    ``one`` of them; without it, nothing. In ``passed`` there is a file for every point where it
    has happened, with the id of the process in it; at those nothing happens any more.
    """

    def __init__(self, folder: Path, process: str, end: Callable[[], None] = end_at_once) -> None:
        """Begin with whatever was passed before."""
        self._armed, self._passed = folder / "armed", folder / "passed"
        self._process = process
        self._end = end

    def pass_by(self, tenant: object, what: str) -> None:
        """End here if nobody has ended here before."""
        armed = self._armed / str(tenant)
        mark = self._passed / str(tenant) / quote(f"{self._process}: {what}", safe="")
        if not armed.exists() or mark.exists():
            return
        try:
            how = armed.read_text()
            if how == "one":
                armed.unlink()
            mark.parent.mkdir(parents=True, exist_ok=True)
            with mark.open("x") as written:
                written.write(str(os.getpid()))
        except (FileExistsError, FileNotFoundError):  # another process is just here
            return
        if how != "seen":
            self._end()


class Watch:
    """The same folder as its watcher sees it."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be."""
        self._folder = folder
        for name in ("armed", "passed"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def arm(self, tenant: object, how: How) -> None:
        """Say what happens at the points of a mall from now on."""
        (self._folder / "armed" / str(tenant)).write_text(how)

    def disarm(self, tenant: object) -> None:
        """Let processes pass all of them."""
        (self._folder / "armed" / str(tenant)).unlink(missing_ok=True)

    def begin_anew(self, tenant: object, but: Iterable[str] = ()) -> None:
        """Let every point of a mall count as one that nobody has passed; ``but``: not these."""
        marks = self._folder / "passed" / str(tenant)
        shutil.rmtree(marks, ignore_errors=True)
        marks.mkdir()
        for name in but:
            (marks / quote(name, safe="")).touch()

    def passed(self, tenant: object) -> dict[str, int]:
        """Give the points where something has happened, each with the id of the process."""
        marks = (self._folder / "passed" / str(tenant)).glob("*")
        return {unquote(mark.name): int(mark.read_text()) for mark in marks if mark.stat().st_size}

    def ended(self) -> set[int]:
        """Give the ids of the processes that were seen to end by SIGKILL."""
        told = self._folder / "ended"
        return {int(line) for line in told.read_text().split()} if told.exists() else set()

    def note_end(self, process: int) -> None:
        """Write down that a process was seen to end by SIGKILL."""
        with (self._folder / "ended").open("a") as told:
            told.write(f"{process}\n")


def cause() -> str:
    """Name the function of a room on whose behalf everything on the stack runs; "": there is none.

    It is the outermost: what a door called, be it a handler, a reaction, a round or an errand.
    """
    frame, found = sys._getframe(1), ""  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(_HOUSE) and module.split(".")[1] not in _CARRIERS:
            found = f"{module.removeprefix(_HOUSE)}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return found
