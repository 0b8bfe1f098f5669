"""How the command line speaks: short, in both languages, errors in one sentence."""

import errno
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from rich.console import Console

from mall.doors.trouble import Trouble
from mall.kernel.problems import Problem

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

FULL_DISK = Trouble(
    "磁盘已满;请腾出至少 1 GB 空间后重试。",
    "The disk is full; free at least 1 GB and try again.",
)


def tell(trouble: Trouble) -> None:
    """Print what is wrong."""
    err.print(f"[red]✗[/red] {_plain(trouble.zh)}\n  {_plain(trouble.en)}")


@contextmanager
def plainly() -> Generator[None]:
    """End the command with a sentence, not a traceback, when something outside of us is wrong."""
    try:
        yield
    except Trouble as trouble:
        tell(trouble)
    except Problem as problem:
        tell(Trouble(problem.text("zh-CN"), problem.text("en")))
    except PermissionError as failure:
        tell(
            Trouble(
                f"没有权限读写 {failure.filename};请检查数据目录的所有者。",
                f"No permission for {failure.filename}; check who owns the data folder.",
            )
        )
    except OSError as failure:
        if failure.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        tell(FULL_DISK)
    except psycopg.errors.DiskFull:
        tell(FULL_DISK)
    except psycopg.OperationalError as failure:
        reason = " ".join(str(failure).split())
        tell(Trouble(f"数据库没有应答:{reason}", f"The database does not answer: {reason}"))
    else:
        return
    raise SystemExit(1)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
