"""The documents of both APIs (OpenAPI 3.1) and the page that shows them, served by ourselves."""

from typing import Any, cast

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler

from mall.doors.given import AnyRequest

_PREFIX = {"shop": "/api/shop/v1", "console": "/api/console/v1"}
_TITLES = {"shop": "集市 · Jishi shop API", "console": "集市 · Jishi console API"}
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>接口文档 · API docs</title><link rel="stylesheet" href="/assets/docs/swagger-ui.css"></head>
<body><div id="docs"></div>
<script src="/assets/docs/swagger-ui-bundle.js"></script>
<script src="/assets/docs/swagger-ui-standalone-preset.js"></script>
<script src="/assets/docs/open.js"></script></body></html>
"""


@get("/api/docs", opt={"access": "anyone"}, include_in_schema=False, media_type=MediaType.HTML)
async def show_docs() -> str:
    """Show both documents."""
    return _PAGE


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
