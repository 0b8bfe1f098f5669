"""The ways to pay, found by looking into this folder."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mall.payments.port import Provider


@cache
def load_providers() -> dict[str, Provider]:
    """Import every folder beside this file; its name is the code stored in the database."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").PROVIDER for name in names}
