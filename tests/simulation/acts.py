"""What shoppers and operators do with an order, allowed or not."""

from collections.abc import Awaitable, Callable
from typing import Any

from mall import orders
from mall.fulfilment import actions as fulfilment
from mall.kernel.audit import SYSTEM
from mall.kernel.problems import Problem
from tests.simulation.memory import Moment
from tests.simulation.world import World

type Act = Callable[[Moment], Awaitable[Any]]
type Happening = Callable[[World, int, int, int], str]


def order_at(world: World, a: int) -> orders.Order | None:
    every = world.orders()
    return every[a % len(every)] if every else None


def said(refusal: Problem | None) -> str:
    return f"refused: {refusal.code}" if refusal else "done"


def on_order(event: str, act: Callable[[World, orders.Order, int, int], Act]) -> Happening:
    def happen(world: World, a: int, b: int, c: int) -> str:
        order = order_at(world, a)
        if order is None:
            return ""
        world.saw_order(order.id, event)
        refusal = world.attempted(act(world, order, b, c))
        return f"{order.id.int} {said(refusal)}"

    return happen


def cancel(world: World, order: orders.Order, b: int, c: int) -> Act:
    reason = "buyer" if b % 2 else "operator"
    return lambda tx: orders.cancel(tx, order.id, reason, actor=SYSTEM, now=world.now)


def ship(world: World, order: orders.Order, b: int, c: int) -> Act:
    line = order.lines[c % len(order.lines)]
    units = None if b % 2 else {line.line_no: 1 + b // 2 % 2}
    return lambda tx: fulfilment.ship(
        tx,
        order.id,
        units,
        carrier="own_fleet",
        tracking_no=f"NO{c % 6:04}",
        actor=SYSTEM,
        now=world.now,
    )


def receive(world: World, order: orders.Order, b: int, c: int) -> Act:
    return lambda tx: orders.receive(tx, order.id, actor=SYSTEM, now=world.now)


def refund(world: World, order: orders.Order, b: int, c: int) -> Act:
    units = {line.line_no: 1 + c // 4 % 3 for line in order.lines[b % 2 : b % 2 + 1 + c % 2]}
    key = f"r{b // 2 % 12}"
    units = units or {1: 1}
    return lambda tx: orders.refund(
        tx,
        order.id,
        units,
        reason="wish",
        key=key,
        seller_at_fault=b % 4 == 3,
        actor=SYSTEM,
        now=world.now,
    )


def compensate(world: World, order: orders.Order, b: int, c: int) -> Act:
    line = order.lines[c % len(order.lines)]
    minor = max(line.paid_minor * (b % 5) // 4, 1)
    return lambda tx: orders.compensate(
        tx,
        order.id,
        line.line_no,
        minor,
        reason="sorry",
        key=f"c{b % 9}",
        actor=SYSTEM,
        now=world.now,
    )


def ask_back(world: World, order: orders.Order, b: int, c: int) -> Act:
    line = order.lines[c % len(order.lines)]
    return lambda tx: orders.request_return(
        tx,
        order.id,
        {line.line_no: 1 + b % 2},
        reason="wish",
        key=f"b{c // 2 % 8}",
        actor=SYSTEM,
        now=world.now,
    )


def adjust(world: World, order: orders.Order, b: int, c: int) -> Act:
    most = sum(line.placed.net_minor for line in order.lines) + order.freight_minor
    payable = max(most * (1 + b % 4) // 4 - c % 2, 0)
    return lambda tx: orders.adjust_price(tx, order.id, payable, actor=SYSTEM, now=world.now)


def decide(world: World, a: int, b: int, c: int) -> str:
    """Grant or refuse what a buyer asked for."""
    asked = [one for one in world.memory.refunds.values() if one.state == "requested"]
    if not asked:
        return ""
    one, grant = asked[a % len(asked)], b % 4 != 0
    world.saw_order(one.order_id, "grant" if grant else "refuse")
    return said(
        world.attempted(
            lambda tx: orders.decide_return(
                tx, one.id, grant=grant, note="", actor=SYSTEM, now=world.now
            )
        )
    )
