"""The endpoints of all rooms, found by name: `shop_api.py` and `console_api.py` of each."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from litestar.handlers import HTTPRouteHandler

from mall.kernel import schema


def handlers_of(face: str) -> list[HTTPRouteHandler]:
    """Collect what every room hangs out for a face (``shop_api``, ``console_api``)."""
    found = list[HTTPRouteHandler]()
    for room in schema.rooms():
        name = f"mall.{room}.{face}"
        if find_spec(name) is not None:
            hung_out: Sequence[HTTPRouteHandler] = import_module(name).HANDLERS
            found.extend(hung_out)
    return found
