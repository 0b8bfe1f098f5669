"""Pages of words: policies and help; and in a demo, the inbox where messages land."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import get
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from mall import messaging, tenants
from mall.doors.given import AnyRequest, house_of
from mall.doors.storefront.pages import Page, framed, navigation_of, page, public
from mall.kernel.db import Read
from mall.kernel.i18n import Language
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in the inbox."""

    to: str
    subject: str
    body: str
    written_at: Instant


@get("/pages/{slug:str}", opt={"access": "anyone", "cache": 1})
async def show_words(
    request: AnyRequest, slug: str, read: Read, tenant: Tenant, language: Language
) -> Page:
    """Show one page of words of the mall."""
    found = await tenants.page(read, slug)
    if found is None:
        raise Nothing("page")
    frame = await public(request, read, tenant, language)
    return page(
        "words.html",
        frame,
        slug=found.slug,
        heading=frame.text(found.title),
        body=Markup(frame.text(found.body)),  # noqa: S704 - cleaned when stored
        changed=frame.say.day(found.changed_at),
    )


@get("/inbox", opt={"access": "anyone"})
async def show_inbox(
    request: AnyRequest, read: Read, tenant: Tenant, language: Language, now: Instant
) -> Page:
    """Show the newest messages of the demo. There is no such page elsewhere."""
    if not house_of(request).settings.demo:
        raise Nothing("page")
    frame = framed(request, tenant, language, await navigation_of(read), personal=True)
    found = await messaging.inbox(read)
    letters = [
        Letter(one.recipient.address, one.subject, one.body, one.written_at) for one in found
    ]
    return page("inbox.html", frame, messages=letters, now=now)


HANDLERS: Sequence[HTTPRouteHandler] = (show_words, show_inbox)
