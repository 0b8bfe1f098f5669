"""The storefront: pages for shoppers, made on the server, that work without script up to paying.

One file per kind of page, each with its handlers; ``pages`` fills templates.
"""

from collections.abc import Sequence
from importlib import import_module

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from mall.doors.storefront.built import BUILT
from mall.doors.storefront.trouble import show_problem, write_busy_page

__all__ = ["BUILT", "show_problem", "storefront", "write_busy_page"]

_PAGES = (
    "home",
    "shelves",
    "goods",
    "cart",
    "checkout",
    "pay",
    "orders",
    "order_changes",
    "account",
    "addresses",
    "sign_in",
    "email_codes",
    "words",
    "site",
)


def storefront() -> Router:
    """Put every page into one router, for the root of a mall's host."""
    handlers = list[HTTPRouteHandler]()
    for name in _PAGES:
        hung_out: Sequence[HTTPRouteHandler] = import_module(f"{__name__}.{name}").HANDLERS
        handlers.extend(hung_out)
    return Router("/", route_handlers=handlers, include_in_schema=False)
