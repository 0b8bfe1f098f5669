"""Jobs in the shape procrastinate reads them: rows of the transaction that caused them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from mall.kernel.ids import TenantId
from mall.kernel.statements import as_text

DELIVER = "mall.deliver"
RUN_ERRAND = "mall.run_errand"
QUEUE = "mall"

_ROW = (
    "ROW('mall', ${}, 0, ${}, NULL, ${}, now() + ${}::interval)"
    "::procrastinate.procrastinate_job_to_defer_v1"
)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work for the worker."""

    task: str
    lock: str | None  # jobs with the same lock run one after another
    args: dict[str, Any]
    after: timedelta | None


def delivery(tenant_id: TenantId, hearing: str, body: dict[str, Any]) -> Job:
    """Describe the delivery of one event to one reaction."""
    return Job(DELIVER, None, {"tenant": str(tenant_id), "hearing": hearing, "body": body}, None)


def errand(
    tenant_id: TenantId,
    name: str,
    args: dict[str, Any],
    *,
    after: timedelta | None,
    key: str | None,
) -> Job:
    """Describe one run of an errand."""
    lock = f"{tenant_id}/{name}/{key}" if key else None
    return Job(RUN_ERRAND, lock, {"tenant": str(tenant_id), "errand": name, "args": args}, after)


def deferred(jobs: Sequence[Job]) -> tuple[bytes, list[bytes | None]]:
    """Give the statement that writes the jobs through procrastinate's own versioned function."""
    values: list[bytes | None] = []
    for job in jobs:
        after = None if job.after is None else b"%f seconds" % job.after.total_seconds()
        lock = None if job.lock is None else as_text(job.lock)
        values += [as_text(job.task), lock, msgspec.json.encode(job.args), after]
    rows = ", ".join(
        _ROW.format(*range(start, start + 4)) for start in range(1, len(values) + 1, 4)
    )
    text = f"SELECT procrastinate.procrastinate_defer_jobs_v1(ARRAY[{rows}])"
    return text.encode(), values
