"""``python -m tests.proving [STEP ...]``: run the steps, print the table, write the page.

Two run side by side; then, one after another, those that need the machine for themselves.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime

from benchmarks.running import machine
from tests.proving import page
from tests.proving.steps import ROOT, STEPS, Outcome, Step, run

_SIDE_BY_SIDE = 2


def main(names: list[str]) -> int:
    """Run the steps with these names, or all; gives the exit status."""
    unknown = set(names) - {step.name for step in STEPS}
    if unknown:
        known = ", ".join(step.name for step in STEPS)
        print(f"{', '.join(sorted(unknown))}: no such step; there are {known}")
        return 2
    rows, failed, code = dict[str, str](), list[str](), _code()  # before the page changes
    chosen = [step for step in STEPS if not names or step.name in names]
    for step, outcome in _outcomes(chosen):
        when = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
        rows[step.name] = page.row(step.name, outcome, when=when, code=code)
        page.write({step.name: rows[step.name]})  # what was run stays, whatever stops the rest
        if not outcome.passed:
            failed.append(step.name)
    print(f"\n{machine()}\n\n" + "\n".join(rows.values()))
    print(f"\n{len(rows)} steps, failed: {', '.join(failed) or 'none'}; see docs/evidence.md")
    return 1 if failed else 0


def _outcomes(steps: Sequence[Step]) -> Iterator[tuple[Step, Outcome]]:
    """Run steps and give each when it has ended."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as together:
        running = {together.submit(run, step): step for step in steps if not step.alone}
        for done in as_completed(running):
            yield running[done], done.result()
    for step in steps:
        if step.alone:
            yield step, run(step)


def _code() -> str:
    """Name the code that runs."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
