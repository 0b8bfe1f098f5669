"""What staff see, over HTTP."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar, Request, Response
from litestar.di import Provide

from mall.kernel.db import Read, Tx
from mall.kernel.ids import OrderId, StaffId, new_uuid
from mall.kernel.problems import Problem
from mall.kernel.time import Instant
from mall.payments.console_api import HANDLERS
from mall.payments.errands import QUERY
from mall.payments.rules import Ok, RefundTrade
from mall.payments.tests.door import Door
from mall.payments.tests.scripted import Scripted
from mall.staff import StaffMember


def _refused(_: Request[Any, Any, Any], problem: Problem) -> Response[dict[str, str]]:
    return Response({"code": problem.code}, status_code=problem.status)


@pytest.fixture
async def console(door: Door) -> AsyncGenerator[httpx.AsyncClient]:
    """Serve the room's handlers on the test's database, as a member of staff."""

    async def read() -> AsyncGenerator[Read]:
        async with door.db.read(door.tenant) as opened:
            yield opened

    async def tx() -> AsyncGenerator[Tx]:
        async with door.db.write(door.tenant) as opened:
            yield opened

    def moment() -> Instant:
        return door.now

    def staff() -> StaffMember:
        permissions = frozenset({"payments.read", "orders.refund"})
        return StaffMember(StaffId(new_uuid()), "会计", "a@b.cn", "finance", permissions)

    app = Litestar(
        HANDLERS,
        dependencies={
            "read": Provide(read),
            "tx": Provide(tx),
            "now": Provide(moment, sync_to_thread=False),
            "staff": Provide(staff, sync_to_thread=False),
        },
        exception_handlers={Problem: _refused},
        signature_types=[Read, Tx, StaffMember],
    )
    transport = httpx.ASGITransport(cast(Any, app))
    async with httpx.AsyncClient(transport=transport, base_url="http://x/payments") as client:
        yield client


async def test_attempts_come_in_pages_without_gaps(console: httpx.AsyncClient, door: Door) -> None:
    expected: list[str] = []
    for minute in range(5):
        door.order = OrderId(new_uuid())
        door.now += timedelta(minutes=minute)
        expected.insert(0, str(await door.start()))

    seen: list[str] = []
    cursor = None
    while True:
        asked = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await console.get("/attempts", params=asked)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == expected
    [only] = (await console.get("/attempts", params={"order": str(door.order)})).json()["items"]
    assert only["id"] == expected[0] and only["state"] == "created"
    assert (await console.get("/attempts", params={"state": "succeeded"})).json()["items"] == []
    assert (await console.get("/attempts", params={"state": "?"})).status_code == 400
    assert (await console.get("/attempts", params={"cursor": "?"})).status_code == 422


async def test_a_failed_refund_is_tried_again_by_hand(
    console: httpx.AsyncClient, door: Door, provider: Scripted
) -> None:
    attempt_id = await door.start()
    await door.work()
    provider.pay((await door.book()).attempts[0].out_no, 12_900, door.now)
    await door.run(QUERY, {"attempt": str(attempt_id)})
    provider.next["refund"] = [Ok(RefundTrade("failed", "R1", why="account closed"))]
    refund_id = await door.refund(500)
    await door.work()
    [shown] = (await console.get("/refunds", params={"state": "failed"})).json()["items"]
    assert (shown["why"], shown["amount_minor"]) == ("account closed", 500)

    assert (await console.post(f"/refunds/{refund_id}/retry")).status_code == 204
    assert (await console.post(f"/refunds/{refund_id}/retry")).status_code == 409
    assert (await console.post(f"/refunds/{new_uuid()}/retry")).status_code == 404
    await door.work()

    [shown] = (await console.get("/refunds", params={"order": str(door.order)})).json()["items"]
    assert shown["state"] == "succeeded"


async def test_discrepancies_are_shown_until_they_are_settled(
    console: httpx.AsyncClient, door: Door, provider: Scripted
) -> None:
    attempt_id = await door.start()
    await door.work()
    provider.pay((await door.book()).attempts[0].out_no, 12_900, door.now)
    await door.run(QUERY, {"attempt": str(attempt_id)})
    door.now += timedelta(days=1)
    await door.sweep("payments.reconcile")  # the bill is empty

    [one] = (await console.get("/discrepancies")).json()["items"]
    assert (one["what"], one["ours_minor"], one["theirs_minor"]) == ("missing_there", 12_900, None)
    address = f"/discrepancies/{one['id']}/settle"
    assert (await console.post(address, json={"note": ""})).status_code == 400
    assert (await console.post(address, json={"note": "bill came late"})).status_code == 204
    assert (await console.post(address, json={"note": "again"})).status_code == 404

    assert (await console.get("/discrepancies")).json()["items"] == []
    everything = (await console.get("/discrepancies", params={"settled": "true"})).json()["items"]
    assert [shown["note"] for shown in everything] == ["bill came late"]


async def test_providers_are_listed(console: httpx.AsyncClient) -> None:
    listed = (await console.get("/providers")).json()
    assert {"demo_pay", "scripted"} == {one["code"] for one in listed}
