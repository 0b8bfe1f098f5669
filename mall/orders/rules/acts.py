"""What may be done with an order now, for whoever offers buttons."""

from typing import Literal

from mall.orders.rules import REFUNDABLE, STEPS, Order, everything_sent

type BuyerAct = Literal["pay", "cancel", "receive", "refund"]
type OperatorAct = Literal["cancel", "adjust_price", "change_address", "ship", "refund"]


def open_to_buyer(order: Order) -> list[BuyerAct]:
    """List what its buyer can do with an order now.

    The last unit of an order that was not sent goes back by cancelling; no second button for it.
    """
    if order.state == "unpaid":
        return [] if order.closing else ["pay", "cancel"]
    acts: list[BuyerAct] = []
    left = sum(line.quantity - line.refunded for line in order.lines)
    if order.state == "paid":
        acts.append("cancel")
    if order.state in STEPS["receive"]:
        acts.append("receive")
    if order.state in REFUNDABLE and left > (1 if order.state == "paid" else 0):
        acts.append("refund")
    return acts


def open_to_operator(order: Order) -> list[OperatorAct]:
    """List what an operator can do with an order now."""
    waiting = order.state == "unpaid" and order.closing is None
    acts: list[OperatorAct] = []
    if waiting or order.state == "paid":
        acts.append("cancel")
    if waiting:
        acts.append("adjust_price")
    if order.state in {"unpaid", "paid"}:
        acts.append("change_address")
    if order.state in STEPS["ship_part"] and not everything_sent(order.lines):
        acts.append("ship")
    if order.state in REFUNDABLE and order.refund_state != "all":
        acts.append("refund")
    return acts
