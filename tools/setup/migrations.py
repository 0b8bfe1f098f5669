"""Write migrations on a throw-away server, and check that those written make the code's tables.

python -m tools.setup.migrations                      check: the tables equal the code
python -m tools.setup.migrations write "room: why"    write the next one
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import msgspec

from mall.doors.postgres import create_database, throw_away_cluster
from mall.doors.postgres.history import MIGRATIONS
from mall.doors.postgres.migrating import migrate, sql_of, write_migration
from tools.architecture.fault import Fault

ROOT = Path(__file__).parents[2]


class Complaint(msgspec.Struct):
    """What squawk says about one statement."""

    file: str
    line: int  # counted from 0
    rule_name: str
    message: str
    help: str | None = None


def write(message: str) -> Path | None:
    """Write the difference between the history and the code. None: there is none."""
    with throw_away_cluster(fsync="off") as cluster:
        urls = create_database(cluster, "mall", owner="owner", app="app")
        migrate(urls.owner)
        return write_migration(urls.owner, message)


def lint(folder: Path = MIGRATIONS, printed: Path = ROOT / "build/migrations") -> Iterator[Fault]:
    """Print every migration's SQL below ``printed``; name what is unfit for a database in use."""
    printed.mkdir(parents=True, exist_ok=True)
    for old in printed.glob("*.sql"):
        old.unlink()
    for name, text in sql_of(folder).items():
        (printed / f"{name}.sql").write_text(text, encoding="utf-8")
    files = sorted(printed.glob("*.sql"))
    if files:
        squawk = Path(sys.executable).parent / "squawk"
        command = [squawk, "--config", ROOT / ".squawk.toml", "--reporter", "json", *files]
        done = run(command, check=False, capture_output=True)  # noqa: S603 - our own files
        for one in msgspec.json.decode(done.stdout, type=list[Complaint]):
            path = Path(one.file).relative_to(printed.parents[1]).as_posix()
            do = one.help or "write it in the safe order that squawk's page on the rule shows"
            yield Fault(path, one.line + 1, f"{one.rule_name}: {one.message}", do)


def main(arguments: list[str]) -> int:
    """Do what the command line says."""
    match arguments:
        case ["write", message] if message:
            print(write(message) or "没有差别 · tables and code agree already")
            return 0
        case []:
            fresh = write("difference")
            if fresh is not None:
                fresh.unlink()
                print('✗ 表与迁移不一致:make migration M="room: why" · tables lack a migration')
            return 0 if fresh is None else 1
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
