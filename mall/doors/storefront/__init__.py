"""The storefront: pages for shoppers, made on the server, that work without script up to paying."""

from litestar import Router

from mall.doors.storefront import (
    account,
    addresses,
    cart,
    checkout,
    goods,
    home,
    order_changes,
    orders,
    paying,
    problems,
    shelves,
    sign_in,
    site,
    words,
)
from mall.doors.storefront.built import BUILT
from mall.doors.storefront.problems import problem_page

__all__ = ["BUILT", "problem_page", "storefront"]


def storefront() -> Router:
    """Put every page into one router, mounted at the root of a mall's host."""
    parts = (
        home,
        shelves,
        goods,
        cart,
        checkout,
        paying,
        orders,
        order_changes,
        account,
        addresses,
        sign_in,
        words,
        site,
        problems,
    )
    return Router(
        "/",
        route_handlers=[handler for part in parts for handler in part.HANDLERS],
        exception_handlers={Exception: problem_page},
        include_in_schema=False,
    )
