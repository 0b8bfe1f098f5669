"""The socket for the demo malls: `demo/seeding.py` fills, `demo/accounts.py` tells who is there.

Both are found by name, so that an installation may leave the demo folder out.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from mall.kernel.settings import Settings

_SEEDING = "mall.doors.command.demo.seeding"
_ACCOUNTS = "mall.doors.command.demo.accounts"

type Seed = Callable[[Settings], Awaitable[None]]


def has_goods() -> bool:
    """Tell whether this installation carries the demo malls."""
    return find_spec(_SEEDING) is not None


def seed() -> Seed:
    """Give what fills the demo malls, showing its progress; a repeated call completes them."""
    return cast(Seed, import_module(_SEEDING).seed)


def demo_accounts() -> tuple[str, ...]:
    """Give the lines that tell a visitor who to sign in as."""
    if find_spec(_ACCOUNTS) is None:
        return ()
    return cast("tuple[str, ...]", import_module(_ACCOUNTS).LINES)
