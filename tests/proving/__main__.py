"""``python -m tests.proving [STEP ...]``: run the steps, print the table, write the page."""

import subprocess
import sys
from datetime import UTC, datetime

from benchmarks.running import machine
from tests.proving import page
from tests.proving.steps import ROOT, STEPS, run


def main(names: list[str]) -> int:
    """Run the steps with these names, or all; gives the exit status."""
    unknown = set(names) - {step.name for step in STEPS}
    if unknown:
        known = ", ".join(step.name for step in STEPS)
        print(f"{', '.join(sorted(unknown))}: no such step; there are {known}")
        return 2
    rows, failed = dict[str, str](), list[str]()
    for step in STEPS:
        if names and step.name not in names:
            continue
        print(f"\n=== {step.name}", flush=True)
        outcome = run(step)
        when = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
        rows[step.name] = page.row(step.name, outcome, when=when, code=_code())
        page.write({step.name: rows[step.name]})  # what was run stays, whatever stops the rest
        if not outcome.passed:
            failed.append(step.name)
    print(f"\n{machine()}\n\n" + "\n".join(rows.values()))
    print(f"\n{len(rows)} steps, failed: {', '.join(failed) or 'none'}; see docs/evidence.md")
    return 1 if failed else 0


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
