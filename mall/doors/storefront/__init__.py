"""The storefront: pages for shoppers, written by the server, quick on phones, whole without script.

One file per kind of page, each with its handlers; ``pages`` fills templates.
"""

from importlib import import_module

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from mall.doors.storefront.built import BUILT
from mall.doors.storefront.trouble import problem_page

_PAGES = (
    "home",
    "shelves",
    "goods",
    "cart",
    "checkout",
    "pay",
    "orders",
    "account",
    "addresses",
    "sign_in",
    "policies",
    "site",
)


def storefront() -> Router:
    """Put all pages together, for the hosts of malls."""
    handlers = list[HTTPRouteHandler]()
    for name in _PAGES:
        handlers += import_module(f"{__name__}.{name}").HANDLERS
    return Router(
        "/",
        route_handlers=handlers,
        exception_handlers={Exception: problem_page},
        include_in_schema=False,
    )


__all__ = ["BUILT", "storefront"]
