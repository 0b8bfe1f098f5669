"""What the mall can ask about messages."""

from collections.abc import Sequence

from mall.kernel.db import Read
from mall.messaging import store
from mall.messaging.rules import Message


async def inbox(read: Read, *, limit: int = 50) -> Sequence[Message]:
    """Show the demo's inbox, the newest message first. Doors offer it in a demo only."""
    return await store.newest(read, "dev_inbox", limit)
