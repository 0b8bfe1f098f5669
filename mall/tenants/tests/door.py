"""A small door for tests of every room: serves handlers by the test's clock."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, cast

from litestar import Litestar, Response
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.testing import AsyncTestClient

from mall.kernel.db import Database, Read, Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside
from mall.kernel.problems import Problem
from mall.kernel.time import Instant

type Client = AsyncTestClient[Litestar]


def serving(
    handlers: Sequence[HTTPRouteHandler],
    db: Database,
    tenant_id: TenantId,
    now: Instant,
    **given: Any,
) -> Client:
    """Serve handlers of one mall; ``given`` is what they are given besides ``read tx now``.

    Errands run inline; only those that ask nobody.
    """

    async def give_read() -> AsyncGenerator[Read]:
        async with db.read(tenant_id) as read:
            yield read

    async def give_tx() -> AsyncGenerator[Tx]:
        async with db.write(tenant_id) as tx:
            yield tx

    async def run(errand: Errand[Any, Any], args: Args) -> Any:
        async with db.write(tenant_id) as tx:
            question = await errand.prepare(tx, args, now)
        if question is None:
            return None
        answer = await errand.call(cast("Outside", None), question)
        async with db.write(tenant_id) as tx:
            outcome = await errand.record(tx, question, answer, now)
        assert isinstance(outcome, Done)
        return outcome.value

    values: dict[str, Any] = {"now": now, "run_errand": RunErrand(run), **given}
    dependencies = {name: _provided(value) for name, value in values.items()}
    app = Litestar(
        list(handlers),
        dependencies={"read": Provide(give_read), "tx": Provide(give_tx), **dependencies},
        exception_handlers={Problem: _told},
        debug=True,
    )
    return AsyncTestClient(app)


def _provided(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


def _told(_: object, problem: Problem) -> Response[dict[str, object]]:
    return Response({"code": problem.code, **problem.fields()}, status_code=problem.status)
