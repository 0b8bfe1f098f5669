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
    alone: bool = False  # it takes times, or wants the whole machine


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step."""

    passed: bool
    seconds: float
    figures: Sequence[str]


def _pytest(name: str, *paths: str, alone: bool = False, **longer: str) -> Step:
    told = {f"MALL_{key}": longer[key] for key in longer}
    return Step(name, ("-m", "pytest", "-s", *paths), told, alone)


STEPS = (  # those that take longest first, for two run side by side
    Step("simulation", ("-m", "tests.simulation", "--runs", "1000000", "--processes", "1")),
    _pytest("races", "tests/faults/test_races.py", RACE_ROUNDS="100"),
    _pytest("kills", "tests/faults/test_kills.py", FAULTS_ROUNDS="20"),
    _pytest("database", "tests/faults/test_database.py", FAULTS_ROUNDS="20", FAULTS_CLIENTS="1000"),
    _pytest(
        "crashes",
        "tests/faults/test_crashes.py",
        "tests/faults/test_crash_points.py",
        alone=True,
        FAULTS_ROUNDS="20",
    ),
    _pytest("foreign", "tests/strangers/test_foreign.py", FUZZ_FOREIGN="50000"),
    _pytest(
        "strangers",
        "tests/strangers",
        "--ignore=tests/strangers/test_foreign.py",
        "--ignore=tests/strangers/test_timing.py",
        "tests/browser/test_scripts.py",
        FUZZ_EXAMPLES="100",
    ),
    _pytest("callbacks", "tests/faults/test_callbacks.py", "tests/faults/test_forgeries.py"),
    _pytest("rush", "tests/faults/test_rush.py", alone=True, RUSH_BUYERS="10000"),
    _pytest("overload", "tests/faults/test_overload.py", alone=True, OVERLOAD_SECONDS="60"),
    _pytest("noisy", "tests/faults/test_noisy.py", alone=True, NOISY_SECONDS="60"),
    _pytest("hanging", "tests/faults/test_hanging.py", alone=True, HANGING_SECONDS="60"),
    _pytest("timing", "tests/strangers/test_timing.py", alone=True, TIMING_SAMPLES="2000"),
)


def run(step: Step) -> Outcome:
    """Run a step to its end; what it says is shown after its name, its last words are kept."""
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
            print(f"{step.name}: {line}", end="", flush=True)
            if _SUMMARY.fullmatch(line.strip()):
                said.append(line.strip())
        passed = running.wait() == 0
        return Outcome(passed, time.monotonic() - began, [*noted(notes), *said[-1:]])
