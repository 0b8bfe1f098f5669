"""A real mall without demo goods, which can be killed in parts and opened again."""

import contextlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Literal

import httpx
import psutil
import psycopg

from benchmarks.running import awake_alone
from mall.doors.command import malls
from mall.doors.command.holding import opened
from mall.doors.command.ports import answer_of
from mall.doors.postgres import Cluster, libpq, migrating
from mall.doors.postgres.history import SEEDED, note_done
from mall.kernel.settings import Settings, from_environment
from mall.tenants import Licence
from tests.faults.checker import make_reader
from tests.opening import environment, two_free_ports

type Part = Literal["web", "worker", "pay", "postgres", "supervisor"]

PASSWORD = "jishi-demo"
_OPENS_WITHIN, _CLOSES_WITHIN = 120, 60
_COMMANDS = {"web": "web", "worker": "worker", "pay": "simulator"}  # by which words they are known


class Standing:
    """A mall in a folder of its own; ``slugs`` are the tenants in it, each with an owner."""

    program = ("mall.doors.command", "up")  # opens it, for ``python -m``

    def __init__(self, data: Path, *slugs: str, **told: str) -> None:
        """Make the database and found the tenants; nothing is open yet.

        ``told``: what its environment says beside the usual.
        """
        self.data, self.slugs = data, slugs
        self.port = two_free_ports()
        self.environ = environment(data, self.port) | {"MALL_WEB_PROCESSES": "1"} | told
        self.process: subprocess.Popen[bytes] | None = None
        with opened(self.settings, "tests", current=False) as urls:
            migrating.migrate(urls.owner)
            note_done(urls.owner, SEEDED)  # half a minute of demo goods that nobody here wants
            for slug in slugs:
                self._found(slug)

    @property
    def settings(self) -> Settings:
        """What every process of it is told."""
        return from_environment(self.environ)

    @property
    def log(self) -> Path:
        """Where `mall up` writes."""
        return self.data / "up.log"

    def open(self) -> None:
        """Run `mall up` until it serves."""
        with self.log.open("ab") as log:
            said = log.tell()  # what a killed one left behind still serves: only a word counts
            command = [sys.executable, "-m", *self.program]
            self.process = subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)
        self._wait(lambda: b"\nready http" in self.log.read_bytes()[said:])
        self.wait_until_open()
        many = self.settings.web_processes
        if many > 1:  # the further ones begin only now
            self._wait(lambda: len(self._processes("web")) == many)
            web = self._processes("web")
            for one in web:
                with awake_alone(one, web):
                    self._wait(self._answers)

    def wait_until_open(self) -> None:
        """Wait until web and the payment simulator answer."""
        self._wait(self._answers)

    def close(self) -> None:
        """Close it as Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(_CLOSES_WITHIN)

    def kill(self, part: Part, chance: random.Random) -> str:
        """Kill -9 a process of a part; say which. A killed supervisor leaves the others running.

        A part that has fallen with another one is waited for.
        """
        self._wait(lambda: bool(self._running(part)))
        found = self._processes(part)
        process = found[chance.randrange(len(found))]
        said = f"{part}: {process.pid} of {len(found)}"
        process.send_signal(signal.SIGKILL)
        if part == "supervisor":
            assert self.process is not None
            self.process.wait()
        return said

    def browser(self, slug: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """Give a fresh visitor of a tenant."""
        host = {"Host": f"{slug}.localhost:{self.port}"}
        address = f"http://127.0.0.1:{self.port}"
        return httpx.Client(
            base_url=address,
            headers=host | dict(headers or {}),
            timeout=30,
            verify=False,  # there is no TLS, and reading the world's certificates takes a while
        )

    def operator(self, slug: str) -> httpx.Client:
        """Give the owner of a tenant, signed in."""
        console = self.browser(slug)
        given = {"email": owner_of(slug), "password": PASSWORD}
        console.post("/api/console/v1/session", json=given).raise_for_status()
        return console

    def database(self) -> psycopg.Connection:
        """Connect as the superuser, who sees every row of every tenant."""
        return Cluster.of(self.data).connect("mall")

    def processes(self, part: Part) -> list[psutil.Process]:
        """Find the processes of a part, those that serve in its name included."""
        found = self._processes(part)
        return [*found, *(child for one in found for child in one.children(recursive=True))]

    @property
    def history(self) -> Path:
        """Where its clients write down what they were told."""
        return self.data / "history"

    @property
    def ledger(self) -> Path:
        """What the payment simulator has booked."""
        return self.data / "pay" / "ledger.sqlite3"

    @cached_property
    def reader(self) -> str:
        """Give the address of the database for the checker, who can only read."""
        password = token_hex()
        with self.database() as rows:
            role = make_reader(rows, "mall", password)
        return libpq(Cluster.of(self.data).url(role, password, "mall"))

    def _found(self, slug: str) -> None:
        licence = Licence(exemption="演示")
        names = {"zh-CN": f"铺 {slug}", "en": slug}
        with ThreadPoolExecutor(1) as apart:  # here the loop of a browser may be running
            apart.submit(
                malls.in_database,
                self.settings,
                "tests",
                lambda db: malls.found(
                    db,
                    slug,
                    names,
                    host=f"{slug}.localhost",
                    licence=licence,
                    owner_email=owner_of(slug),
                    owner_password=PASSWORD,
                ),
            ).result()

    def _processes(self, part: Part) -> list[psutil.Process]:
        found = self._running(part)
        assert found, f"no process of {part}"
        return found

    def _running(self, part: Part) -> list[psutil.Process]:
        assert self.process is not None
        supervisor = psutil.Process(self.process.pid)
        if part == "supervisor":
            return [supervisor]
        if part == "postgres":
            pid = Cluster.of(self.data).running_pid()
            return [] if pid is None else [psutil.Process(pid)]
        word, found = _COMMANDS[part], list[psutil.Process]()
        for child in supervisor.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if word in child.cmdline():
                    found.append(child)
        return found

    def _wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _OPENS_WITHIN
        while not until():
            assert self.process is not None and self.process.poll() is None, self._last_words()
            assert time.monotonic() < deadline, self._last_words()
            time.sleep(0.1)

    def _answers(self) -> bool:
        places = (f"{self.port}/healthz", f"{self.port + 1}/health")
        return all(answer_of(f"http://127.0.0.1:{place}") is not None for place in places)

    def _last_words(self) -> str:
        return self.log.read_text()[-3000:] if self.log.exists() else ""


def owner_of(slug: str) -> str:
    """Name the first member of staff of a tenant."""
    return f"owner@{slug}.localhost"


@contextmanager
def standing_mall(*slugs: str, kind: type[Standing] = Standing, **told: str) -> Generator[Standing]:
    """Open a mall for the tests inside the ``with``; nothing of it is left afterwards.

    ``kind``: how it is opened. ``told``: what its environment says beside the usual.
    """
    folder = Path(tempfile.mkdtemp(prefix="jishi-"))
    folder.chmod(0o711)  # the database server's own user passes through
    data = folder / "data"
    try:
        made = kind(data, *slugs, **told)
        try:
            made.open()
            yield made
        finally:
            made.close()
    finally:
        cluster = Cluster.of(data)
        cluster.end_leftover()
        for left in (cluster.folder, cluster.sockets, folder):
            shutil.rmtree(left, ignore_errors=True)
