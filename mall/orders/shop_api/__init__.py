"""A shopper's own orders over HTTP."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from mall.orders.shop_api import changing, looking, paying

HANDLERS: Sequence[HTTPRouteHandler] = (
    *looking.HANDLERS,
    *paying.HANDLERS,
    *changing.HANDLERS,
)
