"""The seams of the kernel and the doors, wrapped so that every passage of one is a point."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from mall.doors import errand_runs
from mall.doors.front import Front
from mall.kernel.connections import Lent
from mall.kernel.db import Tx
from mall.kernel.errands import Errand, all_errands
from mall.kernel.schema import import_all
from tests.faults.crashes.points import Points, cause

type Put = Callable[[Any, str, Any], None]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def wrap_transactions(points: Points, put: Put = setattr) -> None:
    """Make points of every commit: before it, and after it. What changed nothing has none."""
    causes = WeakKeyDictionary[Lent, str]()
    touches, finish, commit = vars(Tx)["_touches"], Tx.finish, Lent.commit

    def noting(tx: Tx, table: object) -> None:
        causes.setdefault(_lent(tx), cause())
        touches(tx, table)

    def finishing(tx: Tx) -> None:
        if vars(tx)["_jobs"]:
            causes.setdefault(_lent(tx), cause() or "jobs")
        finish(tx)

    async def committing(lent: Lent) -> None:
        name = causes.get(lent)
        if name is None:
            await commit(lent)
            return
        tenant = vars(lent)["_tenant_id"]
        points.pass_by(tenant, f"{name}: before the commit")
        await commit(lent)
        points.pass_by(tenant, f"{name}: after the commit")

    put(Tx, "_touches", noting)
    put(Tx, "finish", finishing)
    put(Lent, "commit", committing)


def wrap_errands(points: Points, put: Put = setattr) -> None:
    """Make points of every talk with the outside: after it. Before it, there was a commit."""
    whose: ContextVar[object] = ContextVar("whose")
    run = errand_runs.run

    async def running(*given: Any, **named: Any) -> Any:
        token = whose.set(named["tenant_id"])
        try:
            return await run(*given, **named)
        finally:
            whose.reset(token)

    def watched(errand: Errand[Any, Any]) -> Callable[..., Awaitable[Any]]:
        call = errand.call

        async def calling(*given: Any) -> Any:
            answer = await call(*given)
            points.pass_by(whose.get(), f"{errand.name}: after the call")
            return answer

        return calling

    import_all("errands")
    for errand in all_errands():
        object.__setattr__(errand, "call", watched(errand))  # frozen for everybody else
    put(errand_runs, "run", running)


def wrap_jobs(points: Points, put: Put = setattr) -> None:
    """Make points of every job: it is taken, and it is done but not yet written off."""
    fetch, finish = JobManager.fetch_job, JobManager.finish_job

    def passing(job: Job, what: str) -> None:
        about: dict[str, Any] = job.task_kwargs
        if "tenant" in about:
            name = about.get("hearing") or about.get("errand")
            points.pass_by(about["tenant"], f"job {name}: {what}")

    async def fetching(*given: Any, **named: Any) -> Job | None:
        job = await fetch(*given, **named)
        if job is not None:
            passing(job, "taken")
        return job

    async def finishing(manager: JobManager, job: Job, *given: Any, **named: Any) -> None:
        passing(job, "done")
        await finish(manager, job, *given, **named)

    put(JobManager, "fetch_job", fetching)
    put(JobManager, "finish_job", finishing)


def wrap_answers(points: Points, put: Put = setattr) -> None:
    """Make a point of every answer to a request that may have changed something."""
    serve = Front.__call__

    async def serving(front: Front, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            mall = scope.get("mall")
            if message["type"] == "http.response.start" and mall is not None:
                path = scope.get("path_template") or scope["path"]
                points.pass_by(mall.id, f"{scope['method']} {path}: before the answer")
            await send(message)

        changes = scope["type"] == "http" and scope["method"] not in _SAFE
        await serve(front, scope, receive, sending if changes else send)

    put(Front, "__call__", serving)


def _lent(tx: Tx) -> Lent:
    return vars(tx)["_lent"]
