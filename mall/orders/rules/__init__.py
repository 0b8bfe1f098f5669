"""What an order is and how far it may go (rules 4.1, 4.14): plain values, one state table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from mall.kernel.i18n import Texts
from mall.kernel.ids import (
    AssetId,
    AttemptId,
    MemberId,
    OrderId,
    ProductId,
    ShopperId,
    SkuId,
)
from mall.kernel.problems import Conflict, Invalid
from mall.kernel.time import Instant

type State = Literal[
    "unpaid", "paid", "partly_shipped", "shipped", "received", "closed", "cancelled"
]
type Step = Literal["pay", "revive", "cancel", "ship_part", "ship_all", "receive", "close"]
type CancelReason = Literal["buyer", "operator", "timeout", "out_of_stock"]

STEPS: Mapping[str, Mapping[str, str]] = {
    "pay": {"unpaid": "paid"},
    "revive": {"cancelled": "paid"},  # paid too late, and the goods are still there
    "cancel": {"unpaid": "cancelled"},
    "ship_part": {"paid": "partly_shipped", "partly_shipped": "partly_shipped"},
    "ship_all": {"paid": "shipped", "partly_shipped": "shipped"},
    "receive": {"shipped": "received"},
    "close": {
        "paid": "closed",  # everything was refunded
        "partly_shipped": "closed",
        "shipped": "closed",
        "received": "closed",  # ... or the time for returns is over
    },
}


REFUNDABLE = frozenset({"paid", "partly_shipped", "shipped", "received"})


class ShipTo(msgspec.Struct, frozen=True):
    """Where an order goes, as it was when it was placed."""

    name: str
    phone: str
    region_code: str  # GB/T 2260, six digits
    region: tuple[str, ...]  # province, city, district in words
    detail: str


class Allocation(msgspec.Struct, frozen=True):
    """A part of a line's price that somebody else bears, or nobody (rules 4.1)."""

    kind: str
    source: str
    rule_version: str
    funder: str  # shop, platform, supplier, live_host, channel
    minor: int


class PlacedLine(msgspec.Struct, frozen=True):
    """One line as it was placed: the price record. Never rewritten."""

    line_no: int
    sku_id: SkuId
    product_id: ProductId
    title: Texts
    options: Texts  # the chosen variant in words; {} when there was nothing to choose
    image: AssetId | None
    quantity: int
    unit_minor: int
    list_minor: int  # quantity x unit
    allocations: tuple[Allocation, ...]
    freight_share_minor: int
    weight_grams: int

    @property
    def net_minor(self) -> int:
        """What the goods of the line cost the buyer."""
        return self.list_minor - sum(allocation.minor for allocation in self.allocations)


class NewOrder(msgspec.Struct, frozen=True):
    """An order about to be recorded."""

    id: OrderId
    number: str
    shopper_id: ShopperId
    member_id: MemberId | None
    channel: str
    language: str
    currency: str
    lines: tuple[PlacedLine, ...]
    freight_minor: int
    payable_minor: int
    ship_to: ShipTo
    buyer_note: str
    idempotency_key: str
    request_hash: bytes
    placed_at: Instant
    pay_by: Instant


@dataclass(frozen=True, slots=True)
class Known:
    """What a repeated request is told about the order that its key placed."""

    order_id: OrderId
    number: str
    payable_minor: int
    currency: str
    pay_by: Instant
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """One line with what has happened to it since."""

    placed: PlacedLine
    adjust_minor: int  # share of a manual price change, usually negative
    shipped: int  # units in parcels
    refunded: int  # units refunded or being refunded
    released: int  # of these, units that had not been shipped
    refunded_minor: int  # of the goods, incl. compensation
    refunded_freight_minor: int

    @property
    def line_no(self) -> int:
        """Number of the line in its order, from 1."""
        return self.placed.line_no

    @property
    def sku_id(self) -> SkuId:
        """What was bought."""
        return self.placed.sku_id

    @property
    def quantity(self) -> int:
        """How many were bought."""
        return self.placed.quantity

    @property
    def paid_minor(self) -> int:
        """What the buyer pays for the goods of this line."""
        return self.placed.net_minor + self.adjust_minor

    @property
    def unsent(self) -> int:
        """Units that still have to be sent."""
        return self.quantity - self.shipped - self.released


@dataclass(frozen=True, slots=True)
class Order:
    """An order, whole."""

    id: OrderId
    number: str
    shopper_id: ShopperId
    member_id: MemberId | None
    channel: str
    language: str
    currency: str
    state: str
    closing: str | None  # why it is being cancelled, while the payment provider is asked
    version: int
    freight_minor: int
    payable_minor: int
    paid_minor: int
    refunded_minor: int  # asked for; what has arrived is in the refunds
    ship_to: ShipTo
    buyer_note: str
    placed_at: Instant
    pay_by: Instant
    paid_at: Instant | None
    paid_by: AttemptId | None  # None: it is not paid, or cost nothing
    shipped_at: Instant | None
    received_at: Instant | None
    ended_at: Instant | None  # closed or cancelled
    cancel_reason: str | None
    lines: tuple[Line, ...]

    @property
    def refund_state(self) -> Literal["none", "part", "all"]:
        """Tell how much of it was refunded, by units."""
        if all(line.refunded == line.quantity for line in self.lines):
            return "all"
        return (
            "part" if any(line.refunded or line.refunded_minor for line in self.lines) else "none"
        )


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    at: Instant
    kind: str
    actor_kind: str
    actor_name: str
    before: str
    after: str
    note: str


@dataclass(eq=False)
class WrongState(Conflict):
    """The order is not where this could be done."""

    code: ClassVar[str] = "orders.wrong_state"
    texts: ClassVar[Texts] = {
        "zh-CN": "订单当前状态不支持此操作，请刷新后再试",
        "en": "The order is not in a state that allows this; reload and look again",
    }
    state: str
    step: str


@dataclass(eq=False)
class NotThatMany(Invalid):
    """More units than the line still has for this."""

    code: ClassVar[str] = "orders.not_that_many"
    texts: ClassVar[Texts] = {
        "zh-CN": "第 {line_no} 行最多还能处理 {left} 件",
        "en": "Line {line_no} has {left} left for this",
    }
    line_no: int
    left: int


@dataclass(eq=False)
class BadAmount(Invalid):
    """An amount outside what is possible here."""

    code: ClassVar[str] = "orders.bad_amount"
    texts: ClassVar[Texts] = {
        "zh-CN": "金额应在 {least_minor} 到 {most_minor} 分之间",
        "en": "The amount must lie between {least_minor} and {most_minor} minor units",
    }
    least_minor: int
    most_minor: int


def state_after(state: str, step: Step) -> str:
    """Tell where a step leads. Raises WrongState when it cannot be taken."""
    after = STEPS[step].get(state)
    if after is None:
        raise WrongState(state, step)
    return after


def sendable(order: Order, wanted: Mapping[int, int] | None) -> dict[int, int]:
    """Choose the units of a parcel; ``wanted`` None: all that is left, by line number.

    Raises WrongState before payment and when nothing is left, NotThatMany.
    """
    if order.state not in STEPS["ship_part"]:
        raise WrongState(order.state, "ship_part")
    left = {line.line_no: line.unsent for line in order.lines}
    if wanted is None:
        wanted = {line_no: units for line_no, units in left.items() if units > 0}
    if not wanted:
        raise WrongState(order.state, "ship_part")
    for line_no, units in wanted.items():
        if not 0 < units <= left.get(line_no, 0):
            raise NotThatMany(line_no, left.get(line_no, 0))
    return dict(wanted)


def everything_sent(lines: Sequence[Line]) -> bool:
    """Tell whether no unit waits to be sent."""
    return all(line.unsent == 0 for line in lines)
