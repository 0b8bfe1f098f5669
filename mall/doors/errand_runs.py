"""Running an errand: prepare in a transaction, call with none open, record in another."""

import random
from datetime import timedelta
from typing import Any

from mall.doors.strangers import Strangers
from mall.kernel.db import Database
from mall.kernel.errands import Again, Args, Done, Errand
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside
from mall.kernel.time import utc_now

_PUT_BACK = (3.0, 8.0)  # seconds; different ones, or all come back together


async def run(
    errand: Errand[Any, Any],
    args: Args,
    *,
    db: Database,
    outside: Outside,
    strangers: Strangers,
    tenant_id: TenantId,
) -> Done | Again:
    """Run one errand to its end, or until it asks for another try.

    Safe to repeat after any kill: ``call`` uses a key that ``prepare`` has stored.
    """
    async with strangers.asking(errand.stranger) as may_ask:
        if may_ask:
            return await _run(errand, args, db=db, outside=outside, tenant_id=tenant_id)
    later = Again(timedelta(seconds=random.uniform(*_PUT_BACK)))  # noqa: S311 - no secret
    async with db.write(tenant_id) as tx:
        await tx.send(errand, args, after=later.after)
    return later


async def _run(
    errand: Errand[Any, Any], args: Args, *, db: Database, outside: Outside, tenant_id: TenantId
) -> Done | Again:
    async with db.write(tenant_id) as tx:
        question = await errand.prepare(tx, args, utc_now())
    if question is None:
        return Done()
    answer = await errand.call(outside, question)
    async with db.write(tenant_id) as tx:
        outcome = await errand.record(tx, question, answer, utc_now())
        if isinstance(outcome, Again):
            await tx.send(errand, args, after=max(outcome.after, timedelta(seconds=1)))
    return outcome
