"""Points enumerate themselves: whatever a room begins to commit is one, without being listed."""

from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from mall.kernel.audit import SYSTEM, record
from mall.kernel.db import Database, Read, Tx
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant
from tests.faults.crashes import seams
from tests.faults.crashes.points import How, Points, Watch


async def _change(tx: Tx, now: Instant) -> None:
    await record(tx, SYSTEM, "novelty.try", ("thing", tx.tenant_id), None, None, now)


async def _look(read: Read) -> None:
    await read.recall(_nothing, [1])


async def _nothing(read: Read, keys: Any) -> dict[Any, Any]:
    return {}


def in_a_new_room(function: FunctionType) -> FunctionType:
    """Give the same function as if a new room had it."""
    names = dict(function.__globals__) | {"__name__": "mall.novelty.actions"}
    return FunctionType(function.__code__, names, function.__name__)


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Wrap the seams of this process; instead of ending it, every end is written here."""
    made = list[str]()
    points = Points(tmp_path, "test", lambda: made.append("ended"))
    seams.wrap_transactions(points, monkeypatch.setattr)
    return made


CHANGE = "novelty.actions._change"


@pytest.mark.parametrize(("how", "times"), [("seen", 0), ("every", 2), ("one", 1)])
async def test_a_new_commit_is_a_point_before_and_after_and_each_is_the_end_once(
    db: Database,
    tenant: TenantId,
    now: Instant,
    tmp_path: Path,
    ends: list[str],
    how: How,
    times: int,
) -> None:
    watch = Watch(tmp_path)
    watch.arm(tenant, how)
    for _ in range(3):
        async with db.write(tenant) as tx:
            await in_a_new_room(_change)(tx, now)
    before, after = (f"test: {CHANGE}: {when} the commit" for when in ("before", "after"))
    assert set(watch.passed(tenant)) == ({before} if how == "one" else {before, after})
    assert len(ends) == times


async def test_what_changes_nothing_and_what_is_not_armed_is_no_point(
    db: Database, tenant: TenantId, now: Instant, tmp_path: Path, ends: list[str]
) -> None:
    watch = Watch(tmp_path)
    async with db.write(tenant) as tx:
        await in_a_new_room(_change)(tx, now)
    watch.arm(tenant, "every")
    async with db.write(tenant) as tx:
        await in_a_new_room(_look)(tx)
    assert watch.passed(tenant) == {} and ends == []
