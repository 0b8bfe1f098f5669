"""A checker that shares no code with the mall: decides the invariants I1-I11 of its rules.

It reads what clients wrote down themselves (``diary``), the ledger of the payment simulator and
the database through a role that can only read. It imports the standard library, psycopg and
msgspec; a test sees to that. Its knowledge of the tables and of the states is its own, on purpose:
where it and the mall disagree, one of the two is wrong.
"""

from tests.faults.checker.diary import Diary, Entry
from tests.faults.checker.evidence import CannotJudge
from tests.faults.checker.judging import judge
from tests.faults.checker.role import make_reader
from tests.faults.checker.verdicts import Finding, Verdict, table

__all__ = [
    "CannotJudge",
    "Diary",
    "Entry",
    "Finding",
    "Verdict",
    "judge",
    "make_reader",
    "table",
]
