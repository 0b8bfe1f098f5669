"""Everything that can happen, as steps of three small numbers.

A step means something in every world - a number is taken modulo what there is to choose from -
so any step of a trace can be left out and the rest still runs.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any, cast
from uuid import UUID

from mall import inventory, orders, payments
from mall.checkout import Item, PlaceWant
from mall.checkout import actions as checkout
from mall.checkout import rules as quoting
from mall.fulfilment import actions as fulfilment
from mall.inventory.actions import Count
from mall.kernel.audit import SYSTEM
from mall.kernel.ids import ShopperId
from mall.kernel.money import Money
from mall.kernel.problems import Problem
from mall.orders import sweeps as order_sweeps
from mall.orders.actions import pay as paying
from mall.payments import errands, rules
from mall.payments import sweeps as payment_sweeps
from mall.payments.rules.problems import ForgedNotification
from tests.simulation import provider
from tests.simulation.books import new_uuid
from tests.simulation.memory import Moment
from tests.simulation.world import ORDERS_AT_MOST, PLACES, SHIP_TO, SHOPPERS, SKUS, Broken, World

type Step = tuple[str, int, int, int]
type Act = Callable[[Moment], Awaitable[Any]]
type Happening = Callable[[World, int, int, int], str]

FAULTS: Sequence[provider.Fault] = ("", "", "", "", "", "lost", "mute", "refused")
LEAPS = (1, 12, 12, 130, 700, 1_900, 86_400 * 11, 86_400 * 16)  # seconds


def place(world: World, a: int, b: int, c: int) -> str:
    """Place an order, or use a key again, or see an old price."""
    if len(world.memory.orders) >= ORDERS_AT_MOST:
        c = 0 if c % 8 else c
    items = [Item(SKUS[b % 3], 1 + b // 3 % 3)]
    if b % 4 == 0:
        items.append(Item(SKUS[(b + 1) % 3], 1 + b % 2))
    shopper, key = SHOPPERS[a % 3], f"k{c // 4}" if c % 8 == 0 else f"new{len(world.memory.keys)}"
    if len(world.memory.orders) >= ORDERS_AT_MOST and (shopper, key) not in world.memory.keys:
        return ""
    want = _want(world, shopper, tuple(items), key, c)
    [outcome] = world.transact(lambda tx: checkout.place(tx, [want], now=world.now, look=True))
    if not isinstance(outcome, Problem):
        world.saw_order(outcome.order_id, "placed")
    return str(getattr(outcome, "number", outcome))


def _want(world: World, shopper: ShopperId, items: tuple[Item, ...], key: str, c: int) -> PlaceWant:
    shown = quoting.quote(
        items,
        world.memory.offers,
        world.memory.templates,
        None,
        region=SHIP_TO.region_code,
        currency="CNY",
    ).payable_minor
    return PlaceWant(
        shopper_id=shopper,
        member_id=None,
        items=items,
        from_cart=False,
        ship_to=SHIP_TO,
        shown_payable_minor=shown + (c % 16 == 7),
        buyer_note="",
        channel="web",
        language="zh-CN",
        currency="CNY",
        time_zone="Asia/Shanghai",
        idempotency_key=key,
    )


def pay(world: World, a: int, b: int, c: int) -> str:
    """Begin to pay; some doors ask for the address at once, beside the worker."""
    order = _order(world, a)
    if order is None:
        return ""
    world.saw_order(order.id, "pay")

    async def begin(tx: Moment) -> None:
        attempt = await paying.pay(
            tx,
            order.id,
            provider=provider.CODES[b // 2 % 3 % 2],
            return_url="https://mall.example/back",
            now=world.now,
        )
        if attempt is not None and b % 2:
            await tx.send(errands.PREPAY, {"attempt": attempt})

    return _said(world.attempted(begin))


def cashier(world: World, a: int, b: int, c: int) -> str:
    """Have the buyer pay at the provider: the right amount mostly, in time mostly."""
    rows = [
        row
        for row in world.bank.trades.values()
        if row.amount is not None and row.state != "succeeded"
    ]
    row = rows[a % len(rows)] if rows else None
    if row is None or row.amount is None:
        return ""
    late = row.state == "closed" or (row.expires_at is not None and row.expires_at <= world.now)
    if late and b % 3:
        return ""
    minor = row.amount.minor if c % 8 else row.amount.minor + (1 if c % 16 else -1)
    world.bank.pay(row, Money(max(minor, 1), "CNY"), world.now)
    return f"{row.order_number} pays {minor}{' though it is closed' if late else ''}"


def work(world: World, a: int, b: int, c: int) -> str:
    """Let a worker take one job one step further; c may kill it."""
    jobs = world.due_jobs()
    if not jobs:
        return ""
    job = jobs[a % len(jobs)]
    fate = c % 16
    return f"{job.name} {world.work(job, fault=FAULTS[b % 8], crash=fate == 0, twice=fate == 1)}"


def notify(world: World, a: int, b: int, c: int) -> str:
    """Deliver a notification: any one, any number of times, in any order."""
    if not world.bank.notices:
        return ""
    number = a % len(world.bank.notices)
    if b % 3 == 0:
        number = len(world.bank.notices) - 1
    deliver(world, number, crash=c % 8 == 0)
    notice = world.bank.notices[number]
    return f"{notice.kind} {notice.out_no[-4:]} {notice.stands.state}"


def deliver(world: World, number: int, *, crash: bool = False, signature: str = "genuine") -> None:
    """Have the mall take in a notification, all three steps."""
    out_no = world.bank.notices[number].out_no
    order_id = world.memory.order_of.get(out_no)
    known = world.memory.books[order_id].attempts if order_id else ()
    codes = [one.provider for one in known if one.out_no == out_no]
    args = {
        "provider": codes[0] if codes else provider.CODES[0],
        "headers": {"signature": signature},
        "body": str(number).encode(),
    }
    errand = errands.TAKE_NOTIFICATION
    arrived = world.transact(lambda tx: errand.prepare(tx, args, world.now))
    notice = world_notice(world, arrived)
    if isinstance(notice, rules.Notice) and not crash:
        kind = "attempt" if notice.kind == "trade" else "refund"
        world.saw_word(kind, notice.out_no, f"notice {notice.stands.state}")
    world.transact(lambda tx: errand.record(tx, arrived, notice, world.now), crash=crash)


def world_notice(world: World, arrived: Any) -> Any:
    """Verify what has arrived."""
    return provider.load_providers()[arrived.provider].verify_notification(
        cast(Any, world.bank), arrived.delivered
    )


def forge(world: World, a: int, b: int, c: int) -> str:
    """Send a notification that the provider never sent."""
    if not world.bank.notices:
        return ""
    before = dict(world.memory.books), dict(world.memory.orders)
    try:
        deliver(world, a % len(world.bank.notices), signature="forged")
    except ForgedNotification:
        if before != (world.memory.books, world.memory.orders):
            raise Broken("a forged notification changed something") from None
        return "is refused"
    raise Broken("a forged notification was believed")


def refund_ends(world: World, a: int, b: int, c: int) -> str:
    """Have the provider end a refund that it has taken on."""
    rows = [row for row in world.bank.refunds.values() if row.state == "asked"]
    if not rows:
        return ""
    row = rows[a % len(rows)]
    world.bank.end(row, "failed" if b % 4 == 0 else "succeeded")
    return f"{row.out_no[-4:]} {row.state}"


def retry_refund(world: World, a: int, b: int, c: int) -> str:
    """Have an operator try a failed refund again."""
    every = [one for book in world.memory.books.values() for one in book.refunds]
    failed = [one for one in every if one.state == "failed"] or (every if b % 8 == 0 else [])
    if not failed:
        return ""
    one = failed[a % len(failed)]
    world.seen["refund", one.state, "retry"] += 1
    return _said(
        world.attempted(lambda tx: payments.retry_refund(tx, one.id, actor=SYSTEM, now=world.now))
    )


def _order(world: World, a: int) -> orders.Order | None:
    every = world.orders()
    return every[a % len(every)] if every else None


def _said(refusal: Problem | None) -> str:
    return f"refused: {refusal.code}" if refusal else "done"


def _on_order(event: str, act: Callable[[World, orders.Order, int, int], Act]) -> Happening:
    def happen(world: World, a: int, b: int, c: int) -> str:
        order = _order(world, a)
        if order is None:
            return ""
        world.saw_order(order.id, event)
        refusal = world.attempted(act(world, order, b, c))
        return f"{order.id.int} {_said(refusal)}"

    return happen


def _cancel(world: World, order: orders.Order, b: int, c: int) -> Act:
    reason = "buyer" if b % 2 else "operator"
    return lambda tx: orders.cancel(tx, order.id, reason, actor=SYSTEM, now=world.now)


def _ship(world: World, order: orders.Order, b: int, c: int) -> Act:
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


def _receive(world: World, order: orders.Order, b: int, c: int) -> Act:
    return lambda tx: orders.receive(tx, order.id, actor=SYSTEM, now=world.now)


def _refund(world: World, order: orders.Order, b: int, c: int) -> Act:
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


def _compensate(world: World, order: orders.Order, b: int, c: int) -> Act:
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


def _ask_back(world: World, order: orders.Order, b: int, c: int) -> Act:
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


def _adjust(world: World, order: orders.Order, b: int, c: int) -> Act:
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
    return _said(
        world.attempted(
            lambda tx: orders.decide_return(
                tx, one.id, grant=grant, note="", actor=SYSTEM, now=world.now
            )
        )
    )


def count(world: World, a: int, b: int, c: int) -> str:
    """Count a shelf by hand: more units, or fewer than are promised if that were allowed."""
    sku, location, units = SKUS[a % 3], PLACES[a // 3 % 2], (1, 2, -1, -3)[b % 4]
    refusal = world.attempted(
        lambda tx: inventory.adjust(
            tx,
            "adjust",
            [Count(sku, location, units)],
            cause_id=UUID(int=new_uuid().int),
            note="",
            actor=SYSTEM,
            now=world.now,
        )
    )
    if refusal is None:
        world.counted += units
    return _said(refusal)


SWEEPS = (
    order_sweeps.time_out,
    order_sweeps.receive_by_itself,
    order_sweeps.close_by_itself,
    payment_sweeps.poll_attempts,
    payment_sweeps.poll_refunds,
)


def sweep(world: World, a: int, b: int, c: int) -> str:
    """Let one of the regular rounds run."""
    run = SWEEPS[a % len(SWEEPS)]
    what = {0: "pay_by", 1: "shipped_at", 2: "received_at"}.get(a % len(SWEEPS))
    before = dict(world.memory.orders)
    world.transact(lambda tx: run(tx, world.now))
    for key, order in before.items():
        if what and world.memory.orders[key] is not order:
            world.seen["order", order.state, f"sweep {what}"] += 1
    return str(getattr(run, "__name__", ""))


def wait(world: World, a: int, b: int, c: int) -> str:
    """Let time pass."""
    leap = LEAPS[a % (len(LEAPS) if b % 6 == 0 else 5)]
    world.now += timedelta(seconds=leap)
    return f"{leap} s"


HAPPENINGS: dict[str, Happening] = {
    "place": place,
    "pay": pay,
    "cashier": cashier,
    "work": work,
    "notify": notify,
    "forge": forge,
    "refund_ends": refund_ends,
    "retry_refund": retry_refund,
    "cancel": _on_order("cancel", _cancel),
    "ship": _on_order("ship", _ship),
    "receive": _on_order("receive", _receive),
    "refund": _on_order("refund", _refund),
    "compensate": _on_order("compensate", _compensate),
    "ask_back": _on_order("ask_back", _ask_back),
    "adjust": _on_order("adjust", _adjust),
    "decide": decide,
    "count": count,
    "sweep": sweep,
    "wait": wait,
}
BOUGHT: Sequence[Step] = (  # an order that is placed and paid, with nothing going wrong
    ("pay", 0, 1, 2),
    *(("work", 0, 0, 2),) * 3,
    ("cashier", 0, 0, 2),
    ("notify", 0, 0, 2),
    ("work", 0, 0, 2),
)
_NAMES = list(HAPPENINGS)


def drawn(random: Random, world: World) -> Step:
    """Draw what happens next: what there is something to do for is likelier."""
    states = [order.state for order in world.memory.orders.values()]
    trades = [row.state for row in world.bank.trades.values() if row.amount is not None]
    unpaid, open_trade = states.count("unpaid"), trades.count("open")
    paid = len(states) - unpaid - states.count("cancelled") - states.count("closed")
    jobs = any(job.due <= world.now for job in world.jobs)
    told = bool(world.bank.notices)
    running = any(row.state == "asked" for row in world.bank.refunds.values())
    asked = any(one.state == "requested" for one in world.memory.refunds.values())
    failed = any(row.state == "failed" for row in world.bank.refunds.values())
    weights = (
        10 if not states else 3 if len(states) < ORDERS_AT_MOST else 0.5,
        (1.2 if open_trade or jobs else 6) * unpaid + 0.3,
        16 * open_trade + 2.5 * trades.count("closed"),
        (10 + 10 * len(states)) * jobs,
        7 * told,
        0.5 * told,
        7 * running,
        (7 if failed else 0.2) * bool(world.bank.refunds),
        0.5 * unpaid + paid + 0.2,
        5 * paid + 0.2,
        1.5 * paid + 0.2,
        3 * paid + 0.3,
        1.2 * paid + 0.1,
        2 * paid + 0.2,
        0.5 * unpaid + 0.2,
        4 * asked,
        0.7,
        4,
        4,
    )
    name = random.choices(_NAMES, weights)[0]
    a, b, c = random.randbytes(3)
    return name, a, b, c
