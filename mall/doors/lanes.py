"""The lanes of this process: one per mall, for placing orders."""

from collections.abc import Sequence

from psycopg.errors import UniqueViolation

from mall import checkout
from mall.checkout import Placed, PlaceWant
from mall.kernel.db import Database, Outdated
from mall.kernel.ids import TenantId
from mall.kernel.lanes import Lane
from mall.kernel.problems import Problem
from mall.kernel.time import utc_now

_TRIES = 4


class Lanes:
    """Collects the orders of each mall into batches, one transaction a batch."""

    def __init__(self, db: Database) -> None:
        """Serve from ``db``."""
        self._db = db
        self._placing: dict[TenantId, Lane[PlaceWant, Placed | Problem]] = {}

    async def place(self, tenant_id: TenantId, want: PlaceWant) -> Placed:
        """Place one order, together with whoever else is placing one now.

        Raises the problem that refused it; BatchFailed when the outcome is not known, in which
        case repeating the request with the same idempotency key is safe.
        """
        lane = self._placing.get(tenant_id)
        if lane is None:
            lane = self._placing[tenant_id] = self._lane_of(tenant_id)
        outcome = await lane.submit(want)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    def _lane_of(self, tenant_id: TenantId) -> Lane[PlaceWant, Placed | Problem]:
        async def serve(wants: Sequence[PlaceWant]) -> Sequence[Placed | Problem]:
            for tries in range(_TRIES):
                try:
                    async with self._db.write(tenant_id, trusts=tries == 0) as tx:
                        return await checkout.place(tx, wants, now=utc_now(), look=tries > 0)
                except (Outdated, UniqueViolation):  # that is, a key has placed an order before
                    if tries == _TRIES - 1:
                        raise
            raise AssertionError

        return Lane(serve, at_most=64, at_once=2, worth=16)
