"""What else grows with the orders: lists, pages and rounds, in milliseconds each."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median
from typing import Any, cast
from uuid import UUID

import psycopg

from benchmarks.running import Running
from mall import orders
from mall.doors.postgres import libpq
from mall.kernel import schema
from mall.kernel.db import Database, Read
from mall.kernel.ids import ShopperId, TenantId
from mall.kernel.sweeps import Sweep, all_sweeps
from mall.kernel.time import Instant, utc_now
from mall.orders import Filter

_TIMES = 9
_TIMED_OUT = 100

type _Look = Callable[[Read], Awaitable[object]]


def looks(mall: Running) -> dict[str, float]:
    """Look at lists and pages as the mall's own role does, and make the rounds of the worker.

    Gives milliseconds: the middle one of several tries, of rounds that of one turn.
    """
    return asyncio.run(_looks(mall))


async def _looks(mall: Running) -> dict[str, float]:
    schema.import_all("reactions", "sweeps")
    db = Database(mall.urls.app, connections=1)
    try:
        found = dict[str, float]()
        for name, look in _what(*_known(mall)).items():
            took = list[float]()
            for _ in range(_TIMES):
                began = time.perf_counter()
                async with db.read(mall.tenant_id) as read:
                    await look(read)
                took.append(time.perf_counter() - began)
            found[name] = 1000 * median(took)
        for one in all_sweeps():
            if one.name.startswith("orders."):
                found[one.name.replace("orders.", "round_") + "_ms"] = 1000 * await _round(
                    db, mall.tenant_id, one, utc_now()
                )
        time_out = next(one for one in all_sweeps() if one.name == "orders.time_out")
        later = utc_now() + timedelta(minutes=50)
        took = [await _round(db, mall.tenant_id, time_out, later) for _ in range(_TIMED_OUT)]
        found["time_out_one_ms"] = 1000 * median(took)
    finally:
        await db.close()
    return found


async def _round(db: Database, tenant_id: TenantId, sweep: Sweep, now: Instant) -> float:
    began = time.perf_counter()
    async with db.write(tenant_id) as tx:
        await sweep.run(tx, now)
    return time.perf_counter() - began


def _known(mall: Running) -> tuple[str, str, str, ShopperId]:
    """Find the shopper who has ordered most, with an old order: number, phone, name, shopper."""
    with psycopg.connect(libpq(mall.urls.owner)) as owner:
        owner.execute(f"SET mall.tenant = '{mall.tenant_id}'".encode())
        row = owner.execute(
            "SELECT number, ship_to ->> 'phone', ship_to ->> 'name', shopper_id"
            ' FROM orders."order" WHERE shopper_id = (SELECT shopper_id FROM orders."order"'
            " GROUP BY shopper_id ORDER BY (shopper_id = md5('shopper 0')::uuid) DESC LIMIT 1)"
            " ORDER BY placed_at LIMIT 1"
        ).fetchone()
    number, phone, name, shopper = cast("tuple[str, str, str, UUID]", row)
    return number, phone.removeprefix("+86"), name, ShopperId(shopper)


def _what(number: str, phone: str, name: str, shopper: ShopperId) -> dict[str, _Look]:
    async def page(read: Read) -> object:
        order = await orders.by_number(read, number)
        return await orders.timeline(read, order.id), await orders.refunds(read, order.id)

    async def second(read: Read) -> object:
        first = await orders.orders(read, Filter(), cursor=None, limit=20)
        return await orders.orders(read, Filter(), cursor=first.next_cursor, limit=20)

    async def counted(read: Read) -> object:
        return await orders.counts(read, None)

    async def counted_own(read: Read) -> object:
        return await orders.counts(read, shopper)

    return {
        "list_ms": _listed(Filter()),
        "list_two_pages_ms": second,
        "list_paid_ms": _listed(Filter(states=("paid",))),
        "list_partly_shipped_ms": _listed(Filter(states=("partly_shipped",))),
        "list_two_states_ms": _listed(Filter(states=("paid", "cancelled"))),
        "list_refunding_ms": _listed(Filter(refunding=True)),
        "search_number_ms": _listed(Filter(text=number)),
        "search_phone_ms": _listed(Filter(text=phone)),
        "search_name_ms": _listed(Filter(text=name)),
        "search_nothing_ms": _listed(Filter(text="没有这个人")),
        "own_list_ms": _listed(Filter(shopper_id=shopper)),
        "own_paid_ms": _listed(Filter(shopper_id=shopper, states=("paid",))),
        "own_counts_ms": counted_own,
        "counts_ms": counted,
        "order_page_ms": page,
    }


def _listed(wanted: Filter) -> _Look:
    async def look(read: Read) -> Any:
        return await orders.orders(read, wanted, cursor=None, limit=20)

    return look
