"""What tests hear of those who wait for each other."""

import asyncio

from sqlalchemy import Boolean, column, func, select, table

from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.statements import Prepared

_LOCKS = table("pg_locks", column("locktype"), column("granted"))
_WAITING = Prepared(
    select(func.count()).where(_LOCKS.c.locktype == "advisory", ~column("granted", Boolean()))
)


async def waits_for_a_lock(db: Database, tenant: TenantId, task: asyncio.Task[None]) -> bool:
    """Go on when the task waits for a lock or is done; tell whether it waits."""
    async with asyncio.timeout(5), db.read(tenant) as other:
        while not task.done():
            if (await other.rows(_WAITING))[0][0]:
                return True
    return False
