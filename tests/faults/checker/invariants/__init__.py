"""The invariants, a file each. Their numbers are those of the rules of reliability, section 2."""

from collections.abc import Callable, Sequence

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.invariants.acknowledged import nothing_acknowledged_is_lost
from tests.faults.checker.invariants.allowances import allowances_are_kept
from tests.faults.checker.invariants.bookkeeping import debits_equal_credits
from tests.faults.checker.invariants.captured import nobody_pays_too_much
from tests.faults.checker.invariants.delivered import events_have_one_effect
from tests.faults.checker.invariants.legal_paths import orders_went_legal_ways
from tests.faults.checker.invariants.once import a_key_orders_once
from tests.faults.checker.invariants.quiet import nothing_is_left_in_the_middle
from tests.faults.checker.invariants.refunded import no_more_goes_back_than_came
from tests.faults.checker.invariants.shelves import shelves_add_up
from tests.faults.checker.invariants.walls import nothing_crosses_malls
from tests.faults.checker.verdicts import Verdict

INVARIANTS: Sequence[Callable[[Evidence], Verdict]] = (
    nothing_acknowledged_is_lost,  # I1
    a_key_orders_once,
    nobody_pays_too_much,
    shelves_add_up,
    allowances_are_kept,  # I5
    debits_equal_credits,
    events_have_one_effect,
    no_more_goes_back_than_came,
    orders_went_legal_ways,
    nothing_crosses_malls,  # I10
    nothing_is_left_in_the_middle,
)
