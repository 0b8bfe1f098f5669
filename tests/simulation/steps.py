"""Everything that can happen, as steps of three small numbers.

A step means something in every world - a number is taken modulo what there is to choose from -
so any step of a trace can be left out and the rest still runs.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from mall import inventory, payments
from mall.checkout import Item, PlaceWant
from mall.checkout import actions as checkout
from mall.checkout import rules as quoting
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
from tests.simulation import acts, provider
from tests.simulation.books import new_uuid
from tests.simulation.memory import Moment
from tests.simulation.world import ORDERS_AT_MOST, PLACES, SHIP_TO, SHOPPERS, SKUS, Broken, World

type Step = tuple[str, int, int, int]

FAULTS: Sequence[provider.Fault] = ("", "", "", "", "", "lost", "mute", "refused")
A_DAY = timedelta(days=1)
SKEWS = (0, 0, 0, 10, -10)  # minutes
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
    if isinstance(outcome, Problem):
        return acts.said(outcome)
    world.saw_order(outcome.order_id, "placed")
    return str(outcome.number)


def _want(world: World, shopper: ShopperId, items: tuple[Item, ...], key: str, c: int) -> PlaceWant:
    shown = quoting.quote(
        items,
        world.memory.offers,
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
    order = acts.order_at(world, a)
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

    return acts.said(world.attempted(begin))


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
    if late and b % 2:
        return ""
    minor = row.amount.minor if c % 8 else row.amount.minor + (1 if c % 16 else -1)
    skew = timedelta(minutes=SKEWS[c // 16 % len(SKEWS)])  # the provider's clock is its own
    world.bank.pay(row, Money(max(minor, 1), "CNY"), world.now + skew)
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
    world.bank.end(row, "failed" if b % 4 == 0 else "succeeded", world.now)
    return f"{row.out_no[-4:]} {row.state}"


def retry_refund(world: World, a: int, b: int, c: int) -> str:
    """Have an operator try a failed refund again."""
    every = [one for book in world.memory.books.values() for one in book.refunds]
    failed = [one for one in every if one.state == "failed"] or (every if b % 8 == 0 else [])
    if not failed:
        return ""
    one = failed[a % len(failed)]
    world.seen["refund", one.state, "retry"] += 1
    return acts.said(
        world.attempted(lambda tx: payments.retry_refund(tx, one.id, actor=SYSTEM, now=world.now))
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
    return acts.said(refusal)


SWEEPS = (
    order_sweeps.time_out,
    order_sweeps.receive_by_itself,
    order_sweeps.close_by_itself,
    payment_sweeps.poll_attempts,
    payment_sweeps.poll_refunds,
    payment_sweeps.reconcile,
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
    """Let time pass; the bills of long days are read meanwhile."""
    leap = LEAPS[a % (len(LEAPS) if b % 6 == 0 else 5)]
    left = timedelta(seconds=leap)
    while left >= A_DAY:
        world.now, left = world.now + A_DAY, left - A_DAY
        world.transact(lambda tx: payment_sweeps.reconcile(tx, world.now))
        for job in [one for one in world.jobs if one.what is errands.DOWNLOAD_BILL]:
            while job in world.jobs:
                world.work(job)
    world.now += left
    return f"{leap} s"


HAPPENINGS: dict[str, acts.Happening] = {
    "place": place,
    "pay": pay,
    "cashier": cashier,
    "work": work,
    "notify": notify,
    "forge": forge,
    "refund_ends": refund_ends,
    "retry_refund": retry_refund,
    "cancel": acts.on_order("cancel", acts.cancel),
    "ship": acts.on_order("ship", acts.ship),
    "receive": acts.on_order("receive", acts.receive),
    "refund": acts.on_order("refund", acts.refund),
    "compensate": acts.on_order("compensate", acts.compensate),
    "ask_back": acts.on_order("ask_back", acts.ask_back),
    "adjust": acts.on_order("adjust", acts.adjust),
    "decide": acts.decide,
    "count": count,
    "sweep": sweep,
    "wait": wait,
}
