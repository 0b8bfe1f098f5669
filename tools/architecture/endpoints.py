"""Every way in over HTTP says who may use it, and refuses whom it does not mean.

Shoppers by ``opt={"access": ...}``, staff by ``opt={"permission": ...}``. Each endpoint is probed:
the whole web application answers, without a database, for a refusal comes before all reading.
"""

import asyncio
import inspect
import logging
import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import httpx
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from tools.architecture.fault import Fault
from tools.architecture.house import House

WEB = "mall/doors/web.py"
CONSOLE = "/api/console/"
SIGN_IN = "/sign-in"  # where a page leads who must sign in first
ACCESS = frozenset({"anyone", "shopper", "member"})
EVERYBODY = frozenset({"anyone", "shopper"})  # a stranger becomes a shopper
FOR_ALL_STAFF = frozenset({"anyone", "signed_in"})  # before signing in; whoever has signed in
ID = UUID(int=1)
SAMPLES: dict[Any, str] = {int: "1", UUID: str(ID)}  # what stands in a path, by type


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One verb of one path, with what it says; "" for what it does not say."""

    handler: HTTPRouteHandler
    verb: str
    path: str
    access: str
    permission: str
    written: str  # the path as the OpenAPI documents write it

    def fault(self, root: Path, what: str, do: str) -> Fault:
        """Make a fault at the handler's first line."""
        function = inspect.unwrap(self.handler.fn)
        file = Path(inspect.getsourcefile(function) or WEB)
        path = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name
        line = inspect.getsourcelines(function)[1]
        return Fault(path, line, f"{self.verb} {self.path} {what}", do)


@dataclass(frozen=True, slots=True)
class Knowing:
    """A memory of the doors that knows one answer, whoever asks."""

    answer: object

    def known(self, *_: object) -> tuple[float, object]:
        """Give the answer, which holds for ever."""
        return math.inf, self.answer

    async def get(self, *_: object) -> object:
        """Give the answer."""
        return self.answer


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is not meant, and the refusal that is due."""

    name: str
    status: int
    token: str = ""
    session: object = None
    staff: object = None

    @property
    def house(self) -> object:
        """Make the only part of the doors' house that a refusal needs."""
        return SimpleNamespace(sessions=Knowing(self.session), staff=Knowing(self.staff))


def faults(house: House) -> Iterator[Fault]:
    """Judge the application of this house."""
    if not (house.root / WEB).is_file():
        return
    try:
        app = application()
    except Exception as error:  # whatever a module that is being written raises
        yield Fault(WEB, 1, f"cannot be imported: {error!r}", "mend the import")
        return
    yield from faults_of(app, house.root)


def application() -> Litestar:
    """Build the application; raises whatever a module that is being written raises."""
    from mall.doors.web import create_app
    from mall.kernel.settings import from_environment

    front = create_app(from_environment({}))
    return next(part for part in vars(front).values() if isinstance(part, Litestar))


def faults_of(app: Litestar, root: Path) -> Iterator[Fault]:
    """Name endpoints that do not say who may use them, and those that let others in."""
    from mall.staff import PERMISSIONS

    permissions = PERMISSIONS.keys() | FOR_ALL_STAFF
    probed = list[Endpoint]()
    for endpoint in endpoints(app):
        console = endpoint.path.startswith(CONSOLE) and endpoint.access != "anyone"
        key, known = ("permission", permissions) if console else ("access", ACCESS)
        said = endpoint.permission if console else endpoint.access
        if not said:
            yield endpoint.fault(root, "does not say who may use it", f'add opt={{"{key}": ...}}')
        elif said not in known:
            where = "mall.staff.PERMISSIONS" if console else ", ".join(sorted(ACCESS))
            yield endpoint.fault(root, f"has the unknown {key} “{said}”", f"use one of {where}")
        elif said not in EVERYBODY:
            probed.append(endpoint)
    with _silent():
        yield from asyncio.run(_probe(app, probed, root))


def endpoints(app: Litestar) -> Iterator[Endpoint]:
    """List our endpoints; the framework answers OPTIONS and HEAD by itself."""
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            opt = cast("dict[str, str]", handler.opt)
            parts = [
                part if isinstance(part, str) else SAMPLES.get(part.type, "x")
                for part in cast("HTTPRoute", route).path_components
            ]
            for verb in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                said = opt.get("access", ""), opt.get("permission", "")
                written = cast("HTTPRoute", route).path_format
                yield Endpoint(handler, verb, f"/{'/'.join(parts)}", *said, written)


def callers(endpoint: Endpoint) -> Iterator[Caller]:
    """Choose who asks: a stranger; a guest, or staff who may do everything but this."""
    from mall.kernel.ids import ShopperId, StaffId
    from mall.members import Session, Shopper
    from mall.staff import PERMISSIONS, StaffMember

    yield Caller("a stranger", 401)
    if endpoint.access == "member":
        session = Session(Shopper(ShopperId(ID), None), datetime(2999, 1, 1, tzinfo=UTC))
        yield Caller("a guest", 401, "guest", session=session)
    if endpoint.permission in PERMISSIONS:
        rest = frozenset(PERMISSIONS) - {endpoint.permission}
        member = StaffMember(StaffId(ID), "Wu", "wu@example.com", "none", rest)
        yield Caller("staff who may do all but this", 403, "staff", staff=member)


async def _probe(app: Litestar, probed: list[Endpoint], root: Path) -> list[Fault]:
    found = list[Fault]()
    transport = httpx.ASGITransport(_in_a_mall(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        for endpoint in probed:
            for caller in callers(endpoint):
                app.state.house = caller.house
                headers = {"authorization": f"Bearer {caller.token}"} if caller.token else {}
                answer = await client.request(endpoint.verb, endpoint.path, headers=headers)
                if not _refuses(answer, caller):
                    what = f"answers {caller.name} with {answer.status_code}, not {caller.status}"
                    do = "let the doors' guard refuse before anything else happens"
                    found.append(endpoint.fault(root, what, do))
    return found


def _refuses(answer: httpx.Response, caller: Caller) -> bool:
    leads = answer.status_code == 303 and answer.headers["location"].startswith(SIGN_IN)
    return answer.status_code == caller.status or (leads and caller.status == 401)


def _in_a_mall(app: Litestar) -> Any:
    """Put every request into a mall, as the front of the doors does."""
    from mall.kernel.ids import TenantId
    from mall.tenants import Home, Licence, Tenant, Theme

    names, since = {"zh-CN": "集市", "en": "Jishi"}, datetime(2027, 1, 1, tzinfo=UTC)
    place = ("en", "CNY", "Asia/Shanghai", Licence(), Theme(), Home())
    mall = Tenant(TenantId(ID), "x", names, ("x",), *place, {}, since)

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        house = app.state.house
        asked = {"mall": mall, "mall_language": "en", "mall_house": house}
        cast("dict[str, Any]", scope).update(asked, mall_headers=dict(scope["headers"]))
        await cast("ASGIApp", app)(scope, receive, send)

    return call


@contextmanager
def _silent() -> Generator[None]:
    """Keep quiet what is logged about a handler that was let go on without a database."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
