"""E-mail over SMTP (RFC 5321); the server comes from the environment."""

from datetime import timedelta
from email.message import EmailMessage

import aiosmtplib

from mall.kernel.errands import Again
from mall.kernel.outside import Outside
from mall.messaging.port import Transport
from mall.messaging.rules import Message, NotSent, Sent


async def send(outside: Outside, message: Message) -> Sent | NotSent:
    """Hand the message to the server. Its Message-ID is ours, so a second copy can be told."""
    server = outside.smtp
    mail = EmailMessage()
    mail["From"] = server.get("sender") or server.get("user") or "mall@localhost"
    mail["To"] = message.recipient.email
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<{message.id}@mall>"
    mail.set_content(message.body)
    try:
        _, answer = await aiosmtplib.send(
            mail,
            hostname=server.get("host", "localhost"),
            port=int(server.get("port", "25")),
            username=server.get("user"),
            password=server.get("password"),
            timeout=10,
        )
    except aiosmtplib.SMTPResponseException as refusal:
        final = 500 <= refusal.code < 600
        return NotSent(refusal.message, None if final else Again(timedelta(minutes=1)))
    except (aiosmtplib.SMTPException, OSError) as failure:
        return NotSent(type(failure).__name__, Again(timedelta(minutes=1)))
    return Sent(answer)


TRANSPORT = Transport(
    titles={"zh-CN": "电子邮件", "en": "E-mail"},
    reaches=frozenset({"email"}),
    keeps_secrets=False,
    send=send,
)
