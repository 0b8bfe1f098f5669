"""The SQL of messaging; no other file of this room speaks it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, tuple_, update

from mall.kernel.db import Read, Tx
from mall.kernel.ids import MessageId
from mall.kernel.statements import TENANT, Prepared
from mall.kernel.time import Instant
from mall.messaging.rules import Logged, Message, Recipient, is_secret
from mall.messaging.tables import MessageRow

_ROW = (
    MessageRow.id,
    MessageRow.transport,
    MessageRow.phone,
    MessageRow.email,
    MessageRow.subject,
    MessageRow.body,
    MessageRow.language,
    MessageRow.written_at,
)

_this = (
    MessageRow.tenant_id == TENANT,
    MessageRow.id == bindparam("id", type_=Uuid()),
)
_WAITING = Prepared(select(*_ROW, MessageRow.tries).where(*_this, MessageRow.state == "waiting"))
_COUNT_TRY = Prepared(update(MessageRow).where(*_this).values(tries=MessageRow.tries + 1))


async def add(tx: Tx, message: Message, *, template: str, key: str) -> bool:
    """Store a waiting message. False: its cause has sent one already."""
    row = {
        "id": message.id,
        "key": key,
        "template": template,
        "transport": message.transport,
        "phone": message.recipient.phone,
        "email": message.recipient.email,
        "subject": message.subject,
        "body": message.body,
        "language": message.language,
        "state": "waiting",
        "receipt": "",
        "tries": 0,
        "written_at": message.written_at,
        "ended_at": None,
    }
    return await tx.insert(MessageRow, [row], skip_conflicts=True) == 1


async def waiting(tx: Tx, message_id: MessageId) -> tuple[Message, int] | None:
    """Load a message that still has to be sent, with the tries so far."""
    found = await tx.named(_WAITING, id=message_id)
    return (_message(found[0]), found[0].tries) if found else None


async def end(
    tx: Tx, message_id: MessageId, state: str, *, receipt: str, forget_body: bool, at: Instant
) -> None:
    """Mark a message as sent or failed."""
    values = {"state": state, "receipt": receipt, "ended_at": at}
    forgotten = {"body": ""} if forget_body else {}
    await tx.put_values(MessageRow, {"id": message_id}, values | forgotten)


def count_try(tx: Tx, message_id: MessageId) -> None:
    """Count one more try."""
    tx.put(_COUNT_TRY, id=message_id)


async def newest(read: Read, transport: str, limit: int) -> Sequence[Message]:
    """Load the newest messages of one transport."""
    found = await read.run(
        select(*_ROW)
        .where(MessageRow.tenant_id == read.tenant_id, MessageRow.transport == transport)
        .where(MessageRow.state == "sent")
        .order_by(MessageRow.written_at.desc(), MessageRow.id.desc())
        .limit(limit)
    )
    return [_message(row) for row in found]


async def log(read: Read, after: tuple[Instant, UUID] | None, limit: int) -> list[Logged]:
    """Load messages of every transport and state, the newest first, from behind ``after``."""
    row = MessageRow
    statement = (
        select(*_ROW, row.template, row.state, row.tries, row.receipt, row.ended_at)
        .where(row.tenant_id == read.tenant_id)
        .order_by(row.written_at.desc(), row.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(row.written_at, row.id) < after)
    logged = list[Logged]()
    for one in await read.run(statement):
        message = _message(one)
        if is_secret(one.template):
            message = replace(message, body="")
        why = one.receipt if one.state == "failed" else ""
        logged.append(Logged(message, one.template, one.state, one.tries, why, one.ended_at))
    return logged


def _message(row: object) -> Message:
    message_id, transport, phone, email, subject, body, language, at, *_ = row  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType] - the columns of _ROW
    return Message(message_id, transport, Recipient(phone, email), subject, body, language, at)  # pyright: ignore[reportUnknownArgumentType]
