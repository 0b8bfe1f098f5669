"""PostgreSQL refuses to run as root: a system user of its own runs it, in folders made for it."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from mall.doors.trouble import Trouble

NAME = "jishi-postgres"
HOME = Path("/var/lib/jishi")  # for what this user could not reach where the mall lies
_FALLBACKS = ("postgres", "nobody")
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class User:
    """Who runs the server."""

    uid: int
    gid: int


def for_server(data: Path) -> User:
    """Find the system user, or make it. Files that exist already keep their owner."""
    if data.exists() and (found := data.stat()).st_uid != 0:
        return User(found.st_uid, found.st_gid)
    user = _called(NAME) or _added() or next(filter(None, map(_called, _FALLBACKS)), None)
    if user is None or user.uid == 0:
        raise Trouble(
            "以 root 运行时,数据库需要一个普通系统用户,但无法创建;请用普通用户运行。",
            "As root the database needs a system user of its own and none could be added; "
            "run as an ordinary user.",
        )
    return user


def can_reach(folder: Path) -> bool:
    """Tell whether a stranger may pass through every folder on the way; nothing is changed."""
    ways = [folder, *folder.parents]
    return all(way.stat().st_mode & stat.S_IXOTH for way in ways)


def own_home() -> Path:
    """Give the folder for what the user cannot reach elsewhere; only root writes to it."""
    HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    return HOME


def give(path: Path, user: User | None, mode: int) -> None:
    """Hand one file or folder to the user (None: it stays ours), with exactly this mode."""
    path.chmod(mode)
    if user is not None:
        os.chown(path, user.uid, user.gid)


def _called(name: str) -> User | None:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return User(found.pw_uid, found.pw_gid)


def _added() -> User | None:
    """Add the user, without home or shell. None: this machine does not let us."""
    if (useradd := which("useradd", path=_PATH)) is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/bin/false"]
    subprocess.run(  # noqa: S603 - fixed words
        [useradd, *options, "--home-dir", "/nonexistent", NAME],
        check=False,  # another process may have been first
        capture_output=True,
    )
    return _called(NAME)
