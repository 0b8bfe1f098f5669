"""Staircase, faces, order inside a room, pure rules, strangers: import-linter judges imports."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.architecture.fault import Fault

_CONTRACT = re.compile(r"^(.+) BROKEN$")
_IMPORT = re.compile(r"^-?\s*(?:->\s*)?(mall[\w.]*) -> ([\w.]+) \(l\.(\d+)")


def faults(root: Path) -> Iterator[Fault]:
    """Run ``lint-imports`` on the house at ``root`` and read what it says."""
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(  # noqa: S603 - the program that stands beside this interpreter
        [command, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        found = list(read(done.stdout, root))
        yield from found or [Fault("pyproject.toml", 0, "lint-imports failed", _end(done))]


def read(printed: str, root: Path) -> Iterator[Fault]:
    """Turn import-linter's report into faults, one for each import that it names."""
    lines = [line.strip() for line in printed.splitlines()]
    names = {found[1] for line in lines if (found := _CONTRACT.match(line))}
    contract = "an import"
    for line in lines:
        if line in names:
            contract = line
        elif named := _IMPORT.match(line):
            importer, imported, number = named.groups()
            what = f"imports {imported}, against “{contract}”"
            do = line.partition("): ")[2] or "call down, announce, or plug in (house: Staircase)"
            yield Fault(_path(importer, root), int(number), what, do)
        elif line.startswith("- "):
            yield Fault("pyproject.toml", 0, f"{contract}: {line[2:]}", "place it on the staircase")


def _path(module: str, root: Path) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (root / path).is_dir() else f"{path}.py"


def _end(done: "subprocess.CompletedProcess[str]") -> str:
    return " ".join((done.stdout + done.stderr).split())[-400:]
