"""Refusals and failures as pages: what happened, and the way on."""

import logging
from typing import Any

from litestar import Response
from litestar.response import Redirect

from mall.doors.given import AnyRequest, give_language, mall_of
from mall.doors.problems import Broken, as_problem, problem_response
from mall.doors.storefront.links import came_from, here, linked
from mall.doors.storefront.pages import framed, moved, remembered, rendered
from mall.kernel.problems import Nothing, NotSignedIn, Problem, TooMany, Unavailable
from mall.tenants import Tenant

log = logging.getLogger("mall.doors")


def problem_page(request: AnyRequest, failure: Exception) -> Response[Any]:
    """Turn a failure into a page; who has to sign in first is sent there and comes back.

    Asks nothing of the database, which may be what has failed.
    """
    problem = as_problem(failure)
    tenant = mall_of(request)
    if tenant is None or "text/html" not in request.headers.get("accept", "text/html"):
        return problem_response(request, failure)
    if isinstance(problem, NotSignedIn):
        return _to_sign_in(request)
    trace = str(getattr(request.state, "trace", ""))
    if isinstance(problem, Broken):
        log.error("trace %s %s %s", trace, request.method, request.url.path, exc_info=failure)
    headers = {"Cache-Control": "no-store"}
    if isinstance(problem, TooMany | Unavailable):
        headers["Retry-After"] = str(problem.retry_after_seconds)
    return Response(
        _page(request, tenant, problem, trace),
        status_code=problem.status,
        media_type="text/html; charset=utf-8",
        headers=headers,
    )


def _to_sign_in(request: AnyRequest) -> Redirect:
    back = here(request) if request.method == "GET" else came_from(request)
    return moved(linked("/sign-in", [("next", back)]))


def _page(request: AnyRequest, tenant: Tenant, problem: Problem, trace: str) -> bytes:
    language = give_language(request)
    frame = framed(request, tenant, language, remembered(tenant), personal=True)
    _ = frame.say
    if isinstance(problem, Nothing):
        heading = _("没有找到这个页面")
        advice = _("它可能已被移走，或地址有误。商品下架后也会到这里。")
    elif problem.status >= 500:
        heading, advice = _("页面暂时打不开"), problem.text(language)
    else:
        heading, advice = problem.text(language), _("请返回上一页再试，或从首页重新开始。")
    return rendered(
        "problem.html",
        frame,
        heading=heading,
        advice=advice,
        status=problem.status,
        trace=trace if isinstance(problem, Broken) else "",
    )
