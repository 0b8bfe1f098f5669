import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar, delete, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from tools.architecture import endpoints
from tools.architecture.tests.samples import Build, said

HERE = Path(__file__).parent


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse like the doors do."""
    access, permission = handler.opt.get("access"), handler.opt.get("permission")
    if access == "member":
        session = await connection.app.state.house.sessions.get()
        if session is None or session.member_id is None:
            raise NotAuthorizedException
    if permission in {"orders.ship", "signed_in"}:
        staff = await connection.app.state.house.staff.get()
        if staff is None:
            raise NotAuthorizedException
        if permission != "signed_in" and permission not in staff.permissions:
            raise PermissionDeniedException


def judged(*handlers: HTTPRouteHandler, guards: list[Any] | None = None) -> list[str]:
    app = Litestar([*handlers], guards=[guard] if guards is None else guards, openapi_config=None)
    return [fault.what for fault in endpoints.faults_of(app, HERE)]


def shop(**opt: Any) -> HTTPRouteHandler:
    @get("/api/shop/v1/orders/{number:str}", sync_to_thread=False, opt=opt)
    def one(number: FromPath[str]) -> str:
        return number

    return one


def console(**opt: Any) -> HTTPRouteHandler:
    @delete("/api/console/v1/orders/{order_id:uuid}", sync_to_thread=False, opt=opt)
    def remove(order_id: FromPath[UUID]) -> None:
        pass

    return remove


@pytest.mark.parametrize("access", ["anyone", "shopper", "member"])
def test_an_endpoint_that_says_who_and_refuses_others_has_no_fault(access: str) -> None:
    assert judged(shop(access=access), console(permission="orders.ship")) == []
    assert judged(console(permission="signed_in")) == []
    assert judged(console(permission="anyone"), shop(access="anyone")) == []
    assert judged(console(access="anyone")) == []


def test_an_endpoint_that_does_not_say_who_is_named() -> None:
    assert judged(shop(), console(access="member")) == [
        "GET /api/shop/v1/orders/x does not say who may use it",
        f"DELETE /api/console/v1/orders/{endpoints.ID} does not say who may use it",
    ]


def test_an_unknown_access_or_permission_is_named() -> None:
    assert judged(shop(access="king"), console(permission="orders.eat")) == [
        "GET /api/shop/v1/orders/x has the unknown access “king”",
        f"DELETE /api/console/v1/orders/{endpoints.ID} has the unknown permission “orders.eat”",
    ]


def test_an_endpoint_that_lets_others_in_is_named() -> None:
    assert judged(shop(access="member"), console(permission="orders.ship"), guards=[]) == [
        "GET /api/shop/v1/orders/x answers a stranger with 200, not 401",
        "GET /api/shop/v1/orders/x answers a guest with 200, not 401",
        f"DELETE /api/console/v1/orders/{endpoints.ID} answers a stranger with 204, not 401",
        f"DELETE /api/console/v1/orders/{endpoints.ID} answers "
        "staff who may do all but this with 204, not 403",
    ]


@pytest.mark.parametrize(("leads_to", "faults"), [("/sign-in?next=/account", 0), ("/", 2)])
def test_a_page_may_lead_to_where_one_signs_in(leads_to: str, faults: int) -> None:
    @get("/account", sync_to_thread=False, opt={"access": "member"})
    def account() -> Redirect:
        return Redirect(leads_to, status_code=303)

    assert len(judged(account, guards=[])) == faults


def test_a_fault_stands_at_the_handler() -> None:
    app = Litestar([shop()], openapi_config=None)
    (fault,) = endpoints.faults_of(app, HERE)
    assert fault.path == Path(__file__).name
    assert 'get("/api/shop' in Path(__file__).read_text().splitlines()[fault.line - 1]


def test_doors_that_cannot_be_imported_are_one_fault_and_no_crash(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = build({endpoints.WEB: ""})
    monkeypatch.setitem(sys.modules, "mall.doors.web", SimpleNamespace())
    (fault,) = said(endpoints.faults(house))
    assert fault.startswith("mall/doors/web.py:1: cannot be imported: ImportError")
