"""The page of evidence keeps what it is not told anew, and calls a failure one."""

from pathlib import Path

import pytest

from tests.proving import __main__ as proving
from tests.proving import page
from tests.proving.notes import note
from tests.proving.steps import Outcome, Step, run

_PAGE = f"# Evidence\n\n{page._BEGIN}\n\n{page._HEAD}\n{page._END}\n\nThe rest.\n"  # pyright: ignore[reportPrivateUsage]


def _row(name: str, *figures: str, passed: bool = True) -> str:
    return page.row(name, Outcome(passed, 90, figures), when="2027-03-01 04:00", code="abc")


def test_rows_of_other_steps_stay() -> None:
    first = page.merged(_PAGE, {"kills": _row("kills", "20 kills"), "rush": _row("rush")})
    second = page.merged(first, {"rush": _row("rush", "a | b", passed=False)})
    assert second.startswith("# Evidence\n") and second.endswith("\n\nThe rest.\n")
    assert [line for line in second.splitlines() if line.startswith("| ")][1:] == [
        "| kills | 2027-03-01 04:00 | abc | 1.5 | held | 20 kills |",
        "| rush | 2027-03-01 04:00 | abc | 1.5 | **failed** | a / b |",
    ]


def test_a_page_without_a_place_for_them_is_refused() -> None:
    with pytest.raises(AssertionError):
        page.merged("# Evidence\n", {})


def test_a_step_gives_its_notes_and_its_last_words() -> None:
    said = "from tests.proving.notes import note; note('T-99', 'seed 7, 3 kills')"
    outcome = run(Step("one", ("-c", f"{said}; print('1 passed in 2.00s')")))
    assert outcome.passed and outcome.figures == ["T-99: seed 7, 3 kills", "1 passed in 2.00s"]
    assert not run(Step("two", ("-c", "raise SystemExit(3)"))).passed


def test_a_note_is_printed_and_kept_only_where_somebody_collects(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MALL_NOTES", raising=False)
    note("T-99", "nothing")
    assert "T-99: nothing" in capsys.readouterr().out and not list(tmp_path.iterdir())


def test_a_step_that_fails_is_written_down_and_fails_the_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "evidence.md"
    file.write_text(_PAGE, "utf-8")
    write = page.write

    def write_here(rows: dict[str, str]) -> None:
        write(rows, file)

    monkeypatch.setattr(page, "write", write_here)
    steps = (Step("good", ("-c", "")), Step("bad", ("-c", "raise SystemExit(1)")))
    monkeypatch.setattr(proving, "STEPS", steps)
    assert proving.main(["good"]) == 0
    assert proving.main([]) == 1
    assert proving.main(["unheard-of"]) == 2
    written = file.read_text("utf-8")
    assert "| good |" in written and "| **failed** |" in written
