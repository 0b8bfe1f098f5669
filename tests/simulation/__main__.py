"""Run many interleavings: ``python -m tests.simulation --runs 1000000 --seed 1 --processes 2``."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from multiprocessing import Pool
from time import perf_counter

from tests.simulation.books import plugged
from tests.simulation.coverage import table
from tests.simulation.running import keep, run, run_seed, shrunk, trace_of

BATCH = 1_000
FAILURES_AT_MOST = 5

type Done = tuple[int, Counter[tuple[str, str, str]], list[tuple[int, str]]]


def batch(span: tuple[int, int]) -> Done:
    """Run the seeds of a span; gives how many, what they met, and which failed."""
    seen, failed = Counter[tuple[str, str, str]](), list[tuple[int, str]]()
    with plugged():
        for seed in range(*span):
            ended = run_seed(seed)
            seen.update(ended.seen)
            if ended.why is not None:
                failed.append((seed, ended.why))
    return span[1] - span[0], seen, failed


def spans(first: int, runs: int) -> Iterator[tuple[int, int]]:
    """Part the seeds into batches."""
    for begin in range(first, first + runs, BATCH):
        yield begin, min(begin + BATCH, first + runs)


def explain(seed: int, why: str) -> None:
    """Print the shortest trace of a failing seed and keep it as a regression."""
    with plugged():
        trace = shrunk(trace_of(seed))
        told = run(trace, tell=True).told
    print(f"\nseed {seed} failed: {why}")
    print("\n".join(f"  {line}" for line in told))
    print(f"  => {trace.why}\n  kept as {keep(trace)}", flush=True)


def main() -> int:
    """Run, show, explain; gives 1 when something was broken."""
    parser = ArgumentParser(prog="tests.simulation")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    print(f"{asked.runs:,} interleavings from seed {asked.seed}", flush=True)
    begun, runs = perf_counter(), 0
    seen, failed = Counter[tuple[str, str, str]](), list[tuple[int, str]]()
    with Pool(asked.processes) as pool:
        for done, met, broken in pool.imap_unordered(batch, spans(asked.seed, asked.runs)):
            before, runs = runs, runs + done
            seen.update(met)
            failed += broken
            if runs * 20 // asked.runs != before * 20 // asked.runs:
                passed = perf_counter() - begun
                print(f"{runs:>10,} runs, {passed:,.0f} s, {len(failed)} failed", flush=True)
            if len(failed) >= FAILURES_AT_MOST:
                pool.terminate()
                break
    passed = perf_counter() - begun
    print("\n".join(table(seen)))
    print(f"\n{runs:,} interleavings in {passed:,.1f} s, {passed / runs * 1_000:.2f} s a thousand")
    for seed, why in sorted(failed)[:FAILURES_AT_MOST]:
        explain(seed, why)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
