"""What the mall can ask about messages."""

from collections.abc import Sequence
from uuid import UUID

from mall.kernel.db import Read
from mall.kernel.time import Instant
from mall.messaging import store
from mall.messaging.rules import Logged, Message


async def inbox(read: Read, *, limit: int = 50) -> Sequence[Message]:
    """Show the demo's inbox, the newest message first. Doors offer it in a demo only."""
    return await store.newest(read, "dev_inbox", limit)


async def log(read: Read, *, after: tuple[Instant, UUID] | None, limit: int) -> list[Logged]:
    """List what was sent or could not be, the newest first; secret bodies are left out."""
    return await store.log(read, after, limit)
