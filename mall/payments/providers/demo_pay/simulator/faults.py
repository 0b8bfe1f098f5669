"""Faults that can be ordered: for the next payment, the next calls, the next refund."""

from dataclasses import dataclass

from .ledger import Ledger

# Of a payment. Chosen on the cashier too.
PAYMENT = (
    "late",  # its notification comes ``seconds`` later
    "duplicate",  # three copies at the same time
    "lost",  # no notification ever
    "out_of_order",  # an older notification arrives after it
    "forged",  # nothing is paid; a forged notification says it was
    "wrong_amount",  # one minor unit less arrives
    "double",  # other trades of the same order are paid too, even closed ones
    "after_close",  # it is paid although it was closed before
)
# Of calls.
CALLS = (
    "unknown",  # carried out, answered 504
    "away",  # not carried out, answered 503
    "slow",  # carried out, answered ``seconds`` later
    "unsigned",  # carried out, the answer's signature is wrong
)
REFUND = (
    "refund_failed",  # taken on, fails later
    "refund_refused",  # not taken on
)
KINDS = (*PAYMENT, *CALLS, *REFUND)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that happens now."""

    kind: str
    seconds: float


def order(ledger: Ledger, kind: str, *, merchant: str, count: int, seconds: float) -> None:
    """Have a fault happen ``count`` times; ``merchant`` "": to anybody. Raises ValueError."""
    if kind not in KINDS:
        raise ValueError(f"no fault is called {kind}; there are {', '.join(KINDS)}")
    row = {"kind": kind, "merchant": merchant, "remaining": count, "seconds": seconds}
    ledger.add("fault", row)


def take(ledger: Ledger, merchant: str, kinds: tuple[str, ...]) -> Fault | None:
    """Take the oldest fault of these kinds that waits for this merchant, and count it down."""
    with ledger.writing():
        for row in ledger.rows("SELECT * FROM fault WHERE remaining > 0 ORDER BY row"):
            if row["kind"] in kinds and row["merchant"] in {"", merchant}:
                ledger.run("UPDATE fault SET remaining = remaining - 1 WHERE row = ?", row["row"])
                return Fault(row["kind"], row["seconds"])
    return None
