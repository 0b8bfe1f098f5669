from tests.faults.checker import table
from tests.faults.checker.tests.honest import Copy, Honest
from tests.faults.settling import broken, held

EVERYTHING_THERE_IS = {"I1", "I2", "I3", "I4", "I7", "I8", "I9", "I10", "I11"}


def test_an_honest_mall_is_found_honest(honest: Honest, copy: Copy) -> None:
    print(table(honest.seen))
    assert broken(honest.seen) == {}
    verdicts = copy.judge()
    print(table(verdicts))
    assert broken(verdicts) == {}
    assert held(verdicts) == EVERYTHING_THERE_IS
