"""Fixtures of payments."""

import pytest

from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.time import Instant
from mall.payments import load_providers
from mall.payments.tests.door import Door
from mall.payments.tests.scripted import Scripted


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """Give a provider whose answers the test writes."""
    scripted = Scripted()
    monkeypatch.setitem(load_providers(), "scripted", scripted.provider())
    return scripted


@pytest.fixture
def door(db: Database, tenant: TenantId, now: Instant, provider: Scripted) -> Door:
    """Give a mall with an order to pay."""
    return Door(db, tenant, now, provider="scripted")
