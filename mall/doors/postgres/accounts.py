"""Whose rights the server runs with: PostgreSQL refuses root, and root must not lend its own."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import IO, Any

from mall.doors.trouble import Trouble

OWN_ACCOUNT = "jishi-postgres"
_FALLBACKS = ("postgres", "nobody")
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine, other than the one who called."""

    name: str
    uid: int
    gid: int


def server_account(home: Path) -> Account | None:
    """Choose who the server runs as. None: the caller, who is not root.

    A folder that already holds a database keeps its owner.
    """
    if os.geteuid() != 0:
        return None
    if (home / "data").exists() and (owner := (home / "data").stat().st_uid) != 0:
        return _by_uid(owner)
    return _by_name(OWN_ACCOUNT) or _added(OWN_ACCOUNT) or _fallback()


def run_as(
    account: Account | None, command: Sequence[str | Path], *, given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a program of ours to its end with the rights of the account; never raises for its code.

    ``given`` is its standard input.
    """
    return subprocess.run(  # noqa: S603 - fixed programs, no shell
        command,
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        cwd="/",
        env=_ENVIRONMENT,
        check=False,
        **_rights(account),
    )


def launch_as(
    account: Account | None, command: Sequence[str | Path], log: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a program of ours in a session of its own, so that Ctrl-C is ours to pass on."""
    return subprocess.Popen(  # noqa: S603 - fixed programs, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,
        **_rights(account),
    )


def may(account: Account | None, test: str, path: Path) -> bool:
    """Say whether the account may do what ``test`` (``-r``, ``-w``, ``-x``) asks to the path."""
    return run_as(account, ["/bin/sh", "-c", f'test {test} "$1"', "sh", path]).returncode == 0


def give(account: Account | None, path: Path, mode: int) -> None:
    """Hand one folder or file to the account, with exactly this mode."""
    path.chmod(mode)
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _rights(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _by_name(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _by_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _added(name: str) -> Account | None:
    """Add a system user without home or shell. None: this machine does not let us."""
    if (useradd := which("useradd", path=_ENVIRONMENT["PATH"])) is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/bin/false"]
    run_as(None, [useradd, *options, "--home-dir", "/nonexistent", name])
    return _by_name(name)  # also when another process added it meanwhile


def _fallback() -> Account:
    for name in _FALLBACKS:
        if (account := _by_name(name)) is not None and account.uid != 0:
            return account
    raise Trouble(
        "以 root 运行时,数据库需要一个普通系统用户,但无法创建;请用普通用户运行。",
        "As root the database needs a system user of its own and none could be added; "
        "run as an ordinary user.",
    )
