"""What people do with a mall in several steps, each from its beginning to its end.

A flow says where it itself begins; what stands before that is another one's. When it returns,
everything that it wanted has come about.
"""

from collections.abc import Callable, Sequence

from tests.faults.buyer import insist
from tests.faults.crashes.trial import Trial
from tests.faults.goods import SHOP, key

type Flow = Callable[[Trial], None]


def check_out(trial: Trial) -> None:
    """Order what is in the cart, and pay it."""
    trial.from_here_on()
    number = trial.place_cart()
    trial.pay(number)
    trial.wait_for(number, "paid")


def buy_now(trial: Trial) -> None:
    """Order something, and pay it."""
    trial.from_here_on()
    trial.place_and_pay()


def cancel(trial: Trial) -> None:
    """Cancel an order that nobody has begun to pay."""
    number = trial.place()
    trial.from_here_on()
    assert trial.buyer.cancel(number).is_success
    trial.wait_for(number, "cancelled")


def cancel_while_paying(trial: Trial) -> None:
    """Cancel an order whose buyer stands at the cashier: it is closed there first."""
    number = trial.place()
    trial.begin_to_pay(number)
    trial.from_here_on()
    assert trial.buyer.cancel(number).is_success
    trial.wait_for(number, "cancelled")


def run_out_of_time(trial: Trial) -> None:
    """Begin to pay, and let the time for it pass."""
    number = trial.place()
    trial.begin_to_pay(number)
    trial.from_here_on()
    trial.let_time_to_pay_pass(number)
    trial.wait_for(number, "cancelled")


def pay_late(trial: Trial) -> None:
    """Pay an order that was cancelled: while there are goods, it goes on."""
    number = trial.place()
    trial.begin_to_pay(number)
    assert trial.buyer.cancel(number).is_success
    trial.wait_for(number, "cancelled")
    trial.from_here_on()
    trial.pay_what_is_closed(number)
    trial.wait_for(number, "paid")


def pay_too_late(trial: Trial) -> None:
    """Pay an order that was cancelled, its goods gone to somebody else: the money goes back."""
    number = trial.place(trial.last, 1)
    trial.begin_to_pay(number)
    assert trial.buyer.cancel(number).is_success
    trial.wait_for(number, "cancelled")
    quicker = trial.place(trial.last, 1)
    trial.from_here_on()
    trial.pay_what_is_closed(number)
    trial.wait_for_note(number, "refunded")
    assert trial.buyer.cancel(quicker).is_success
    trial.wait_for(quicker, "cancelled")


def cancel_paid(trial: Trial) -> None:
    """Cancel an order that was paid: all of the money goes back."""
    number = trial.place_and_pay()
    trial.from_here_on()
    assert trial.buyer.cancel(number).is_success
    trial.wait_for_refund(number)


def refund_a_line(trial: Trial) -> None:
    """Ask for one of two units back before they are sent."""
    number, said = trial.place_and_pay(), key()
    wanted = {"lines": [{"line_no": 1, "quantity": 1}]}
    trial.from_here_on()
    asked = insist(
        lambda: trial.buyer.browser.post(
            f"{SHOP}/orders/{number}/refunds", json=wanted, headers=said
        )
    )
    assert asked.status_code == 201, asked.text
    trial.wait_for_refund(number)


def send_and_receive(trial: Trial) -> None:
    """Send an order; its buyer says that it has come."""
    number = trial.place_and_pay()
    trial.from_here_on()
    _send(trial, number)
    insist(lambda: trial.buyer.browser.post(f"{SHOP}/orders/{number}/receive"))
    trial.wait_for(number, "received")


def return_what_was_sent(trial: Trial) -> None:
    """Ask for a unit back that was sent; the staff grants it."""
    number, said = trial.place_and_pay(), key()
    _send(trial, number)
    wanted = {"lines": [{"line_no": 1, "quantity": 1}]}
    trial.from_here_on()
    asked = insist(
        lambda: trial.buyer.browser.post(
            f"{SHOP}/orders/{number}/refunds", json=wanted, headers=said
        )
    )
    assert asked.status_code == 201, asked.text
    decision = f"/refunds/{asked.json()['id']}/decision"
    trial.decide(decision, {"grant": True})
    trial.wait_for_refund(number)


def refund_once_more(trial: Trial) -> None:
    """Cancel an order that was paid; the provider fails to send the money, and is asked again."""
    number = trial.place_and_pay()
    trial.order_fault("refund_failed")
    trial.from_here_on()
    assert trial.buyer.cancel(number).is_success
    failed = trial.wait_for_refund(number, "failed")
    trial.decide(f"/payments/refunds/{failed['id']}/retry")
    trial.wait_for_refund(number)


def _send(trial: Trial, number: str) -> None:
    parcel = {"carrier": "own_fleet", "tracking_no": number}
    trial.staff("POST", f"/orders/{number}/parcels", json=parcel)


FLOWS: Sequence[Flow] = (
    check_out,
    buy_now,
    cancel,
    cancel_while_paying,
    run_out_of_time,
    pay_late,
    pay_too_late,
    cancel_paid,
    refund_a_line,
    send_and_receive,
    return_what_was_sent,
    refund_once_more,
)
