"""Saying something to somebody. The action runs inside the caller's transaction."""

from collections.abc import Mapping

from mall.kernel.db import Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import MessageId, new_uuid
from mall.kernel.time import Instant
from mall.messaging import rules, store
from mall.messaging.errands import SEND
from mall.messaging.rules import Message, Recipient, TemplateCode
from mall.tenants import mine


async def send(
    tx: Tx,
    template: TemplateCode,
    to: Recipient,
    params: Mapping[str, str],
    *,
    language: str,
    key: str,
    now: Instant,
) -> None:
    """Send a message, once per ``key``, if and only if this commits."""
    assert to.address, "a message needs somewhere to go"
    mall = await mine(tx)
    name: Texts = mall.name if mall else {"zh-CN": "集市", "en": "Jishi"}
    subject, body = rules.written(template, params, language, name)
    transport = "smtp" if to.email and mall and mall.contact.get("mail_server") else "dev_inbox"
    message = Message(MessageId(new_uuid()), transport, to, subject, body, language, now)
    if await store.add(tx, message, template=template, key=key):
        await tx.send(SEND, {"message": str(message.id)})
