"""Three tasks are all that procrastinate knows: deliver, run an errand, make a round."""

import logging
from collections import deque
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job, Status
from sqlalchemy.engine import make_url

from mall.doors import errand_runs
from mall.doors.house import NOBODY
from mall.doors.strangers import Strangers
from mall.kernel import jobs
from mall.kernel.db import Database
from mall.kernel.errands import errand_named
from mall.kernel.events import hearing_named, unpacked
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside
from mall.kernel.sweeps import Sweep, all_sweeps
from mall.kernel.time import utc_now
from mall.tenants import directory

log = logging.getLogger("mall.worker")
_LONGEST_WAIT = 600
AT_ONCE = 8  # jobs


class Patiently(BaseRetryStrategy):
    """Try again after 1, 2, 4 ... seconds, at most ten minutes apart, for about a day."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Decide about the next try. None: give up and keep the job as failed."""
        if job.attempts >= 150:
            return None
        wait = min(2 ** min(job.attempts, 12), _LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": wait})


def make_app(url: str, db: Database, outside: Outside) -> App:
    """Make the procrastinate application on the same PostgreSQL."""
    strangers = Strangers(AT_ONCE)
    app = App(connector=PsycopgConnector(kwargs=_connection(url), min_size=1, max_size=4))

    @app.task(name=jobs.DELIVER, queue=jobs.QUEUE, retry=Patiently())
    async def deliver(tenant: str, hearing: str, body: dict[str, Any]) -> None:
        known = hearing_named(hearing)
        if known is None:  # written by another version; a job kept as failed can be retried later
            raise LookupError(f"nobody hears {hearing}")
        async with db.write(TenantId(UUID(tenant))) as tx:
            await known.reaction(tx, unpacked(known.kind, body))

    @app.task(name=jobs.RUN_ERRAND, queue=jobs.QUEUE, retry=Patiently())
    async def run_errand(tenant: str, errand: str, args: dict[str, Any]) -> None:
        known = errand_named(errand)
        if known is None:
            raise LookupError(f"no errand is called {errand}")
        where = TenantId(UUID(tenant))
        await errand_runs.run(
            known, args, db=db, outside=outside, strangers=strangers, tenant_id=where
        )

    @app.periodic(cron="* * * * * */20")
    @app.task(name="mall.rescue", queue=jobs.QUEUE, queueing_lock="mall.rescue")
    async def rescue(timestamp: int) -> None:
        """Give jobs back that a killed worker left behind."""
        for job in await app.job_manager.get_stalled_jobs():
            if job.queueing_lock is None:
                await app.job_manager.retry_job(job)
            else:  # a round: the next one may be waiting already, and two cannot
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)

    for sweep in all_sweeps():
        _add_round(app, db, sweep)
    return app


def _add_round(app: App, db: Database, sweep: Sweep) -> None:
    @app.periodic(cron=_cron(sweep.every))
    @app.task(name=f"round.{sweep.name}", queue=jobs.QUEUE, queueing_lock=sweep.name)
    async def make_round(timestamp: int) -> None:
        await sweep_all(db, sweep)


async def sweep_all(db: Database, sweep: Sweep) -> None:
    """Make one round through every mall; a failure in one holds up no other.

    Malls in which there is more to do take turns until the next round is due.
    """
    until = monotonic() + sweep.every.total_seconds()
    async with db.read(NOBODY) as read:
        waiting = deque(await directory(read))
    first = len(waiting)
    while waiting and (first > 0 or monotonic() < until):
        tenant, first = waiting.popleft(), first - 1
        try:
            async with db.write(tenant.id) as tx:
                more = await sweep.run(tx, utc_now())
        except Exception:
            log.exception("sweep %s failed for mall %s", sweep.name, tenant.slug)
        else:
            if more:
                waiting.append(tenant)


def _cron(every: timedelta) -> str:
    """Write an interval as croniter's six fields (seconds last)."""
    seconds = int(every.total_seconds())
    if seconds < 60:
        return f"* * * * * */{max(seconds, 1)}"
    if seconds < 3600:
        return f"*/{seconds // 60} * * * * 0"
    if seconds < 86_400:
        return f"0 */{seconds // 3600} * * * 0"
    return "0 3 * * * 0"


def _connection(url: str) -> dict[str, Any]:
    parts = make_url(url)
    given = {
        "host": parts.host,
        "port": parts.port,
        "user": parts.username,
        "password": parts.password,
        "dbname": parts.database,
        **parts.query,
        "options": "-c search_path=procrastinate",
        "application_name": "mall worker",
    }
    return {key: value for key, value in given.items() if value is not None}
