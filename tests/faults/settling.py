"""What is left of faults: let time pass, and ask the checker until nothing is on its way."""

import time
from collections.abc import Callable, Collection

from tests.faults.checker import Verdict, judge
from tests.faults.standing import Standing
from tests.waiting import eventually

SETTLED_WITHIN = 100  # seconds: jobs of a killed worker are missed after some 40


def let_time_to_pay_pass(mall: Standing) -> None:
    """Turn the clocks of unpaid orders forward; the worker's round does the rest."""
    with mall.database() as rows:
        rows.execute("""UPDATE orders."order" SET pay_by = now() WHERE state = 'unpaid'""")


def wait_until(so: Callable[[], bool]) -> None:
    """Wait until something is so, for as long as a killed worker may take."""
    eventually(so, SETTLED_WITHIN)


def settled(mall: Standing, within: float = SETTLED_WITHIN) -> list[Verdict]:
    """Wait until every invariant holds with nothing on its way; give the last verdicts.

    ``within``: seconds; what is on its way after them is stuck.
    """
    deadline = time.monotonic() + within
    while True:
        verdicts = judge(mall.reader, mall.history, str(mall.ledger), patience=0)
        if not broken(verdicts) or time.monotonic() > deadline:
            return verdicts
        time.sleep(0.5)


def broken(verdicts: Collection[Verdict]) -> dict[str, list[str]]:
    """Give the findings by the number of the invariant."""
    return {one.code: [str(finding) for finding in one.findings] for one in verdicts if one.found}


def held(verdicts: Collection[Verdict]) -> set[str]:
    """Name the invariants that were looked at and hold."""
    return {one.code for one in verdicts if one.state == "holds"}
