from pathlib import Path

import pytest

from tools.architecture import __main__ as architecture
from tools.architecture import map
from tools.architecture.tests.samples import Build, said, write
from tools.architecture.tests.test_faces import GOOD


def test_a_file_that_cannot_be_parsed_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    house = write(tmp_path, {"mall/orders/rules.py": "def half("})
    assert said(house.unreadable) == [
        "mall/orders/rules.py:1: cannot be parsed: '(' was never closed - mend it"
    ]


def test_faults_are_printed_with_their_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"mall/orders/rules.py": "async def total(): ..."})
    monkeypatch.setattr(architecture, "ROOT", tmp_path)
    monkeypatch.setattr(architecture, "GUARDS", (architecture.powers, architecture.sizes))
    assert architecture.main([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "mall/orders/rules.py:1: the rule total is async - make it a plain function",
        "",
        "✗ 结构 · architecture: 1 faults",
    ]
    write(tmp_path, {"mall/orders/rules.py": "def total(): ..."})
    assert architecture.main([]) == 0


def test_an_unknown_word_prints_what_can_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert architecture.main(["dance"]) == 2
    assert "python -m tools.architecture map" in capsys.readouterr().out


def test_the_map_shows_each_room_on_its_step_with_what_it_is_for(build: Build) -> None:
    drawn = "\n".join(map.drawn(build(GOOD)))
    assert drawn.index("─ orders") < drawn.index("─ payments")
    assert "Orders: what was bought." in drawn
    assert "hears payments.Paid" in drawn
    assert "(doors: not built yet)" in drawn
