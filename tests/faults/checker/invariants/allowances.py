"""I5: coupons, points and gift cards are used within their limits; balances are their entries' sum.

The mall has none of them yet, as its catalogue tells. Once a table of theirs is there, this stays
broken until somebody teaches it what that table means.
"""

import re

from tests.faults.checker.catalogue import tables
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.verdicts import Finding, Verdict

_TITLE = "coupons, points and gift cards within limits, balances = sum of entries"
_ABOUT = re.compile(r"coupon|points?(_|$)|gift|wallet|balance|voucher|stored_value|credit_limit")


def allowances_are_kept(evidence: Evidence) -> Verdict:
    """Look whether there is anything of limited use, by the names of tables and columns."""
    known = tables(evidence)
    found = [
        Finding("nobody has taught the checker this table", name, {"columns": about})
        for name, columns in known.items()
        if (about := [one for one in (*name.split("."), *columns) if _ABOUT.search(one)])
    ]
    why = (
        f"none of {len(known)} tables, by its name and columns, is about coupons, points, gift "
        "cards or balances"
    )
    return Verdict("I5", _TITLE, 0, found, len(found), [], "" if found else why)
