"""The kinds of channel, found by looking into this folder."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mall.channels.rules import Channel


@cache
def load_kinds() -> dict[str, Channel]:
    """Import every folder beside this file; its name is the code stored with orders."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").CHANNEL for name in names}
