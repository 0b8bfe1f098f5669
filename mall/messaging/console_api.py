"""What operators see of messages over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter
from msgspec import Struct

from mall.kernel import paging
from mall.kernel.db import Read
from mall.kernel.ids import MessageId
from mall.kernel.paging import Page
from mall.kernel.time import Instant
from mall.messaging import queries
from mall.messaging.rules import Logged


class ShownMessage(Struct):
    """A message; the body of a secret one (a sign-in code) is always empty."""

    id: MessageId
    template: str
    transport: str
    phone: str
    email: str
    subject: str
    body: str
    language: str
    state: Literal["waiting", "sent", "failed"]
    tries: int
    why: str
    written_at: Instant
    ended_at: Instant | None


@get("/messages", opt={"permission": "messages.read"})
async def list_messages(
    read: Read,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> Page[ShownMessage]:
    """List messages to shoppers and what became of them, the newest first."""
    after = paging.key_of(cursor, tuple[datetime, UUID]) if cursor else None
    found = await queries.log(read, after=after, limit=limit + 1)
    return paging.cut([_shown(one) for one in found], limit, _place_of)


def _place_of(one: ShownMessage) -> tuple[Instant, UUID]:
    return one.written_at, one.id


def _shown(one: Logged) -> ShownMessage:
    message = one.message
    return ShownMessage(
        id=message.id,
        template=one.template,
        transport=message.transport,
        phone=message.recipient.phone,
        email=message.recipient.email,
        subject=message.subject,
        body=message.body,
        language=message.language,
        state=one.state,
        tries=one.tries,
        why=one.why,
        written_at=message.written_at,
        ended_at=one.ended_at,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (list_messages,)
