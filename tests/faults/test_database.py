"""T-01: the database is killed, with all its sessions, in the middle of very many checkouts.

``MALL_FAULTS_ROUNDS=20`` is how often, ``MALL_FAULTS_CLIENTS=1000`` how many check out at once, and
``MALL_FAULTS_SEED`` repeats who wants what and when a moment to kill is looked for.
"""

import asyncio
import math
import os
import random
import time
from collections.abc import Generator, Mapping, Sequence

import pytest

from tests.faults.checker import table
from tests.faults.checker.diary import Entry, entries
from tests.faults.checkouts import Checkouts
from tests.faults.goods import put_on_shelf
from tests.faults.nemesis import Kill, Moment, strike
from tests.faults.settling import broken, held, let_time_to_pay_pass, settled
from tests.faults.standing import Standing, standing_mall
from tests.proving.notes import note

KILLS = int(os.environ.get("MALL_FAULTS_ROUNDS") or 2)
CLIENTS = int(os.environ.get("MALL_FAULTS_CLIENTS") or 100)
MOMENTS: list[Moment] = ["flushing", "any", "committing", "any", "writing", "any"]
LOOKED_AT = {"I1", "I2", "I3", "I4", "I7", "I9", "I10", "I11"}  # I8: somebody may have to cancel
AWAY = {"doors.away"}  # what a client may be told while there is no database

# With fewer outcomes that nobody was told, a run of 20 kills and 1,000 clients proves nothing.
FULL_LENGTH = 20  # kills
UNTOLD_AT_LEAST = math.ceil(200 * (KILLS / FULL_LENGTH) * (CLIENTS / 1_000))
SETTLED_WITHIN = 300.0  # seconds


@pytest.fixture(scope="module")
def mall() -> Generator[Standing]:
    with standing_mall("north", MALL_WEB_PROCESSES="2") as standing:
        yield standing


def kill_and_kill(mall: Standing, crowd: Checkouts, chance: random.Random) -> list[Kill]:
    """Kill the database again and again; in between the mall comes back by itself and serves."""
    kills = list[Kill]()
    for number in range(KILLS):
        crowd.wait_for_orders(CLIENTS // 2)
        time.sleep(chance.uniform(0, 0.5))  # else it were always the same place in the rush
        kills.append(strike(mall, MOMENTS[number % len(MOMENTS)]))
        before = len(crowd.told.placed)
        crowd.wait_for_order_since(kills[-1].at)
        waited = time.monotonic() - kills[-1].at
        print(f"killed {kills[-1]}; {before} orders by then, the next after {waited:.1f} s")
    crowd.wait_for_orders(CLIENTS // 2)
    return kills


def untold(mall: Standing, kills: Sequence[Kill]) -> dict[str, Kill]:
    """Find the keys that were on their way at a kill and got no answer, each with its last kill.

    What was asked of a database that was away already is not counted: that nothing came of it is
    known to us, though not to the client.
    """
    last = dict[tuple[str, int], Entry]()
    for entry in entries(mall.history):
        last[entry.client, entry.seq] = entry
    return {
        entry.key: kill
        for entry in last.values()
        for kill in kills
        if entry.op == "place" and entry.outcome not in {"ok", "refused"}
        if entry.began < kill.at < (entry.ended or math.inf)
    }


def placed_unheard(mall: Standing, keys: Mapping[str, Kill]) -> int:
    """Count the orders that were there already when their clients were told nothing."""
    started = time.time() - time.monotonic()
    with mall.database() as rows:
        found = rows.execute(
            "SELECT idempotency_key, extract(epoch FROM placed_at)::float8"
            """ FROM orders."order" WHERE idempotency_key = ANY(%s)""",
            [list(keys)],
        ).fetchall()
    return sum(placed_at < keys[key].at + started for key, placed_at in found)


async def test_whenever_the_database_is_killed_every_checkout_ends_once_and_right(
    mall: Standing,
) -> None:
    seed = int(os.environ.get("MALL_FAULTS_SEED") or random.randrange(10**9))
    print("\nMALL_FAULTS_SEED", seed)
    chance = random.Random(seed)
    console = mall.operator("north")
    plenty = [put_on_shelf(console, f"断电 {number}", units=1_000_000) for number in range(2)]
    few = put_on_shelf(console, "最后几件", units=CLIENTS)
    crowd = Checkouts(mall, "north", [*plenty, few], chance)
    began = time.monotonic()
    crowd.gather(CLIENTS)
    try:
        kills = await asyncio.to_thread(kill_and_kill, mall, crowd, chance)
    finally:
        await crowd.go_home()
    quiet, told = time.monotonic(), crowd.told

    keys = untold(mall, kills)
    unheard = placed_unheard(mall, keys)
    inside = sum(kill.writing > 0 for kill in kills)
    note(
        "T-01",
        f"seed {seed}: {CLIENTS} clients, {len(kills)} kills, {inside} of them inside"
        f" {sum(kill.writing for kill in kills)} transactions"
        f" ({sum(kill.committing for kill in kills)} in their COMMIT),"
        f" {len(keys)} ambiguous outcomes ({unheard} were orders),"
        f" {len(told.placed)} orders, {told.paid} paid, {told.cancelled} cancelled,"
        f" {told.sold_out} sold out, slowest {told.slowest:.1f} s, {quiet - began:.0f} s;"
        f" not definite: {dict(told.answers)}",
    )
    assert told.troubles == []
    assert len(keys) >= UNTOLD_AT_LEAST, f"void: {len(keys)} ambiguous outcomes are too few"
    assert unheard or KILLS < FULL_LENGTH, "void: no order was placed without its client's knowing"
    let_time_to_pay_pass(mall)
    verdicts = settled(mall, SETTLED_WITHIN)
    print(table(verdicts))
    print(f"settled in {time.monotonic() - quiet:.1f} s")
    assert broken(verdicts) == {}
    assert held(verdicts) >= LOOKED_AT
    assert set(told.answers) <= AWAY
