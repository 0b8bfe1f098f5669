"""Write migrations on a throw-away server, and check those that are written.

python -m tools.setup.migrations                      check: lint, and tables equal the code
python -m tools.setup.migrations write "room: why"    write the next one
"""

import subprocess
import sys
from pathlib import Path

from mall.doors.postgres import create_database, throw_away_cluster
from mall.doors.postgres.history import MIGRATIONS
from mall.doors.postgres.migrating import migrate, sql_of, write_migration

ROOT = Path(__file__).parents[2]


def write(message: str) -> Path | None:
    """Write the difference between the history and the code. None: there is none."""
    with throw_away_cluster(fsync="off") as cluster:
        urls = create_database(cluster, "mall", owner="owner", app="app")
        migrate(urls.owner)
        return write_migration(urls.owner, message)


def lint(folder: Path = MIGRATIONS) -> bool:
    """Run squawk over every migration's SQL; tell whether all are fit for a database in use."""
    written = ROOT / "build" / "migrations"
    written.mkdir(parents=True, exist_ok=True)
    for old in written.glob("*.sql"):
        old.unlink()
    for name, text in sql_of(folder).items():
        (written / f"{name}.sql").write_text(text)
    files = sorted(str(path) for path in written.glob("*.sql"))
    if not files:
        return True
    squawk = Path(sys.executable).parent / "squawk"
    done = subprocess.run([squawk, *files], check=False, cwd=ROOT)  # noqa: S603 - our own files
    return done.returncode == 0


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
            return 0 if lint() and fresh is None else 1
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
