"""Small houses to judge, written below a folder of the test's own."""

from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import dedent

from tools.architecture.fault import Fault
from tools.architecture.house import House, read, staircase

ROOT = Path(__file__).parents[3]

type Build = Callable[[dict[str, str]], House]


def write(root: Path, files: dict[str, str]) -> House:
    """Write files below ``root`` and read the house that stands there then."""
    for path, text in {"pyproject.toml": contracts(), **files}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return read(root)


def contracts() -> str:
    """Copy the contracts of the real house; here every room may be missing."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = text[text.index("[tool.importlinter]") :]
    before, _, rest = text.partition("layers = [")
    _, _, after = rest.partition("\n]\n")
    steps = (" | ".join(f"({room})" for room in step) for step in staircase(ROOT))
    return f"{before}layers = [{', '.join(f'"{step}"' for step in steps)}]\n{after}"


def said(faults: Iterable[Fault]) -> list[str]:
    """Write faults as they are printed, sorted."""
    return sorted(str(fault) for fault in faults)
