"""Pages of words: help, delivery, returns, privacy, terms."""

from collections.abc import Sequence

from litestar import get
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from mall import tenants
from mall.doors.given import AnyRequest
from mall.doors.storefront.pages import Page, page, public
from mall.kernel.db import Read
from mall.kernel.i18n import Language
from mall.kernel.problems import Nothing
from mall.tenants import Tenant


@get("/pages/{slug:str}", opt={"access": "anyone", "cache": 1})
async def show_words(
    request: AnyRequest, slug: str, read: Read, tenant: Tenant, language: Language
) -> Page:
    """Show one page of words."""
    found = await tenants.page(read, slug)
    if found is None:
        raise Nothing("page")
    frame = await public(request, read, tenant, language)
    return page(
        "words.html",
        frame,
        slug=slug,
        heading=frame.text(found.title),
        body=Markup(frame.text(found.body)),  # noqa: S704 - cleaned when stored
        changed=frame.say.day(found.changed_at),
    )


HANDLERS: Sequence[HTTPRouteHandler] = (show_words,)
