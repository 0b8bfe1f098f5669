"""The proofs at full length: what is run, and how long it is made."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.proving.notes import noted

ROOT = Path(__file__).parents[2]
_SUMMARY = re.compile(
    r"^(?:\d+ (?:passed|failed|skipped|errors?)[^\n]*|[\d,]+ interleavings in .*)$"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One proof, run by itself."""

    name: str
    arguments: Sequence[str]  # of Python
    longer: Mapping[str, str] = field(default_factory=dict[str, str])  # environment


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step."""

    passed: bool
    seconds: float
    figures: Sequence[str]


def _pytest(name: str, *paths: str, **longer: str) -> Step:
    return Step(
        name, ("-m", "pytest", "-s", *paths), {f"MALL_{key}": longer[key] for key in longer}
    )


STEPS = (
    _pytest("kills", "tests/faults/test_kills.py", FAULTS_ROUNDS="20"),
    _pytest("database", "tests/faults/test_database.py", FAULTS_ROUNDS="20", FAULTS_CLIENTS="1000"),
    _pytest(
        "crashes",
        "tests/faults/test_crashes.py",
        "tests/faults/test_crash_points.py",
        FAULTS_ROUNDS="20",
    ),
    _pytest("races", "tests/faults/test_races.py", RACE_ROUNDS="100"),
    _pytest("rush", "tests/faults/test_rush.py", RUSH_BUYERS="10000"),
    _pytest("callbacks", "tests/faults/test_callbacks.py", "tests/faults/test_forgeries.py"),
    _pytest("overload", "tests/faults/test_overload.py", OVERLOAD_SECONDS="60"),
    _pytest("noisy", "tests/faults/test_noisy.py", NOISY_SECONDS="60"),
    _pytest("hanging", "tests/faults/test_hanging.py", HANGING_SECONDS="60"),
    _pytest("foreign", "tests/strangers/test_foreign.py", FUZZ_FOREIGN="50000"),
    _pytest("timing", "tests/strangers/test_timing.py", TIMING_SAMPLES="2000"),
    _pytest(
        "strangers",
        "tests/strangers",
        "--ignore=tests/strangers/test_foreign.py",
        "--ignore=tests/strangers/test_timing.py",
        "tests/browser/test_scripts.py",
        FUZZ_EXAMPLES="100",
    ),
    Step(
        "simulation",
        ("-m", "tests.simulation", "--runs", "1000000", "--seed", "1", "--processes", "2"),
    ),
)


def run(step: Step) -> Outcome:
    """Run a step to its end; what it says is shown, and its last words are kept."""
    said, began = list[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "notes")
        running = subprocess.Popen(
            (sys.executable, *step.arguments),
            cwd=ROOT,
            env={**os.environ, **step.longer, "MALL_NOTES": str(notes)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            if _SUMMARY.fullmatch(line.strip()):
                said.append(line.strip())
        passed = running.wait() == 0
        return Outcome(passed, time.monotonic() - began, [*noted(notes), *said[-1:]])
