"""What an operator may still change about an order."""

from dataclasses import replace

from mall import payments
from mall.kernel.audit import Actor, record
from mall.kernel.db import Tx
from mall.kernel.ids import OrderId
from mall.kernel.money import share_out
from mall.kernel.time import Instant
from mall.orders import store
from mall.orders.actions.moving import lock
from mall.orders.rules import BadAmount, ShipTo, WrongState


async def adjust_price(
    tx: Tx, order_id: OrderId, payable_minor: int, *, actor: Actor, now: Instant
) -> None:
    """Set what an unpaid order costs (rules 4.14); the goods bear the change in proportion.

    At least 1 fen, and not less than the freight; not more than it cost before. Payments begun
    for the old amount are closed. Raises WrongState, BadAmount.
    """
    order = await lock(tx, order_id)
    if order.state != "unpaid" or order.closing is not None:
        raise WrongState(order.state, "adjust")
    net = [line.placed.net_minor for line in order.lines]
    least, most = max(order.freight_minor, 1), sum(net) + order.freight_minor
    if not least <= payable_minor <= most:
        raise BadAmount(least, most)
    shares = share_out(most - payable_minor, net)
    lines = [
        replace(line, adjust_minor=-share) for line, share in zip(order.lines, shares, strict=True)
    ]
    await payments.ask_close(tx, order_id=order_id, now=now)
    await store.put_lines(tx, order_id, lines)
    await store.change(tx, order, payable_minor=payable_minor)
    values = ({"payable_minor": order.payable_minor}, {"payable_minor": payable_minor})
    await record(tx, actor, "orders.adjust_price", ("order", order_id), *values, now)
    note = f"{order.payable_minor} > {payable_minor}"
    await store.happened(
        tx,
        order_id,
        "price_adjusted",
        actor=actor,
        before="unpaid",
        after="unpaid",
        note=note,
        at=now,
    )


async def change_address(
    tx: Tx, order_id: OrderId, ship_to: ShipTo, *, actor: Actor, now: Instant
) -> None:
    """Send an order elsewhere, before anything was sent; the freight stays as it was (4.14).

    Raises WrongState.
    """
    order = await lock(tx, order_id)
    if order.state not in {"unpaid", "paid"}:
        raise WrongState(order.state, "change_address")
    await store.change(tx, order, ship_to=ship_to)
    subject = ("order", order_id)
    await record(tx, actor, "orders.change_address", subject, order.ship_to, ship_to, now)
    state = order.state
    await store.happened(
        tx, order_id, "address_changed", actor=actor, before=state, after=state, note="", at=now
    )
