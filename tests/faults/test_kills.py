"""kill -9 at any moment loses no order, no money and no stock.

``MALL_FAULTS_ROUNDS=20`` kills longer, ``MALL_FAULTS_SEED`` repeats the moments of a run.
"""

import os
import random
import time
from collections import Counter

from tests.faults.checker import table
from tests.faults.checker.diary import entries
from tests.faults.crowd import Crowd
from tests.faults.goods import put_on_shelf
from tests.faults.settling import broken, held, let_time_to_pay_pass, settled
from tests.faults.standing import Part, Standing
from tests.proving.notes import note

BUYERS = 5
PARTS: list[Part] = ["supervisor", "worker", "web", "pay", "postgres"]
LOOKED_AT = {"I1", "I2", "I3", "I4", "I7", "I9", "I10", "I11"}  # I8: somebody may have to cancel


def kill_and_open_again(mall: Standing, crowd: Crowd, part: Part, chance: random.Random) -> None:
    """Kill one part in the midst of work; a mall whose supervisor is gone is opened anew."""
    crowd.wait_for_orders(chance.randrange(1, 12))
    print("killed", mall.kill(part, chance))
    if part == "supervisor":
        mall.open()
    else:
        mall.wait_until_open()


def test_whatever_is_killed_every_invariant_holds(standing: Standing) -> None:
    seed = int(os.environ.get("MALL_FAULTS_SEED") or random.randrange(10**9))
    print("MALL_FAULTS_SEED", seed)
    chance = random.Random(seed)
    goods = put_on_shelf(standing.operator("north"), "打不死", units=100_000)
    rounds = int(os.environ.get("MALL_FAULTS_ROUNDS") or 1)
    met, killing, settling = Counter[str](), list[float](), list[float]()
    for number in range(rounds):
        parts = PARTS if number == 0 else chance.sample(PARTS, len(PARTS))
        began = time.monotonic()
        crowd = Crowd(standing, "north", goods, chance)
        crowd.gather(BUYERS)
        for part in parts:
            kill_and_open_again(standing, crowd, part, chance)
        crowd.wait_for_orders(1)
        crowd.go_home()
        quiet = time.monotonic()
        assert crowd.heard.troubles == []
        let_time_to_pay_pass(standing)
        for placed, buyer in crowd.heard.placed.items():
            assert buyer.see(placed).status_code == 200
        verdicts = settled(standing)
        print(table(verdicts))
        assert broken(verdicts) == {}
        assert held(verdicts) >= LOOKED_AT
        heard = crowd.heard
        met.update(orders=len(heard.placed), paid=len(heard.paid), cancelled=len(heard.cancelled))
        killing.append(quiet - began)
        settling.append(time.monotonic() - quiet)
    unknown = sum(one.outcome == "unknown" for one in entries(standing.history))
    note(
        "kills",
        f"seed {seed}: {rounds * len(PARTS)} kills, {met['orders']} orders, {met['paid']} paid,"
        f" {met['cancelled']} cancelled; {unknown} requests whose outcome nobody was told;"
        f" killed for {sum(killing):.0f} s, settled in {max(settling):.1f} s at most",
    )
