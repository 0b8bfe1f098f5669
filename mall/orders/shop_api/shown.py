"""Orders as their buyers see them."""

from msgspec import Struct

from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, OrderId, ProductId, RefundId, SkuId
from mall.kernel.time import Instant
from mall.orders.rules import Happening, Order, ShipTo, State
from mall.orders.rules.acts import BuyerAct, open_to_buyer
from mall.orders.rules.refunding import RefundLine
from mall.orders.store import Refund

_FOR_STAFF = frozenset({"note"})  # what stays inside the house


class ShownOrderLine(Struct):
    """A line with what has happened to it; ``paid_minor`` is what its goods cost the buyer."""

    line_no: int
    sku_id: SkuId
    product_id: ProductId
    title: Texts
    options: Texts
    image: AssetId | None
    quantity: int
    unit_minor: int
    paid_minor: int
    freight_share_minor: int
    shipped: int
    refunded: int
    refunded_minor: int


class ShownOrder(Struct):
    """An order, whole; ``closing``: it is being cancelled; ``can``: what its buyer can do now."""

    id: OrderId
    number: str
    state: State
    closing: bool
    cancel_reason: str | None
    currency: str
    goods_minor: int
    freight_minor: int
    payable_minor: int
    paid_minor: int
    refunded_minor: int
    ship_to: ShipTo
    note: str
    placed_at: Instant
    pay_by: Instant
    paid_at: Instant | None
    shipped_at: Instant | None
    received_at: Instant | None
    ended_at: Instant | None
    lines: list[ShownOrderLine]
    can: list[BuyerAct]


class ShownHappening(Struct):
    """One step of the timeline; ``by``: staff, member, guest or system."""

    at: Instant
    kind: str
    before: str
    after: str
    by: str


class ShownRefund(Struct):
    """A refund with its state and what each line gives back."""

    id: RefundId
    amount_minor: int
    lines: list[RefundLine]
    state: str
    reason: str
    asked_at: Instant
    ended_at: Instant | None


class OrderDetail(Struct):
    """An order with its timeline and its refunds, the oldest first."""

    order: ShownOrder
    timeline: list[ShownHappening]
    refunds: list[ShownRefund]


def shown(order: Order) -> ShownOrder:
    """Show an order to its buyer."""
    return ShownOrder(
        id=order.id,
        number=order.number,
        state=order.state,  # pyright: ignore[reportArgumentType] - of the state table
        closing=order.closing is not None,
        cancel_reason=order.cancel_reason,
        currency=order.currency,
        goods_minor=order.payable_minor - order.freight_minor,
        freight_minor=order.freight_minor,
        payable_minor=order.payable_minor,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
        ship_to=order.ship_to,
        note=order.buyer_note,
        placed_at=order.placed_at,
        pay_by=order.pay_by,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        received_at=order.received_at,
        ended_at=order.ended_at,
        lines=[
            ShownOrderLine(
                line.line_no,
                line.sku_id,
                line.placed.product_id,
                line.placed.title,
                line.placed.options,
                line.placed.image,
                line.quantity,
                line.placed.unit_minor,
                line.paid_minor,
                line.placed.freight_share_minor,
                line.shipped,
                line.refunded,
                line.refunded_minor,
            )
            for line in order.lines
        ],
        can=open_to_buyer(order),
    )


def told(happened: list[Happening]) -> list[ShownHappening]:
    """Tell a timeline to its buyer; notes and names of staff stay inside."""
    return [
        ShownHappening(one.at, one.kind, one.before, one.after, one.actor_kind)
        for one in happened
        if one.kind not in _FOR_STAFF
    ]


def refunded(one: Refund) -> ShownRefund:
    """Show a refund."""
    return ShownRefund(
        one.id,
        one.amount_minor,
        list(one.plan.lines),
        one.state,
        one.reason,
        one.asked_at,
        one.ended_at,
    )
