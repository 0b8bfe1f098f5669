"""Histories, ledgers and databases that are wrong on purpose: each is found, nothing else is."""

import pytest

from tests.faults.checker import table
from tests.faults.checker.tests.honest import Copy, Honest
from tests.faults.checker.tests.wrong import EVERYTHING, Wrong
from tests.faults.settling import broken, held

THERE_IS = {"I1", "I2", "I3", "I4", "I7", "I8", "I9", "I10", "I11"}


def test_an_honest_mall_is_found_honest(honest: Honest, copy: Copy) -> None:
    assert broken(honest.seen) == {} == broken(honest.asked)
    assert [one.facts for one in honest.asked] == [one.facts for one in honest.seen]
    verdicts = copy.judge()
    print(table(verdicts))
    assert broken(verdicts) == {}
    assert held(verdicts) == THERE_IS
    assert {one.code for one in verdicts if one.state == "not applicable"} == {"I5", "I6"}


@pytest.mark.parametrize("wrong", EVERYTHING, ids=lambda one: f"{one.code}: {one.found}")
def test_what_is_wrong_is_found_and_nothing_else_is(wrong: Wrong, copy: Copy) -> None:
    wrong.spoil(copy)
    found = broken(copy.judge())
    assert set(found) == {wrong.code}, found
    assert any(line.startswith(wrong.found) for line in found[wrong.code]), found


def test_every_invariant_was_broken_once() -> None:
    assert {one.code for one in EVERYTHING} == THERE_IS | {"I5", "I6"}
