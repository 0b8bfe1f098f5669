"""A probe: two statements, one that counts what is looked at and one that gives what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.verdicts import SHOWN_AT_MOST, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Probe:
    """One way in which an invariant can be broken.

    ``broken`` gives a row a finding: first whom it is about, then the evidence. Both statements may
    use the parameters ``patience`` (seconds) and ``now`` (seconds since 1970).
    """

    what: str  # completes "it was found that"
    looked: str
    broken: str
    at: Literal["mall", "bench"] = "mall"


def decide(evidence: Evidence, code: str, title: str, probes: Sequence[Probe]) -> Verdict:
    """Run the probes of an invariant, one row after another, and put together what they found."""
    facts, found, findings, unseen = 0, 0, list[Finding](), list[str]()
    for probe in probes:
        looked = evidence.count(probe.at, probe.looked)
        facts += looked
        if not looked:
            unseen.append(probe.what)
        for names, row in evidence.stream(probe.at, probe.broken):
            found += 1
            if len(findings) < SHOWN_AT_MOST:
                seen = dict(zip(names[1:], row[1:], strict=True))
                findings.append(Finding(probe.what, str(row[0]), seen))
    return Verdict(code, title, facts, findings, found, unseen)
