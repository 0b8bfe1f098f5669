"""I6: in the ledger, debits equal credits, for each tenant and currency.

The mall keeps no double-entry ledger yet, as its catalogue tells. A table with a debit and a credit
column is added up as soon as there is one.
"""

from psycopg import sql

from tests.faults.checker.catalogue import tables
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.probes import Probe, decide
from tests.faults.checker.verdicts import Finding, Verdict

_TITLE = "debits = credits, for each tenant and currency"
_NEEDED = {"tenant_id", "currency"}


def debits_equal_credits(evidence: Evidence) -> Verdict:
    """Add up both sides of every ledger that there is."""
    known = tables(evidence)
    probes, untaught = list[Probe](), list[Finding]()
    for name, columns in known.items():
        sides = [_side(columns, "debit"), _side(columns, "credit")]
        if all(sides) and set(columns) >= _NEEDED:
            probes.append(_probe(evidence, name, *sides))
        elif any(sides):
            seen = {"columns": [side for side in sides if side]}
            untaught.append(Finding("nobody has taught the checker this table", name, seen))
    if not probes and not untaught:
        why = f"none of {len(known)} tables has a debit or a credit column"
        return Verdict("I6", _TITLE, 0, [], 0, [], why)
    added = decide(evidence, "I6", _TITLE, probes)
    both = [*untaught, *added.findings]
    return Verdict("I6", _TITLE, added.facts, both, added.found + len(untaught), added.unseen)


def _side(columns: list[str], word: str) -> str:
    return next((one for one in columns if one.split("_")[0] == word), "")


def _probe(evidence: Evidence, name: str, debit: str, credit: str) -> Probe:
    places = {
        "table": sql.Identifier(*name.split(".")),
        "debit": sql.Identifier(debit),
        "credit": sql.Identifier(credit),
    }
    looked = sql.SQL("SELECT count(*) FROM {table}").format(**places)
    broken = sql.SQL(
        "SELECT tenant_id::text, currency, sum({debit})::bigint AS debits,"
        " sum({credit})::bigint AS credits FROM {table} GROUP BY tenant_id, currency"
        " HAVING COALESCE(sum({debit}), 0) <> COALESCE(sum({credit}), 0)"
    ).format(**places)
    what = f"the two sides of {name} differ"
    return Probe(what, looked.as_string(evidence.mall), broken.as_string(evidence.mall))
