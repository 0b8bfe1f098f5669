"""What the command line was told by its environment."""

from mall.doors.trouble import Trouble
from mall.kernel.settings import Settings, from_environment


def settings() -> Settings:
    """Read it. Raises Trouble that names the variable which is wrong."""
    try:
        return from_environment()
    except ValueError as wrong:
        raise Trouble(f"环境变量不对:{wrong}", f"The environment is wrong: {wrong}") from None
