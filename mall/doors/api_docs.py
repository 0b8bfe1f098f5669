"""The documents of both APIs (OpenAPI 3.1) and the page that shows them, served by ourselves."""

from typing import Any, cast

from litestar import Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler

from mall.doors.given import AnyRequest, mall_of
from mall.doors.storefront.built import address
from mall.doors.storefront.pages import page_without_mall
from mall.doors.storefront.saying import Saying
from mall.kernel.i18n import Language

_PREFIX = {"shop": "/api/shop/v1", "console": "/api/console/v1"}
_TITLES = {"shop": "集市 · Jishi shop API", "console": "集市 · Jishi console API"}
_STYLE, _SCRIPT = "src/docs/docs.css", "src/docs/docs.js"


class Unhung(Router):
    """Takes the pages that the framework brings for its one document, and hangs none of them out.

    Without a configuration the framework would make no document at all.
    """

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        """Hang nothing out."""
        return []


@get("/api/docs", opt={"access": "anyone"}, include_in_schema=False)
async def show_docs(request: AnyRequest, language: Language) -> Response[bytes]:
    """Show one of the documents; under the address of a mall, requests can be tried out."""
    face = "console" if request.query_params.get("of") == "console" else "shop"
    return page_without_mall(
        "api_docs.html",
        Saying(language, "CNY", "UTC"),
        face=face,
        answers=mall_of(request) is not None,
        style=address(_STYLE),
        script=address(_SCRIPT),
    )


@get("/api/shop/openapi.json", opt={"access": "anyone"}, include_in_schema=False)
async def show_shop_document(request: AnyRequest) -> Response[dict[str, Any]]:
    """Give the document of the shop API."""
    return Response(document(request.app.openapi_schema.to_schema(), "shop"))


@get("/api/console/openapi.json", opt={"access": "anyone"}, include_in_schema=False)
async def show_console_document(request: AnyRequest) -> Response[dict[str, Any]]:
    """Give the document of the console API."""
    return Response(document(request.app.openapi_schema.to_schema(), "console"))


def document(whole: dict[str, Any], face: str) -> dict[str, Any]:
    """Cut one API out of the application's document, with only the schemas it uses."""
    prefix = _PREFIX[face]
    paths = {path: item for path, item in whole["paths"].items() if path.startswith(prefix)}
    schemas: dict[str, Any] = whole.get("components", {}).get("schemas", {})
    used, waiting = dict[str, Any](), [*_references(paths)]
    while waiting:
        name = waiting.pop()
        if name not in used and name in schemas:
            used[name] = schemas[name]
            waiting += _references(schemas[name])
    scheme = {"type": "http", "scheme": "bearer", "description": "The token of a session"}
    return {
        "openapi": whole["openapi"],
        "info": {"title": _TITLES[face], "version": "1"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(used.items())),
            "securitySchemes": {"session": scheme},
        },
        "security": [{"session": []}, {}],
    }


def _references(part: object) -> list[str]:
    """List the schemas that a part of the document points at."""
    found = list[str]()
    if isinstance(part, dict):
        for name, value in cast("dict[str, object]", part).items():
            if name == "$ref" and isinstance(value, str):
                found.append(value.rpartition("/")[2])
            else:
                found += _references(value)
    elif isinstance(part, list):
        for one in cast("list[object]", part):
            found += _references(one)
    return found


HANDLERS: list[HTTPRouteHandler] = [show_docs, show_shop_document, show_console_document]
