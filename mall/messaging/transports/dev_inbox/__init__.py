"""The demo's inbox (演示收件箱): messages appear on a page of the mall instead of a phone."""

from mall.kernel.outside import Outside
from mall.messaging.port import Transport
from mall.messaging.rules import Message, NotSent, Sent


async def send(outside: Outside, message: Message) -> Sent | NotSent:
    """Leave the message where it is: the page reads the table."""
    return Sent(str(message.id))


TRANSPORT = Transport(
    titles={"zh-CN": "演示收件箱", "en": "Demo inbox"},
    reaches=frozenset({"phone", "email"}),
    keeps_secrets=True,
    send=send,
)
