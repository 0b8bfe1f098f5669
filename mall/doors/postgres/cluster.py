"""One embedded PostgreSQL server: made, started, stopped and found again after a kill."""

import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from mall.doors.postgres import system_user
from mall.doors.postgres.addresses import on_socket
from mall.doors.postgres.programs import programs
from mall.doors.postgres.secrets import secret
from mall.doors.trouble import Trouble

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "96MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "huge_pages": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "autovacuum_max_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    "io_method": "sync",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
_SOCKET_PATH_AT_MOST = 107 - len("/.s.PGSQL.5432")
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
_START_SECONDS = 600  # a recovery after a crash may read a lot


class NoServer(Trouble):
    """The embedded server cannot run; the message says why and what to do, in two languages."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An embedded server of one data folder."""

    folder: Path  # holds ``data`` and the log; owned by the user who runs the server
    sockets: Path
    programs: Path
    secrets: Path  # the mall's data folder
    run_as: system_user.User | None  # None: whoever runs us

    @classmethod
    def of(cls, data: Path) -> "Cluster":
        """Find the places of the server that belongs to a mall's data folder."""
        data.mkdir(parents=True, exist_ok=True)
        data = data.resolve()
        folder = data / "postgres"
        run_as = None
        if os.geteuid() == 0:
            run_as = system_user.for_server(folder / "data")
            if not folder.exists() and not system_user.can_reach(data):
                _leads_elsewhere(folder)
        folder = folder.resolve()
        sockets = folder / "run"
        if len(os.fsencode(sockets)) > _SOCKET_PATH_AT_MOST:
            name = hashlib.sha256(bytes(folder)).hexdigest()[:16]
            sockets = Path(tempfile.gettempdir()) / f"jishi-{os.geteuid()}-{name}"
        if len(os.fsencode(sockets)) > _SOCKET_PATH_AT_MOST:
            sockets = Path("/tmp") / sockets.name  # noqa: S108 - its owner is checked
        return cls(folder, sockets, programs(run_as), data, run_as)

    @property
    def tables_folder(self) -> Path:
        """Where the tables are."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.folder / "postgres.log"

    def url(self, user: str, password: str, database: str) -> str:
        """Write an address for SQLAlchemy."""
        return on_socket(self.sockets, user, password, database)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as the superuser, outside of any transaction."""
        return psycopg.connect(
            host=str(self.sockets),
            user="postgres",
            password=secret(self.secrets, "postgres"),
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
        if not (self.tables_folder / "PG_VERSION").exists():
            self._initdb()
        elif not (self.secrets / "secrets" / "postgres").exists():
            self._renew_password()
        options = _SETTINGS | {"unix_socket_directories": str(self.sockets)} | settings
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603 - our own program and settings
                [self.programs / "postgres", "-D", self.tables_folder, *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
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
        pid = self.running_pid()
        if pid is not None:
            _signal(pid, signal.SIGINT)
            _wait(lambda: self.running_pid() is None, seconds=20)
        for stray in self._processes_inside():
            _signal(stray, signal.SIGQUIT)
        _wait(lambda: not self._processes_inside(), seconds=10)
        for stray in self._processes_inside():
            _signal(stray, signal.SIGKILL)
        if not self._processes_inside():  # its number may belong to a stranger by now
            (self.tables_folder / "postmaster.pid").unlink(missing_ok=True)

    def running_pid(self) -> int | None:
        """Find the running server's process. None: it does not run."""
        try:
            pid = int((self.tables_folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        except PermissionError:
            raise self._not_ours() from None
        return pid if self._works_inside(pid) else None

    def is_ready(self) -> bool:
        """Tell whether the server runs and takes connections."""
        pid = self.running_pid()
        return pid is not None and self._says_ready(pid)

    def _processes_inside(self) -> list[int]:
        """List live processes that work in our data folder (every PostgreSQL process does)."""
        if not (self.tables_folder / "postmaster.pid").exists():
            return []
        return [pid for pid in psutil.pids() if self._works_inside(pid)]

    def _works_inside(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return (
                process.cwd() == str(self.tables_folder)
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except (psutil.Error, OSError):
            return False

    def _make_folders(self) -> None:
        for folder in (self.folder, self.sockets):
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            owner = self.run_as.uid if self.run_as else os.geteuid()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
                raise self._not_ours()
            system_user.give(folder, self.run_as, 0o700)

    def _not_ours(self) -> NoServer:
        return NoServer(
            f"{self.folder} 属于另一个用户;请用第一次运行 make up 的用户(可能是 root)运行。",
            f"{self.folder} belongs to another user; run as the one who ran make up first.",
        )

    def _initdb(self) -> None:
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        key = self.folder / "password.new"
        key.unlink(missing_ok=True)
        key.touch(0o600)
        try:
            key.write_text(secret(self.secrets, "postgres"))
            system_user.give(key, self.run_as, 0o600)
            who = ["--username=postgres", f"--pwfile={key}", "--auth=scram-sha-256"]
            how = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
            done = self._run("initdb", f"--pgdata={fresh}", *who, *how, "--no-instructions")
        except OSError as failure:
            raise NoServer(*_reason(str(failure))) from failure
        finally:
            key.unlink()
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise NoServer(*_reason(done.stderr.decode(errors="replace")))
        shutil.rmtree(
            self.tables_folder, ignore_errors=True
        )  # without PG_VERSION it never was a database
        fresh.rename(self.tables_folder)  # a folder named ``data`` is always a finished one

    def _renew_password(self) -> None:
        """Give the superuser a new password when the file with the old one is lost."""
        sentence = f"ALTER ROLE postgres PASSWORD '{secret(self.secrets, 'postgres')}'\n"
        done = self._run(
            "postgres", "--single", "-D", str(self.tables_folder), "postgres", said=sentence
        )
        if done.returncode:
            (self.secrets / "secrets" / "postgres").unlink()
            raise NoServer(*_reason(done.stderr.decode(errors="replace")))

    def _run(
        self, program: str, *arguments: str, said: str = ""
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - our own program and settings
            [self.programs / program, *arguments],
            input=said.encode(),
            capture_output=True,
            check=False,
            cwd="/",
            env=_ENVIRONMENT,
            umask=0o077,
            user=self.run_as.uid if self.run_as else None,
            group=self.run_as.gid if self.run_as else None,
            extra_groups=[] if self.run_as else None,
        )

    def _wait_until_it_answers(self, server: subprocess.Popen[bytes]) -> None:
        """Wait for the word ``ready``, which the server writes into its pid file."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._says_ready(server.pid):
            if server.poll() is not None:
                tail = self.log.read_bytes()[-2000:].decode(errors="replace")
                raise NoServer(*_reason(tail))
            if time.monotonic() > deadline:
                self.stop(server)
                raise NoServer(
                    f"数据库 {_START_SECONDS} 秒没有就绪,见 {self.log}",
                    f"The database is not ready after {_START_SECONDS} s; see {self.log}",
                )
            time.sleep(0.02)

    def _says_ready(self, pid: int) -> bool:
        try:
            lines = (self.tables_folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _leads_elsewhere(folder: Path) -> None:
    """Make ``folder`` a link to a new one that the server's user can reach."""
    if folder.is_symlink():
        raise NoServer(
            f"{folder} 指向的 {folder.readlink()} 不见了;请恢复它,或删除此链接重新开始。",
            f"{folder} leads to {folder.readlink()}, which is gone; restore it, or remove the "
            "link to begin anew.",
        )
    target = system_user.own_home() / f"mall-{secrets.token_hex(6)}"
    target.mkdir(mode=0o700)
    folder.symlink_to(target)


def _reason(output: str) -> tuple[str, str]:
    """Say in one sentence, in two languages, why PostgreSQL did not start."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return (
            "磁盘已满,数据库无法写入;请腾出至少 1 GB 空间后重试。",
            "The disk is full and the database cannot write; free at least 1 GB and try again.",
        )
    lines = [line for line in output.splitlines() if line.strip()] or ["?"]
    last = next((x for x in reversed(lines) if "FATAL" in x or "error:" in x), lines[-1])
    return f"数据库无法启动:{last}", f"The database cannot start: {last}"


def _signal(pid: int, kind: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, kind)


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
    data.chmod(0o711)  # the server's user passes through; everything inside is 0700
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
