"""Refusals and failures as pages: what happened, and the way on."""

import logging
from typing import Any

from litestar import Response
from litestar.response import Redirect

from mall.doors.given import AnyRequest, give_language, mall_of
from mall.doors.policy import named, policy
from mall.doors.problems import Broken, as_problem, problem_response
from mall.doors.storefront.environment import environment
from mall.doors.storefront.links import came_from, here, linked
from mall.doors.storefront.pages import (
    framed,
    moved,
    remembered,
    rendered,
    rendered_without_mall,
)
from mall.doors.storefront.saying import Saying
from mall.doors.storefront.sheets import Written
from mall.kernel.i18n import Language
from mall.kernel.problems import Nothing, NotSignedIn, Problem, TooMany, Unavailable
from mall.tenants import Tenant

log = logging.getLogger("mall.doors")
_BUSY_STYLE = (
    ":root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}"
    "main{max-width:30rem;margin:25vh auto;padding:0 1rem;text-align:center}h1{font-size:1.25rem}"
)
_OF_PROGRAMS = ("/api/", "/healthz", "/callbacks/", "/media/")


def show_problem(request: AnyRequest, failure: Exception) -> Response[Any]:
    """Answer programs with a problem and visitors of pages with a page."""
    wants_page = "text/html" in request.headers.get("accept", "text/html")
    if not wants_page or request.scope["path"].startswith(_OF_PROGRAMS):
        return problem_response(request, failure)
    return problem_page(request, failure)


def problem_page(request: AnyRequest, failure: Exception) -> Response[Any]:
    """Turn a failure into a page; who has to sign in first is sent there and comes back.

    Asks nothing of the database, which may be what has failed.
    """
    problem, tenant = as_problem(failure), mall_of(request)
    if isinstance(problem, NotSignedIn) and tenant is not None:
        return _to_sign_in(request)
    trace = str(getattr(request.state, "trace", ""))
    if isinstance(problem, Broken):
        log.error("trace %s %s %s", trace, request.method, request.url.path, exc_info=failure)
    else:
        trace = ""
    page = _page(request, tenant, problem, trace) if tenant else _bare_page(request, problem, trace)
    headers = {"Cache-Control": "no-store", **page.headers}
    if isinstance(problem, TooMany | Unavailable):
        headers["Retry-After"] = str(problem.retry_after_seconds)
    return Response(
        page.body,
        status_code=problem.status,
        media_type="text/html",
        headers=headers,
    )


def _to_sign_in(request: AnyRequest) -> Redirect:
    back = here(request) if request.method == "GET" else came_from(request)
    return moved(linked("/sign-in", [("next", back)]))


def write_busy_page(problem: Problem, language: Language) -> Written:
    """Make the page of a refusal that is the same for everybody, whatever they asked.

    It is small, with few words of style: in a rush there are thousands of it a second.
    """
    _ = Saying(language, "CNY", "UTC")
    heading, advice = _said(_, problem)
    text = (
        environment()
        .get_template("busy.html")
        .render(language=language, heading=heading, advice=advice, style=_BUSY_STYLE)
    )
    return Written(text.encode(), {"Content-Security-Policy": policy(named(_BUSY_STYLE))})


def _page(request: AnyRequest, tenant: Tenant, problem: Problem, trace: str) -> Written:
    language = give_language(request)
    frame = framed(request, tenant, language, remembered(tenant), personal=True)
    heading, advice = _said(frame.say, problem)
    return rendered(
        "problem.html",
        frame,
        heading=heading,
        advice=advice,
        status=problem.status,
        trace=trace,
    )


def _bare_page(request: AnyRequest, problem: Problem, trace: str) -> Written:
    """Make the page while no mall is known: nobody's host, or a database that is away."""
    _ = Saying(give_language(request), "CNY", "UTC")
    nowhere = isinstance(problem, Nothing) and problem.kind == "mall"
    heading, advice = _said(_, problem)
    if nowhere:
        heading, advice = _("这个地址下没有店铺"), _("请检查地址有没有写错。")
    return rendered_without_mall(
        "problem_bare.html",
        _,
        heading=heading,
        advice=advice,
        way="" if nowhere else here(request) if problem.status >= 500 else "/",
        trace=trace,
    )


def _said(_: Saying, problem: Problem) -> tuple[str, str]:
    """Say what happened, and what to do."""
    if isinstance(problem, Nothing):
        return _("没有找到这个页面"), _("它可能已被移走，或地址有误。商品下架后也会到这里。")
    words = problem.text(_.language)
    if problem.status >= 500:
        return _("页面暂时打不开"), words
    return words, _("请返回上一页再试，或从首页重新开始。")
