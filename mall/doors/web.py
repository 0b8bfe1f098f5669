"""The web process: one application with three faces - pages, shop API, console API."""

import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp

from mall.doors import api_docs, callbacks, health, media
from mall.doors.faces import handlers_of
from mall.doors.front import Front
from mall.doors.given import GIVEN, AnyRequest, guard
from mall.doors.house import open_house
from mall.doors.static import StaticFiles
from mall.doors.storefront import BUILT, show_problem, storefront
from mall.kernel.settings import Settings, from_environment

_BODY_AT_MOST = 1_000_000  # bytes; uploads say their own limit


def create_app(settings: Settings, also: Sequence[HTTPRouteHandler] = ()) -> ASGIApp:
    """Build the whole web application; it opens its house when it starts.

    ``also`` adds routes, for measuring.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        async with open_house(settings) as house:
            app.state.house = house
            yield

    inner = Litestar(
        [
            *also,
            *health.HANDLERS,
            *media.HANDLERS,
            *callbacks.HANDLERS,
            *api_docs.HANDLERS,
            Router("/api/shop/v1", route_handlers=handlers_of("shop_api"), tags=["shop"]),
            Router("/api/console/v1", route_handlers=handlers_of("console_api"), tags=["console"]),
            storefront(),
        ],
        lifespan=[lifespan],
        dependencies=GIVEN,
        guards=[guard],
        before_request=name_trace,
        exception_handlers={Exception: show_problem},
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=600, gzip_compress_level=5
        ),
        openapi_config=OpenAPIConfig(
            title="Jishi 集市", version="1", openapi_router=api_docs.Unhung("/", route_handlers=[])
        ),
        request_max_body_size=_BODY_AT_MOST,
        logging_config=None,
    )
    return Front(inner, StaticFiles(BUILT))


async def name_trace(request: AnyRequest) -> None:
    """Give the request the name that a failure is found under."""
    request.state.trace = secrets.token_hex(6)


def __getattr__(name: str) -> Any:
    if name == "app":
        return create_app(from_environment())
    raise AttributeError(name)
