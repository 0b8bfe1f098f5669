"""Which event met which state how often."""

from collections import Counter
from collections.abc import Iterator

MACHINES = {
    "order": (
        "unpaid closing paid partly_shipped shipped received closed cancelled",
        "pay cancel adjust ship receive refund compensate ask_back grant refuse "
        "payments.succeeded payments.closed payments.refund_succeeded payments.refund_failed",
    ),
    "attempt": (
        "created prepaid closing succeeded closed refused",
        "open succeeded closed missing rejected unknown notice_succeeded notice_closed",
    ),
    "refund": (
        "wanted unknown asked succeeded failed",
        "asked succeeded failed missing rejected unknown "
        "notice_asked notice_succeeded notice_failed retry",
    ),
}


def table(seen: Counter[tuple[str, str, str]]) -> Iterator[str]:
    """Show a table a machine, and the pairs that were never hit."""
    never = list[str]()
    for machine, (states, events) in MACHINES.items():
        columns = states.split()
        yield f"\n{machine:26}" + "".join(f"{state:>15}" for state in columns)
        for event in events.split():
            hits = [
                seen[machine, state, event.replace("_", " ") if "notice" in event else event]
                for state in columns
            ]
            yield f"  {event:24}" + "".join(f"{one or '-':>15}" for one in hits)
            never += [
                f"{machine} {state} x {event}"
                for state, one in zip(columns, hits, strict=True)
                if not one
            ]
    total, few = sum(seen.values()), sum(0 < one < 1_000 for one in seen.values())
    yield f"\n{total:,} events met {len(seen)} pairs; {few} of them fewer than 1,000 times"
    yield f"never hit ({len(never)}): " + "; ".join(never)
