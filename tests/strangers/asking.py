"""Every route of the web application, and what it would be asked with a tenant's ids.

A route, a path parameter or a query parameter that is not known here fails the test: whoever adds
one says here what a stranger would try with it.
"""

import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp

from mall.doors.web import create_app
from mall.kernel.settings import Settings
from tests.faults.goods import key
from tests.strangers.belongings import Belongings

# Queries that hold no id and no name of anything; the others are in ``query_of``.
HARMLESS_QUERIES = frozenset(
    {
        *("state", "refunding", "cursor", "limit", "everywhere", "parent", "attr", "price_from"),
        *("price_to", "in_stock", "sort", "settled"),
    }
)
# Paths with a parameter that names nothing of a tenant.
OF_EVERYBODY = frozenset({"/language/{tag:str}"})
# What a stranger may well do without touching anybody: their own page of the same name, nothing.
ALLOWED = {
    "PUT /api/console/v1/pages/{slug:str}": 200,
    "DELETE /api/shop/v1/cart/lines/{sku_id:uuid}": 204,
    "DELETE /api/shop/v1/me/addresses/{address_id:uuid}": 204,
    "POST /account/addresses/{address_id:uuid}/remove": 303,
    "POST /callbacks/payments/{provider:str}": 401,
}


@dataclass(frozen=True)
class Route:
    """One verb of one path, as the application writes it."""

    verb: str
    path: str
    parameters: tuple[str, ...]
    console: bool
    access: str  # "" in the console
    free: bool  # no permission and no session is asked for
    permission: str  # "" outside the console

    @property
    def name(self) -> str:
        """How the tables name it."""
        return f"{self.verb} {self.path}"

    def address(self, owned: Belongings) -> str:
        """Fill the path with a tenant's ids. Raises KeyError for an unknown parameter."""
        path = self.path
        for parameter in self.parameters:
            start = path.index("{" + parameter)
            end = path.index("}", start) + 1
            value = owned.also.get(self.path, owned.ids[parameter])
            path = f"{path[:start]}{value}{path[end:]}"
        return path


def application(settings: Settings, also: Sequence[HTTPRouteHandler] = ()) -> Litestar:
    """Build the application that the mall serves, to read its routes; ``also`` adds some."""
    with without_warnings():
        return application_in(create_app(settings, also))


def application_in(front: ASGIApp) -> Litestar:
    """Find the application behind the front."""
    return next(part for part in vars(front).values() if isinstance(part, Litestar))


def routes_of(app: Litestar) -> Iterator[Route]:
    """List every route but what the framework answers by itself."""
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            names = tuple(
                part.name
                for part in cast("HTTPRoute", route).path_components
                if not isinstance(part, str)
            )
            for verb in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                yield _route(handler, verb, cast("HTTPRoute", route).path, names)


def queries_of(app: Litestar) -> set[str]:
    """Name every query parameter that the documents know."""
    with without_warnings():
        paths = app.openapi_schema.to_schema()["paths"]
    return {
        parameter["name"]
        for item in paths.values()
        for operation in item.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    }


def headers_of(route: Route) -> dict[str, str]:
    """Give the headers that go with a body."""
    return {} if route.verb == "GET" else key()


def _route(handler: HTTPRouteHandler, verb: str, path: str, names: tuple[str, ...]) -> Route:
    opt = cast("dict[str, str]", handler.opt)
    access, permission = opt.get("access", ""), opt.get("permission", "")
    console = path.startswith("/api/console/") and not access
    free = access == "anyone" or permission == "anyone"
    return Route(verb, path, names, console, access, free, permission)


@contextmanager
def without_warnings() -> Generator[None]:
    """Leave out what the framework has to say about its next version; others say it too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield
