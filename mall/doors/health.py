"""Is the mall open? Database, migrations and worker, in one look."""

from datetime import timedelta

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import text

from mall.doors.given import AnyRequest, house_of
from mall.doors.house import NOBODY, House
from mall.doors.postgres.history import HISTORY_SCHEMA

_BEAT = timedelta(seconds=30)  # an older heartbeat is that of a dead worker
_LOOK = text(
    "SELECT obj_description(to_regnamespace(:history), 'pg_namespace') AS history,"
    " (SELECT max(last_heartbeat) > now() - :beat"
    " FROM procrastinate.procrastinate_workers) AS alive"
)


class Health(msgspec.Struct):
    """What is up."""

    ok: bool
    database: bool
    migrations: bool
    worker: bool


async def look(house: House) -> Health:
    """Look at everything that must be up; never raises."""
    try:
        async with house.db.read(NOBODY) as read:
            found = (await read.run(_LOOK, {"history": HISTORY_SCHEMA, "beat": _BEAT})).one()
    except Exception:  # whatever it is, the mall is not healthy and says so
        return Health(ok=False, database=False, migrations=False, worker=False)
    current, alive = found.history == house.fingerprint, bool(found.alive)
    return Health(ok=current and alive, database=True, migrations=current, worker=alive)


@get("/healthz", opt={"access": "anyone"}, include_in_schema=False)
async def healthz(request: AnyRequest) -> Response[Health]:
    """Tell whether the mall is open: 200, or 503 with what is missing."""
    health = await look(house_of(request))
    return Response(
        health, status_code=200 if health.ok else 503, headers={"Cache-Control": "no-store"}
    )


HANDLERS: list[HTTPRouteHandler] = [healthz]
