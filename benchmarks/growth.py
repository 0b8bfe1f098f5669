"""Orders per second of a mall that has millions of orders, held against an empty one beside it.

python -m benchmarks.growth [orders] [seconds]

Two malls stand side by side and are measured by turns, so that a slower hour slows down both. In
one, orders are stored step by step; the other only has those that are placed while measuring.
"""

import json
import sys
import time
from statistics import median

from benchmarks import looking, stored
from benchmarks.judged import Notes
from benchmarks.orders import CLIENTS, GOODS, make_tables, orders, pgbench
from benchmarks.running import Running, machine, running_mall

ORDERS = 5_000_000
_ROUNDS = 3
_LEAST = 0.9

type _Figures = dict[str, float]


def main() -> None:
    """Measure, print a table, and one JSON object in the last line."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 6.0
    with running_mall(GOODS) as empty, running_mall(GOODS) as grown:
        make_tables(empty)
        make_tables(grown)
        steps = [_step(empty, grown, 0, seconds)]
        for before, after in ((0, size // 5), (size // 5, size)):
            _store(grown, before, after)
            steps.append(_step(empty, grown, after, seconds))
        looks = {"empty": looking.looks(empty), "grown": looking.looks(grown)}
    print(f"\n{machine()}; {CLIENTS} clients, {GOODS} SKUs, fsync on, {_ROUNDS} x {seconds:g} s\n")
    for name in steps[0]:
        print(f"  {name:24}" + "".join(f"{step[name]:12.2f}" for step in steps))
    print(f"\n  {'milliseconds':24}{'empty':>12}{'grown':>12}")
    for name, value in looks["grown"].items():
        print(f"  {name:24}{looks['empty'][name]:12.2f}{value:12.2f}")
    rounded = [{name: round(value, 3) for name, value in step.items()} for step in steps]
    shown = {
        which: {name: round(value, 2) for name, value in some.items()}
        for which, some in looks.items()
    }
    print(json.dumps({"left": rounded[-1]["left"], "steps": rounded, "looks": shown}))
    sys.exit(1 if steps[-1]["left"] < _LEAST else 0)


def _store(mall: Running, before: int, after: int) -> None:
    began, there = time.monotonic(), before

    def told(more: int) -> None:
        nonlocal there
        there += more
        print(f"\r  {there:,} of {after:,} orders, {time.monotonic() - began:.0f} s", end="")

    stored.store(mall, before, after - before, told)
    stored.tidy(mall)
    print(f", {stored.used_gb(mall):.1f} GB", flush=True)


def _step(empty: Running, grown: Running, there: int, seconds: float) -> _Figures:
    """Measure both malls by turns, and what is left of the empty one's rate in the grown one."""
    stored.tidy(empty)
    rates = {name: list[float]() for name in ("empty", "grown", "empty_pgbench", "pgbench")}
    for number in range(_ROUNDS):
        pair = [("empty", empty), ("grown", grown)]
        for name, mall in pair if number % 2 == 0 else reversed(pair):
            rates[name].append(orders(mall, mall.skus, (1,), seconds, Notes()))
        for name, mall in (("empty_pgbench", empty), ("pgbench", grown)):
            rates[name].append(pgbench(mall, f"random(1, {GOODS})", max(2, seconds / 2)))
    middle = {name: median(some) for name, some in rates.items()}
    found = {
        "orders": there,
        "disk_gb": stored.used_gb(grown),
        "orders_per_s_empty": middle["empty"],
        "orders_per_s": middle["grown"],
        "pgbench_tps_empty": middle["empty_pgbench"],
        "pgbench_tps": middle["pgbench"],
        "ratio_empty": middle["empty"] / middle["empty_pgbench"],
        "ratio": middle["grown"] / middle["pgbench"],
        "left": median(a / b for a, b in zip(rates["grown"], rates["empty"], strict=True)),
    }
    print("  " + ", ".join(f"{name} {value:,.2f}" for name, value in found.items()), flush=True)
    for name, some in rates.items():
        print(f"    {name:16}" + " ".join(f"{rate:8,.0f}" for rate in some), flush=True)
    return found


if __name__ == "__main__":
    main()
