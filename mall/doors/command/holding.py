"""Who may start and stop the embedded server of a data folder: one command at a time."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mall.doors.postgres import Cluster, Urls, prepare
from mall.doors.postgres.history import up_to_date
from mall.doors.trouble import Trouble
from mall.kernel.settings import Settings

_WAIT_SECONDS = 30
_NOTICE_SECONDS = 1.0
_CLOSING = ", closing"


@contextmanager
def held(data: Path, who: str, *, wait: bool = False) -> Generator[bool]:
    """Hold the data folder inside the ``with``; False when another command holds it.

    With ``wait`` one that is closing is waited for. The lock goes with its process, also after
    kill -9.
    """
    data.mkdir(parents=True, exist_ok=True)
    handle = os.open(data / "mall.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        mine = _locked(handle)
        begun = time.monotonic()
        while wait and not mine and _lets_go(data, time.monotonic() - begun):
            time.sleep(0.05)
            mine = _locked(handle)
        if mine:
            _write(handle, f"{who} ({os.getpid()})")
        yield mine
    finally:
        os.close(handle)


def say_closing(data: Path) -> None:
    """Tell others that waiting for the data folder is worth it; for who holds it."""
    with (data / "mall.lock").open("r+") as lock:
        _write(lock.fileno(), f"{lock.read()}{_CLOSING}")


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lets_go(data: Path, waited: float) -> bool:
    """Tell whether the holder closes; one whose `make` was just killed needs a moment to say."""
    if holder(data).endswith(_CLOSING):
        return waited < _WAIT_SECONDS
    return waited < _NOTICE_SECONDS


def _write(handle: int, text: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, text.encode(), 0)


def holder(data: Path) -> str:
    """Name the command that holds the data folder."""
    return (data / "mall.lock").read_text() or "?"


@contextmanager
def opened(settings: Settings, who: str, *, current: bool = True) -> Generator[Urls]:
    """Have the database answering inside the ``with``.

    An embedded server is started and stopped again, or used as it is when the mall is open.
    Trouble when migrations are due, unless ``current`` is false.
    """
    with _answering(settings, who) as urls:
        if current and not up_to_date(urls.owner):
            raise Trouble(
                "数据库结构不是最新的;请先运行 mall migrate。",
                "The database is not up to date; run mall migrate first.",
            )
        yield urls


@contextmanager
def _answering(settings: Settings, who: str) -> Generator[Urls]:
    if settings.database_url is not None:
        yield prepare(settings)
        return
    with held(settings.data, who) as mine:
        cluster = Cluster.of(settings.data)
        if not mine:
            _wait_for(cluster)
            yield prepare(settings)
            return
        server = cluster.start()
        try:
            yield prepare(settings)
        finally:
            cluster.stop(server)


def _wait_for(cluster: Cluster) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while not cluster.is_ready():
        if time.monotonic() > deadline:
            who = holder(cluster.secrets)
            raise Trouble(
                f"{who} 占用着数据目录,但数据库没有就绪;请稍后再试。",
                f"{who} holds the data folder but the database is not ready; try again later.",
            )
        time.sleep(0.1)
