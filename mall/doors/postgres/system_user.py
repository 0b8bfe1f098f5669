"""PostgreSQL refuses to run as root: a system user of its own runs it, in folders made for it."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = "jishi-postgres"
HOME = Path("/var/lib/jishi")


@dataclass(frozen=True, slots=True)
class User:
    """Who runs the server."""

    uid: int
    gid: int


def for_server() -> User:
    """Find the system user, or make it."""
    try:
        found = pwd.getpwnam(NAME)
    except KeyError:
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run(  # noqa: S603 - fixed words
            ["/usr/sbin/useradd", *options, "--home-dir", str(HOME), NAME],
            check=True,
            capture_output=True,
        )
        found = pwd.getpwnam(NAME)
    HOME.mkdir(mode=0o755, exist_ok=True)
    return User(found.pw_uid, found.pw_gid)


def can_reach(folder: Path) -> bool:
    """Tell whether a stranger may pass through every folder on the way; nothing is changed."""
    ways = [folder, *folder.parents]
    return all(way.stat().st_mode & stat.S_IXOTH for way in ways)


def reachable_programs(programs: Path) -> Path:
    """Give a place where the user can run the programs from: theirs, or a copy made once."""
    if can_reach(programs):
        return programs
    install = programs.parent
    mark = hashlib.sha256(f"{programs}{(programs / 'postgres').stat().st_mtime_ns}".encode())
    copy = HOME / f"postgresql-{mark.hexdigest()[:12]}"
    if not copy.exists():
        half = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(install, half, symlinks=True)
        half.chmod(0o755)
        try:
            half.rename(copy)
        except OSError:  # somebody else was quicker
            shutil.rmtree(half)
    return copy / programs.name
