"""Rounds go on while there is more to do, and no mall waits for another one."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mall.doors.worker import app
from mall.kernel.db import Database, Tx
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.sweeps import Sweep
from mall.kernel.time import Instant


def _two_malls(monkeypatch: pytest.MonkeyPatch) -> Sequence[TenantId]:
    malls = [SimpleNamespace(id=TenantId(new_uuid()), slug=slug) for slug in ("busy", "calm")]

    async def directory(_: Any) -> list[Any]:
        return malls

    monkeypatch.setattr(app, "directory", directory)
    return [mall.id for mall in malls]


async def test_a_mall_with_more_to_do_has_it_done_and_the_others_have_their_turn_between(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, calm = _two_malls(monkeypatch)
    left, served = {busy: 3, calm: 1}, list[TenantId]()

    async def run(tx: Tx, now: Instant) -> bool:
        served.append(tx.tenant_id)
        left[tx.tenant_id] -= 1
        return left[tx.tenant_id] > 0

    await app.sweep_all(db, Sweep("test", timedelta(minutes=10), run))
    assert served == [busy, calm, busy, busy]


async def test_a_round_ends_when_the_next_one_is_due_though_there_is_always_more(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    malls, served = _two_malls(monkeypatch), list[TenantId]()

    async def run(tx: Tx, now: Instant) -> bool:
        served.append(tx.tenant_id)
        return True

    await app.sweep_all(db, Sweep("test", timedelta(0), run))
    assert served == list(malls)  # each has its turn, late or not


async def test_a_failure_in_one_mall_holds_up_no_other(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, calm = _two_malls(monkeypatch)
    served = list[TenantId]()

    async def run(tx: Tx, now: Instant) -> None:
        served.append(tx.tenant_id)
        if tx.tenant_id == busy:
            raise RuntimeError("broken here")

    await app.sweep_all(db, Sweep("test", timedelta(minutes=10), run))
    assert served == [busy, calm]
