"""The `mall` command: opens the mall, looks after it, brings goods in and out."""

from mall.doors.command.commands import main

__all__ = ["main"]
