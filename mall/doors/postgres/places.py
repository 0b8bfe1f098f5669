"""Where a server keeps its data and opens its socket, with nothing above that folder touched."""

import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mall.doors.postgres.accounts import Account, give, may, server_account
from mall.doors.postgres.programs import STATE, programs
from mall.doors.trouble import Trouble

_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_AT_MOST = 103 if os.uname().sysname == "Darwin" else 107  # bytes of sun_path


@dataclass(frozen=True, slots=True)
class Place:
    """All that it takes to run one server."""

    home: Path  # 0700, the account's; holds data/ and, when the path is short enough, socket/
    socket: Path  # folder of the socket, 0700
    programs: Path
    account: Account | None  # None: the caller
    secrets: Path  # folder of the password files, 0700, the caller's
    log: Path

    @property
    def data(self) -> Path:
        """The data directory in PostgreSQL's sense."""
        return self.home / "data"


def place_in(folder: Path) -> Place:
    """Find, or make, the place of the server whose mall keeps its data in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    account = server_account(folder / "postgres")
    home = _home(folder, account)
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    return Place(
        home=home,
        socket=_socket(home, account),
        programs=programs(account),
        account=account,
        secrets=secrets_in(folder),
        log=logs / "postgres.log",
    )


def secrets_in(folder: Path) -> Path:
    """Make the folder for secrets, readable to its owner only."""
    kept = folder / "secrets"
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(kept.stat().st_mode) & 0o077:
        kept.chmod(0o700)
    return kept


def secret(folder: Path, name: str) -> str:
    """Read the secret of this name, or make it up and keep it. Files are 0600 from their birth."""
    path = folder / name
    if not path.exists():
        half = folder / f".{name}.{os.getpid()}"
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(half, path)  # never over one that another process has just made
        except FileExistsError:
            pass
        finally:
            half.unlink()
    return path.read_text().strip()


def _home(folder: Path, account: Account | None) -> Path:
    """Give the server's own folder; ``postgres`` is a link where it cannot lie in the mall's."""
    home = folder / "postgres"
    if home.is_symlink() and not home.exists():
        raise Trouble(
            f"{home} 指向的数据库目录 {home.readlink()} 不见了;恢复它,或删除此链接重新开始。",
            f"{home} leads to {home.readlink()}, which is gone; restore it, or remove the link "
            "to begin anew.",
        )
    if not home.exists():
        if account is None or may(account, "-x", folder):
            home.mkdir(mode=0o700)
        else:
            STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
            target = STATE / f"mall-{secrets.token_hex(6)}"
            target.mkdir(mode=0o700)
            home.symlink_to(target)
    home = home.resolve()
    if account is None and home.stat().st_uid != os.geteuid():
        raise Trouble(
            f"{home} 属于另一个用户;请用当初运行 make up 的用户(可能是 root)运行。",
            f"{home} belongs to another user; run as the user who ran make up first (maybe root).",
        )
    give(account, home, 0o700)
    return home


def _socket(home: Path, account: Account | None) -> Path:
    """Give a folder for the socket that nobody else can enter, whose path is short enough."""
    folder = home / "socket"
    if len(os.fsencode(folder / _SOCKET_NAME)) > _SOCKET_PATH_AT_MOST:
        name = f"jishi-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        base = Path(runtime) if runtime and account is None else Path(tempfile.gettempdir())
        if len(os.fsencode(base / name / _SOCKET_NAME)) > _SOCKET_PATH_AT_MOST:
            base = Path("/tmp")  # noqa: S108 - the folder's owner is checked below
        folder = base / name
    try:
        folder.mkdir(mode=0o700)
        give(account, folder, 0o700)
    except FileExistsError:
        owner = os.geteuid() if account is None else account.uid
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
            raise Trouble(
                f"{folder} 已被其他用户占用,数据库无法在那里打开;请删除它。",
                f"{folder} belongs to someone else, so the database cannot open there; remove it.",
            ) from None
        give(account, folder, 0o700)
    return folder
