"""One embedded server's life: made once, started, found again, stopped, whatever came between."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from mall.doors.postgres.accounts import give, launch_as, run_as
from mall.doors.postgres.places import Place, secret
from mall.doors.trouble import Trouble

SUPERUSER = "postgres"
_START_SECONDS = 600  # recovery after a crash may read a lot of log
_STEP = 0.02

_CONF = """\
# Written at every start. Your own settings go to own.conf beside this file.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 60
superuser_reserved_connections = 3
password_encryption = scram-sha-256
shared_buffers = 96MB
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 512MB
huge_pages = off
io_method = sync
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
autovacuum_max_workers = 2
jit = off
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
wal_level = minimal
max_wal_senders = 0
wal_compression = on
max_wal_size = 512MB
min_wal_size = 64MB
checkpoint_timeout = 10min
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_checkpoints = off
log_line_prefix = '%m '
include_if_exists = 'own.conf'
"""
_HBA = "# Written at every start: passwords only, and only over the socket.\nlocal all all {how}\n"


def start(place: Place, *, durable: bool = True) -> subprocess.Popen[bytes]:
    """Start the server, made first if there is none, and wait until it takes connections.

    The caller must know that no server of this place is wanted elsewhere: one that a killed
    supervisor left behind is stopped. ``durable`` false loses data with the power, for tests.
    """
    stop_server(place)
    _end_orphans(place)
    if not (place.data / "PG_VERSION").exists():
        _make(place)
    elif not (place.secrets / SUPERUSER).exists():
        _renew_password(place)
    _configure(place, durable=durable)
    begin = place.log.stat().st_size if place.log.exists() else 0
    with place.log.open("ab") as log:
        child = launch_as(place.account, [place.programs / "postgres", "-D", place.data], log)
    deadline = time.monotonic() + _START_SECONDS
    try:
        while _state(place, child.pid) != "ready":
            if child.poll() is not None:
                raise _trouble(log_tail(place.log, begin))
            if time.monotonic() > deadline:
                raise Trouble(
                    f"数据库 {_START_SECONDS} 秒内没有启动,见 {place.log}。",
                    f"The database did not start in {_START_SECONDS} s; see {place.log}.",
                )
            time.sleep(_STEP)
    except BaseException:
        child.terminate()
        raise
    return child


def stop_server(place: Place, *, patience: float = 30) -> bool:
    """Stop the place's server: fast first, at once when that takes too long. False: none ran."""
    process = running(place)
    if process is None:
        return False
    for kind, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
        try:
            process.send_signal(kind)
            process.wait(seconds)
        except psutil.TimeoutExpired:
            continue
        except psutil.NoSuchProcess:
            pass
        break
    return True


def running(place: Place) -> psutil.Process | None:
    """Find the place's server by its pid file; a stranger that has its number is not it."""
    lines = _pid_file(place)
    if not lines or not lines[0].isdecimal():
        return None
    return _ours(place, int(lines[0]))


def log_tail(log: Path, begin: int = 0) -> str:
    """Read the end of a log, from byte ``begin`` on, 4 kB at most."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(begin, log.stat().st_size - 4096))
        return file.read().decode(errors="replace")


def _make(place: Place) -> None:
    """Make the database files beside their place and move them there when they are whole."""
    half = place.home / "data.new"
    shutil.rmtree(half, ignore_errors=True)
    key = place.home / "password"
    key.write_text("")
    give(place.account, key, 0o600)
    try:
        key.write_text(secret(place.secrets, SUPERUSER))
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        who = [f"--username={SUPERUSER}", f"--pwfile={key}", "--auth=scram-sha-256"]
        command = [place.programs / "initdb", "-D", half, *who, *locale, "--locale=C", "--no-sync"]
        done = run_as(place.account, command)
    finally:
        key.unlink()
    if done.returncode:
        shutil.rmtree(half, ignore_errors=True)
        raise _trouble(done.stderr.decode(errors="replace"))
    run_as(place.account, [place.programs / "initdb", "--sync-only", "-D", half])
    shutil.rmtree(place.data, ignore_errors=True)  # no PG_VERSION in it: never was a database
    half.rename(place.data)


def _renew_password(place: Place) -> None:
    """Give the superuser a new password when the file with the old one is lost."""
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{secret(place.secrets, SUPERUSER)}'\n"
    command = [place.programs / "postgres", "--single", "-D", place.data, SUPERUSER]
    done = run_as(place.account, command, given=statement.encode())
    if done.returncode:
        (place.secrets / SUPERUSER).unlink()
        raise _trouble(done.stderr.decode(errors="replace"))


def _configure(place: Place, *, durable: bool) -> None:
    socket = str(place.socket).replace("'", "''")
    conf = _CONF.format(socket=socket, durable="on" if durable else "off")
    files = {"postgresql.conf": conf, "pg_hba.conf": _HBA.format(how="scram-sha-256")}
    for name, text in files.items():
        half = place.data / f"{name}.new"
        half.write_text(text)
        give(place.account, half, 0o600)
        half.replace(place.data / name)


def _pid_file(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _state(place: Place, pid: int) -> str:
    """Read what the server says of itself in the eighth line of its pid file."""
    lines = _pid_file(place)
    return lines[7].strip() if len(lines) > 7 and lines[0] == str(pid) else ""


def _ours(place: Place, pid: int) -> psutil.Process | None:
    """Give the process if it works in the place's data directory, as all of PostgreSQL's do."""
    try:
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == place.data:
            return process
    except (psutil.Error, OSError):
        pass
    return None


def _end_orphans(place: Place) -> None:
    """After a kill -9 of the server: end what it left behind, and its pid file.

    Its children notice by themselves, mostly at once; one that is busy is ended.
    """
    stale = place.data / "postmaster.pid"
    if not stale.exists():
        return
    deadline = time.monotonic() + 5
    while left := list(_working_in(place)):
        if time.monotonic() > deadline:
            for process in left:
                process.kill()
        time.sleep(_STEP)
    stale.unlink(missing_ok=True)


def _working_in(place: Place) -> Iterator[psutil.Process]:
    for pid in psutil.pids():
        if (process := _ours(place, pid)) is not None:
            yield process


def _trouble(said: str) -> Trouble:
    lines = [line for line in said.splitlines() if line.strip()]
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return Trouble(
            "磁盘已满,数据库无法写入;请腾出至少 1 GB 空间后重试。",
            "The disk is full and the database cannot write; free at least 1 GB and try again.",
        )
    last = next((x for x in reversed(lines) if "FATAL" in x or "error" in x.lower()), "")
    last = last or (lines[-1] if lines else "?")
    return Trouble(f"数据库无法启动:{last}", f"The database cannot start: {last}")
