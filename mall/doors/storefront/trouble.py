"""Pages for when something went wrong: what happened, and the next step."""

import logging

from litestar import Response

from mall.doors.given import AnyRequest, give_language, mall_of
from mall.doors.problems import Broken, as_problem, problem_response
from mall.doors.storefront import links
from mall.doors.storefront.pages import Page, framed, moved, page, remembered
from mall.kernel.problems import NotFound, NotSignedIn

log = logging.getLogger("mall.doors")


def problem_page(request: AnyRequest, failure: Exception) -> Response[object]:
    """Show a refusal as a page; visitors who must sign in first are led there and back."""
    problem = as_problem(failure)
    tenant = mall_of(request)
    if tenant is None:
        return problem_response(request, failure)
    if isinstance(problem, NotSignedIn) and request.method == "GET":
        return moved(links.linked("/sign-in", [("next", links.here(request))]))
    language = give_language(request)
    frame = framed(request, tenant, language, remembered(tenant), personal=True)
    trace = ""
    if isinstance(problem, Broken):
        trace = str(getattr(request.state, "trace", ""))
        log.error("trace %s %s", trace, request.url.path, exc_info=failure)
    missing = isinstance(problem, NotFound)
    heading = frame.say("没有找到这个页面") if missing else frame.say("没能完成")
    shown: Page = page(
        "problem.html",
        frame,
        status=problem.status,
        heading=heading,
        words=problem.text(language),
        trace=trace,
    )
    return shown  # type: ignore[return-value] # bytes are an object
