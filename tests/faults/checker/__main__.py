"""Decide I1-I11 and print one table; ends with 1 on findings, with 2 when nothing can be decided.

    python -m tests.faults.checker --database URL --history DIR --ledger PATH_OR_URL

The role in the URL must see every mall and be unable to write. As a superuser of PostgreSQL:

    CREATE ROLE mall_reader LOGIN BYPASSRLS PASSWORD '...';
    GRANT pg_read_all_data TO mall_reader;
    GRANT CONNECT ON DATABASE mall TO mall_reader;
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults.checker import CannotJudge, judge, table


def main(arguments: Sequence[str]) -> int:
    """Run as a program; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.checker",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--database", required=True, metavar="URL")
    parser.add_argument("--history", required=True, type=Path, metavar="DIR")
    parser.add_argument("--ledger", required=True, metavar="PATH_OR_URL")
    parser.add_argument(
        "--patience",
        type=float,
        default=300,
        metavar="SECONDS",
        help="how old something must be to count as left in the middle; 300 unless told",
    )
    given = parser.parse_args(arguments)
    try:
        verdicts = judge(given.database, given.history, given.ledger, patience=given.patience)
    except CannotJudge as trouble:
        print(trouble, file=sys.stderr)
        return 2
    print(table(verdicts))
    return 1 if any(one.found for one in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
