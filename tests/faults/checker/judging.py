"""Deciding all invariants over one body of evidence."""

from pathlib import Path

from tests.faults.checker.evidence import gather
from tests.faults.checker.invariants import INVARIANTS
from tests.faults.checker.verdicts import Verdict


def judge(database: str, history: Path, ledger: str, *, patience: float = 300) -> list[Verdict]:
    """Decide I1-I11, in their order. Raises CannotJudge.

    ``patience``: how many seconds old something must be to count as left in the middle (I11).
    """
    with gather(database, history, ledger, patience) as evidence:
        return [decide(evidence) for decide in INVARIANTS]
