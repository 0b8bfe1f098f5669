"""Which step comes next, by chance."""

from collections.abc import Sequence
from random import Random

from tests.simulation.steps import HAPPENINGS, Step
from tests.simulation.world import ORDERS_AT_MOST, World

BOUGHT: Sequence[Step] = (  # an order that is placed and paid, with nothing going wrong
    ("pay", 0, 1, 2),
    *(("work", 0, 0, 2),) * 3,
    ("cashier", 0, 0, 2),
    ("notify", 0, 0, 2),
    ("work", 0, 0, 2),
)
_NAMES = list(HAPPENINGS)


def drawn(random: Random, world: World) -> Step:
    """Draw what happens next: what there is something to do for is likelier."""
    states = [order.state for order in world.memory.orders.values()]
    trades = [row.state for row in world.bank.trades.values() if row.amount is not None]
    unpaid, open_trade = states.count("unpaid"), trades.count("open")
    paid = len(states) - unpaid - states.count("cancelled") - states.count("closed")
    jobs = any(job.due <= world.now for job in world.jobs)
    told = bool(world.bank.notices)
    running = any(row.state == "asked" for row in world.bank.refunds.values())
    asked = any(one.state == "requested" for one in world.memory.refunds.values())
    failed = any(row.state == "failed" for row in world.bank.refunds.values())
    weights = (
        10 if not states else 3 if len(states) < ORDERS_AT_MOST else 0.5,
        (1.2 if open_trade or jobs else 6) * unpaid + 0.3,
        16 * open_trade + 7 * trades.count("closed"),
        (10 + 10 * len(states)) * jobs,
        7 * told,
        0.5 * told,
        7 * running,
        (7 if failed else 0.2) * bool(world.bank.refunds),
        0.5 * unpaid + paid + 0.2,
        5 * paid + 0.2,
        1.5 * paid + 0.2,
        3 * paid + 0.3,
        1.2 * paid + 0.1,
        2 * paid + 0.2,
        0.5 * unpaid + 0.2,
        4 * asked,
        0.7,
        4,
        4,
    )
    name = random.choices(_NAMES, weights)[0]
    a, b, c = random.randbytes(3)
    return name, a, b, c
