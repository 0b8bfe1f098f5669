"""The page that says what was proven, when, and how: one row a step, the others stay."""

from collections.abc import Mapping
from pathlib import Path

from tests.proving.steps import ROOT, Outcome

PAGE = ROOT / "docs" / "evidence.md"
_BEGIN, _END = "<!-- steps: written by make prove -->", "<!-- end of steps -->"
_HEAD = "| step | when | code | minutes | outcome | figures |\n|---|---|---|---|---|---|\n"


def row(name: str, outcome: Outcome, *, when: str, code: str) -> str:
    """Write one row."""
    said = "; ".join(outcome.figures).replace("|", "/").replace("\n", " ")
    result = "held" if outcome.passed else "**failed**"
    return f"| {name} | {when} | {code} | {outcome.seconds / 60:.1f} | {result} | {said} |"


def merged(page: str, rows: Mapping[str, str]) -> str:
    """Put rows, by the name of their step, into a page; rows of other steps stay as they are."""
    before, _, rest = page.partition(_BEGIN)
    table, _, after = rest.partition(_END)
    assert after, f"{_BEGIN} and {_END} are missing"
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    known = {line.split("|")[1].strip(): line for line in lines}
    whole = "\n".join({**known, **rows}.values())
    return f"{before}{_BEGIN}\n\n{_HEAD}{whole}\n\n{_END}{after}"


def write(rows: Mapping[str, str], page: Path = PAGE) -> None:
    """Write rows into the page."""
    page.write_text(merged(page.read_text("utf-8"), rows), "utf-8")
