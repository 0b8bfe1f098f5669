"""Orders: what was bought, at which price, and how far it has come.

hears      payments.PaymentSucceeded, PaymentClosed, RefundSucceeded, RefundFailed
announces  OrderPaid, OrderCancelled, OrderRefunded
"""

from mall.orders.actions.adjust import adjust_price, change_address
from mall.orders.actions.cancel import cancel
from mall.orders.actions.moving import add_note, lock
from mall.orders.actions.pay import pay
from mall.orders.actions.refund import compensate, decide_return, refund, request_return
from mall.orders.actions.ship import mark_shipped, receive
from mall.orders.errands import Started, start_payment
from mall.orders.events import OrderCancelled, OrderPaid, OrderRefunded
from mall.orders.queries import (
    by_keys,
    by_number,
    counts,
    order,
    orders,
    refund_preview,
    refunds,
    timeline,
)
from mall.orders.rules import (
    Allocation,
    BadAmount,
    Happening,
    Known,
    Line,
    NewOrder,
    NotThatMany,
    Order,
    PlacedLine,
    ShipTo,
    WrongState,
    sendable,
)
from mall.orders.rules.acts import open_to_buyer
from mall.orders.rules.refunding import RefundLine, RefundPlan
from mall.orders.store import Filter, Refund, record

__all__ = [
    "Allocation",
    "BadAmount",
    "Filter",
    "Happening",
    "Known",
    "Line",
    "NewOrder",
    "NotThatMany",
    "Order",
    "OrderCancelled",
    "OrderPaid",
    "OrderRefunded",
    "PlacedLine",
    "Refund",
    "RefundLine",
    "RefundPlan",
    "ShipTo",
    "Started",
    "WrongState",
    "add_note",
    "adjust_price",
    "by_keys",
    "by_number",
    "cancel",
    "change_address",
    "compensate",
    "counts",
    "decide_return",
    "lock",
    "mark_shipped",
    "open_to_buyer",
    "order",
    "orders",
    "pay",
    "receive",
    "record",
    "refund",
    "refund_preview",
    "refunds",
    "request_return",
    "sendable",
    "start_payment",
    "timeline",
]
