"""Small enough to read at once: files and functions have a limit."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.architecture.fault import Fault
from tools.architecture.house import House, files

FILE_LINES = 500
PAGE_LINES = 800
SPLIT_NEAR = 300
FUNCTION_LINES = 60

PLACES = ("mall", "tools", "tests", "benchmarks", "console/src")
CODE = (".py", ".ts", ".tsx", ".js", ".mjs")
PAGES = (".html", ".css", ".jinja", ".j2")


def faults(house: House) -> Iterator[Fault]:
    """Name files and functions over the limit."""
    for path, lines in lengths(house.root):
        most = PAGE_LINES if path.endswith(PAGES) else FILE_LINES
        if lines > most:
            yield Fault(path, 1, f"{lines} lines, {most} is the limit", "cut it by verb")
    for source in house:
        if source.parts[0] == "migrations":
            continue  # written by the tool, one step of history each
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    what = f"{node.name} has {lines} lines, {FUNCTION_LINES} is the limit"
                    yield Fault(source.path, node.lineno, what, "split it")


def lengths(root: Path) -> Iterator[tuple[str, int]]:
    """Count the lines of every file of code and of every page."""
    for place in PLACES:
        for path in files(root / place, *CODE, *PAGES):
            lines = path.read_text(encoding="utf-8").count("\n")
            yield path.relative_to(root).as_posix(), lines


def long_files(root: Path) -> list[tuple[str, int]]:
    """List files of code that should be split soon, the longest first."""
    found = [(p, n) for p, n in lengths(root) if n > SPLIT_NEAR and not p.endswith(PAGES)]
    return sorted(found, key=lambda entry: -entry[1])
