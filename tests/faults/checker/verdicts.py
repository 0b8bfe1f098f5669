"""What the checker says in the end: a verdict an invariant, as values and as one table."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

type State = Literal["holds", "broken", "void", "not applicable"]

SHOWN_AT_MOST = 20


class Finding(msgspec.Struct, frozen=True):
    """One thing that does not hold."""

    what: str
    subject: str  # whom it is about, by number or id
    evidence: dict[str, Any]

    def __str__(self) -> str:
        """Say it in a line."""
        seen = ", ".join(f"{name}={value}" for name, value in self.evidence.items())
        return f"{self.what}: {self.subject}" + (f" ({seen})" if seen else "")


class Verdict(msgspec.Struct, frozen=True):
    """What was found out about one invariant. A check that looked at nothing is void."""

    code: str
    title: str
    facts: int  # how many were looked at
    findings: list[Finding]  # the first of them
    found: int  # all of them
    unseen: list[str]  # parts of the invariant for which there was nothing to look at
    why: str = ""  # the subject of the invariant does not exist: how that is known

    @property
    def state(self) -> State:
        """Say it in a word."""
        if self.found:
            return "broken"
        if self.why:
            return "not applicable"
        return "holds" if self.facts else "void"


def table(verdicts: Sequence[Verdict]) -> str:
    """Write the verdicts as one table, and below it what was found and what was not seen."""
    lines = [f"{'':<4} {'verdict':<15} {'facts':>10} {'findings':>9}  what must hold"]
    lines += [
        f"{one.code:<4} {one.state:<15} {one.facts:>10} {one.found:>9}  {one.title}"
        for one in verdicts
    ]
    for one in verdicts:
        lines += [f"{one.code}  {finding}" for finding in one.findings]
        if one.found > len(one.findings):
            lines.append(f"{one.code}  ... and {one.found - len(one.findings)} more")
        if one.why:
            lines.append(f"{one.code}  not applicable: {one.why}")
        lines += [f"{one.code}  nothing was there to see: {part}" for part in one.unseen]
    return "\n".join(lines)
