"""Staircase, faces, order inside a room, pure rules, strangers: import-linter judges imports."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.architecture.fault import Fault
from tools.architecture.house import House

_CONTRACT = re.compile(r"^(.+) BROKEN$")
_IMPORT = re.compile(r"^-?\s*(?:->\s*)?(mall[\w.]*) -> ([\w.]+) \(l\.(\d+)")

_TOOLS = Path(__file__).parents[2]  # where our kinds of contract are found
_ONE_LINE_EACH = "9999"  # columns; import-linter wraps lines, and cuts names in two


def faults(house: House) -> Iterator[Fault]:
    """Run ``lint-imports`` on the house and read what it says."""
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(  # noqa: S603 - the program that stands beside this interpreter
        [command, "--no-cache"],
        cwd=house.root,
        env=os.environ | {"COLUMNS": _ONE_LINE_EACH, "PYTHONPATH": str(_TOOLS)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        found = list(read(done.stdout, house.root))
        end = " ".join((done.stdout + done.stderr).split())[-400:]
        yield from found or [Fault("pyproject.toml", 1, "lint-imports failed", end)]


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
            yield Fault("pyproject.toml", 1, f"{contract}: {line[2:]}", "place it on the staircase")


def _path(module: str, root: Path) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (root / path).is_dir() else f"{path}.py"
