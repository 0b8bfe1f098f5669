"""What operators reach of the catalogue over HTTP."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from mall.catalog.console_api import products, shelves

HANDLERS: Sequence[HTTPRouteHandler] = (*shelves.HANDLERS, *products.HANDLERS)
