"""Carrying messages to their transports."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mall.kernel.db import Tx
from mall.kernel.errands import Again, Args, Done, Errand
from mall.kernel.ids import MessageId
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.messaging import store
from mall.messaging.rules import Message, NotSent, Sent
from mall.messaging.transports import load_transports

TRIES_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message with the tries it has behind it."""

    message: Message
    tries: int


async def prepare(tx: Tx, args: Args, now: Instant) -> Delivery | None:
    """Find the message, unless it was sent or given up."""
    found = await store.waiting(tx, MessageId(UUID(str(args["message"]))))
    return None if found is None else Delivery(*found)


async def call(outside: Outside, delivery: Delivery) -> Sent | NotSent:
    """Hand it to its transport."""
    transport = load_transports()[delivery.message.transport]
    return await transport.send(outside, delivery.message)


async def record(tx: Tx, delivery: Delivery, answer: Sent | NotSent, now: Instant) -> Done | Again:
    """Write down what became of it; try again later, longer apart each time."""
    message, forget = delivery.message, False
    store.count_try(tx, message.id)
    transport = load_transports()[message.transport]
    if isinstance(answer, Sent):
        forget = not transport.keeps_secrets
        await store.end(tx, message.id, "sent", receipt=answer.receipt, forget_body=forget, at=now)
        return Done()
    if answer.again is None or delivery.tries + 1 >= TRIES_AT_MOST:
        await store.end(tx, message.id, "failed", receipt=answer.why, forget_body=True, at=now)
        return Done()
    return Again(answer.again.after * 2**delivery.tries + timedelta(seconds=1))


SEND = Errand("messaging.send", prepare, call, record, stranger="messaging")
