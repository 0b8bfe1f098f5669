"""How long an answer takes does not tell whether somebody is a member (T-21).

The whole application answers, in this process, so that nothing but its own work is measured.
``MALL_TIMING_SAMPLES=2000`` is the long run; what is sent in ``make test`` sees a millisecond.
"""

import gc
import os
import random
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from itertools import chain, cycle
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from obstore.store import MemoryStore
from sqlalchemy import delete

from mall.doors.house import House
from mall.doors.tests.front_door import found, host_of
from mall.doors.web import create_app
from mall.kernel import passwords
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database, Tx
from mall.kernel.ids import MemberId, TenantId, new_uuid
from mall.kernel.outside import Outside, client
from mall.kernel.settings import Settings, from_environment
from mall.kernel.tables import AttemptRow
from mall.kernel.time import Instant, utc_now
from mall.members import enrol, store
from mall.members.errands import email, phone
from mall.members.rules import Member, phone_number
from mall.messaging import Recipient
from tests.faults.goods import SHOP
from tests.strangers.belongings import PASSWORD
from tests.strangers.telling import Answer, Told, mann_whitney, told_apart

pytestmark = pytest.mark.alone
SAMPLES = int(os.environ.get("MALL_TIMING_SAMPLES") or 0)
WARMING = 8  # the first answers pay for connections and statements
PEOPLE = 4  # of each kind, so that no single row is what is measured


@dataclass(frozen=True)
class Way:
    """A request that could tell; ``body`` writes it for a person."""

    path: str
    body: Callable[[str], dict[str, str]]
    samples: int  # as many as a few seconds allow
    status: int


EMAIL_OF = "{}@timing.localhost".format


def proof(who: str) -> dict[str, str]:
    """Give a code that was never sent, with a password as one would want it."""
    return {"email": EMAIL_OF(who), "code": "000000", "password": "a-password-to-be-8"}


WAYS = {
    "password": Way(
        f"{SHOP}/session/password",
        lambda who: {"email": EMAIL_OF(who), "password": "not-the-right-one-7"},
        45,
        401,
    ),
    "page of the password": Way(
        "/sign-in/password",
        lambda who: {"email": EMAIL_OF(who), "password": "not-the-right-one-7"},
        25,
        401,
    ),
    "code wanted": Way(f"{SHOP}/session/code", lambda who: {"phone": who}, 100, 202),
    "code given": Way(
        f"{SHOP}/session/code/verify", lambda who: {"phone": who, "code": "000000"}, 100, 422
    ),
    "reset wanted": Way(f"{SHOP}/password/code", lambda who: {"email": EMAIL_OF(who)}, 100, 202),
    "page of the reset wanted": Way("/password/ask", lambda who: {"email": EMAIL_OF(who)}, 60, 200),
    "reset code given": Way(f"{SHOP}/password", lambda who: proof(who), 100, 422),
    "registration wanted": Way(
        f"{SHOP}/members/code", lambda who: {"email": EMAIL_OF(who)}, 100, 202
    ),
    "registration code given": Way(f"{SHOP}/members", lambda who: proof(who), 100, 422),
    "page of the registration": Way("/register", lambda who: proof(who), 60, 422),
}


@pytest.mark.parametrize(
    ("one", "other", "chance"),
    [
        # U = 0, mean 12.5, spread sqrt(25 x 11 / 12): z = 12 / 4.787 = 2.5067
        ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 0.01219),
        # the same apart from one swap: U = 1, z = 11 / 4.787
        ([1, 2, 3, 4, 6], [5, 7, 8, 9, 10], 0.02157),
        # ties: ranks 1.5 1.5 3.5 | 3.5 5.5 5.5, U = 0.5, spread sqrt(9 / 12 x (7 - 18 / 30))
        ([1, 1, 2], [2, 3, 3], 0.11006),
        ([7, 7, 7], [7, 7, 7], 1.0),
    ],
)
def test_the_judge_knows_what_was_worked_out_by_hand(
    one: list[float], other: list[float], chance: float
) -> None:
    assert mann_whitney(one, other) == pytest.approx(chance, abs=1e-4)
    assert mann_whitney(other, one) == pytest.approx(chance, abs=1e-4)


def test_the_judge_suspects_one_in_a_hundred_of_those_who_are_alike() -> None:
    chance = random.Random(21)

    def times() -> list[float]:
        return [chance.lognormvariate(0, 1) for _ in range(40)]

    suspected = sum(mann_whitney(times(), times()) <= 0.01 for _ in range(2_000))
    assert 8 <= suspected <= 36


@dataclass
class Stranger:
    """Asks the mall about people, and looks how long it takes."""

    http: httpx.AsyncClient
    db: Database
    tenant: TenantId

    async def answered(self, way: Way, who: str) -> tuple[httpx.Response, float]:
        """Ask about one person as if for the first time; give the answer and its seconds."""
        async with self.db.write(self.tenant) as tx:
            await tx.run(delete(AttemptRow).where(AttemptRow.tenant_id == tx.tenant_id))
        form = {"json" if way.path.startswith(SHOP) else "data": way.body(who)}
        begun = time.perf_counter()
        answer = await self.http.post(way.path, **cast("dict[str, Any]", form))
        took = time.perf_counter() - begun
        assert answer.status_code == way.status, answer.text
        return answer, took

    def about(self, way: Way, people: list[str]) -> Answer:
        """Ask about each of some people in turn."""
        turn = cycle(people)

        async def once() -> float:
            return (await self.answered(way, next(turn)))[1]

        return once

    async def told_apart(self, way: Way, samples: int) -> list[Told] | None:
        """Measure members against strangers, with nothing cleaned up in between."""
        members, strangers = people(way)
        sides = self.about(way, strangers), self.about(way, members)
        for side in sides:
            for _ in range(WARMING):
                await side()
        gc.collect()
        gc.disable()
        try:
            return await told_apart(*sides, samples, random.Random())
        finally:
            gc.enable()


def people(way: Way) -> tuple[list[str], list[str]]:
    """Name those who are members and those who are not, in names of the same length."""
    if way.path.startswith(f"{SHOP}/session/code"):
        return [f"1380013800{n}" for n in range(PEOPLE)], [f"1380013900{n}" for n in range(PEOPLE)]
    return [f"member{n}" for n in range(PEOPLE)], [f"mirage{n}" for n in range(PEOPLE)]


def application(settings: Settings, db: Database) -> httpx.ASGITransport:
    """Build the whole application, in this process, with a database that is open already."""
    front = create_app(settings)
    inner = next(part for part in vars(front).values() if isinstance(part, Litestar))
    outside = Outside(client(), MemoryStore(), Secrets(b"root of a test" * 3), {}, {})
    inner.state.house = House(settings, "", db, outside)
    return httpx.ASGITransport(front)  # type: ignore[arg-type] # another spelling of ASGI


@pytest_asyncio.fixture(scope="module")
async def stranger(
    db: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stranger]:
    """Found a mall with members, and come in."""
    tenant, folder = TenantId(new_uuid()), tmp_path_factory.mktemp("timing")
    await found(db, tenant)
    settings = from_environment(
        {"MALL_DATA": str(folder), "MALL_DOMAIN": "test", "MALL_REQUESTS_PER_SECOND": "0"}
    )
    transport, address = application(settings, db), f"http://{host_of(tenant)}"
    async with httpx.AsyncClient(transport=transport, base_url=address) as http:
        hashed = await passwords.hashed(PASSWORD)
        async with db.write(tenant) as tx:
            for who in people(WAYS["password"])[0]:
                assert await enrol(
                    tx,
                    email=EMAIL_OF(who),
                    password_hash=hashed,
                    name="",
                    language="en",
                    now=utc_now(),
                )
            for phone in people(WAYS["code wanted"])[0]:
                member = Member(MemberId(new_uuid()), "", phone_number(phone), "", "zh-CN")
                assert await store.add_member(tx, member, password_hash="", now=utc_now())
        asking = Stranger(http, db, tenant)
        for name in ("reset wanted", "registration wanted"):  # so that there are codes to try
            for who in chain(*people(WAYS[name])):
                await asking.answered(WAYS[name], who)
        yield asking


def words(answer: httpx.Response, who: str) -> str:
    """Give what an answer says, but for who was asked about; of a phone the end is shown."""
    return answer.text.replace(who, "").replace(who[-4:], "")


@pytest.mark.parametrize("name", WAYS)
async def test_members_and_strangers_are_answered_alike_and_equally_fast(
    stranger: Stranger, name: str
) -> None:
    way = WAYS[name]
    members, strangers = people(way)
    known, unknown = [await stranger.answered(way, who) for who in (members[0], strangers[0])]
    assert words(known[0], members[0]) == words(unknown[0], strangers[0])
    names = [sorted(dict(one.headers)) for one, _ in (known, unknown)]
    assert names[0] == names[1]
    assert await stranger.told_apart(way, SAMPLES or way.samples) is None


async def test_who_answers_early_for_unknown_people_is_found_out(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = passwords.fits

    async def hasty(password: str, stored: str) -> bool:
        return bool(stored) and await careful(password, stored)

    monkeypatch.setattr(passwords, "fits", hasty)
    found = await stranger.told_apart(WAYS["password"], 12)
    assert found is not None
    assert all(told.later > 0 for told in found)


async def noticed(stranger: Stranger, way: Way) -> bool:
    """Ask more and more; a busy machine hides it from those who ask little."""
    for samples in (50, 100, 200):
        if await stranger.told_apart(way, samples) is not None:
            return True
    return False


@pytest.mark.parametrize(
    ("name", "errands"),
    [("code wanted", phone), ("reset wanted", email), ("registration wanted", email)],
)
async def test_who_sends_codes_to_members_only_is_found_out(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch, name: str, errands: Any
) -> None:
    careful = errands.send

    async def choosy(tx: Tx, template: Any, to: Recipient, *rest: Any, **named: Any) -> None:
        if await store.find(tx, "email" if to.email else "phone", to.address):
            await careful(tx, template, to, *rest, **named)

    monkeypatch.setattr(errands, "send", choosy)
    assert await noticed(stranger, WAYS[name])


async def test_who_hashes_new_passwords_for_members_only_is_found_out(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = store.try_code

    async def hasty(tx: Tx, destination: str) -> tuple[bytes, int, Instant] | None:
        if await store.find(tx, "email", destination.partition("/")[2]):
            await passwords.hashed(PASSWORD)
        return await careful(tx, destination)

    monkeypatch.setattr(store, "try_code", hasty)
    assert await noticed(stranger, WAYS["reset code given"])
