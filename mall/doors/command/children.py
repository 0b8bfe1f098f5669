"""The processes that `mall up` keeps: started, watched, started again, ended, never left over."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MARK = "MALL_SUPERVISED"  # in the environment of everything that we start: the data folder
_LOG_AT_MOST = 20_000_000  # bytes, at a start
_WORDS = ("ERROR", "CRITICAL", "FATAL", "Traceback", "PANIC")
_STEADY_SECONDS = 30


@dataclass(slots=True)
class Child:
    """One process of the mall, with what is known of its luck."""

    name: str
    arguments: Sequence[str]  # for this Python
    log: Path
    environ: Mapping[str, str]
    descriptors: Sequence[int] = ()  # open files that it gets from us, under the same numbers
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    falls: int = 0  # since it last ran steadily
    again_at: float = 0
    _read: int = field(default=0, repr=False)

    def start(self) -> None:
        """Start it in a session of its own, its words going to the log."""
        if self.log.exists() and self.log.stat().st_size > _LOG_AT_MOST:
            self.log.replace(self.log.with_suffix(".old.log"))
        self._read = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.environ),
                pass_fds=self.descriptors,
                start_new_session=True,  # Ctrl-C comes to us; we stop the others in order
            )
        self.started = time.monotonic()

    def look(self) -> int | None:
        """Look after it: give its exit code in the moment that it is found dead, else None.

        A dead one is started again, each time in a row a little later.
        """
        if self.process is None:
            if time.monotonic() >= self.again_at:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            if self.falls and time.monotonic() - self.started > _STEADY_SECONDS:
                self.falls = 0
            return None
        end_group(self.process.pid, signal.SIGKILL)  # what it started must not hold its port
        self.process = None
        self.again_at = time.monotonic() + min(10.0, 0.25 * 2**self.falls)
        self.falls += 1
        return code

    def new_errors(self) -> list[str]:
        """Read what it wrote since the last call; give the lines that speak of errors."""
        if not self.log.exists() or self.log.stat().st_size <= self._read:
            return []
        with self.log.open("rb") as log:
            log.seek(self._read)
            text = log.read(200_000)
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        lines = whole.decode(errors="replace").splitlines()
        return [line for line in lines if any(word in line for word in _WORDS)]

    def last_word(self) -> str:
        """Give the last line of the log, where a reason mostly stands."""
        if not self.log.exists():
            return ""
        lines = self.log.read_bytes()[-4000:].decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def end_group(leader: int, kind: signal.Signals) -> None:
    """Send a signal to a child's whole session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, kind)


def end_all(children: Sequence[Child], *, seconds: float) -> None:
    """Ask all to finish, and end those that have not after ``seconds``."""
    alive = [child.process for child in children if child.process is not None]
    for process in alive:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + seconds
    for process in alive:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        end_group(process.pid, signal.SIGKILL)
        process.wait()


def end_orphans(data: Path, *, seconds: float = 5) -> int:
    """End what a killed supervisor of this data folder left behind; give their number.

    They are known by the mark in their environment, which no other process can have by chance.
    """
    left = list[psutil.Process]()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(data):
                left.append(process)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=seconds)
    for process in stubborn:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    return len(left)
