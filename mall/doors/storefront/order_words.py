"""What is said of orders: their state, the next step, and what has happened."""

from collections.abc import Callable, Sequence

from mall.doors.storefront.saying import Saying
from mall.kernel.i18n import LANGUAGES
from mall.kernel.time import Instant
from mall.orders import Happening, Order, Refund, open_to_buyer

TABS: dict[str, tuple[str, ...] | None] = {
    "": None,
    "unpaid": ("unpaid",),
    "to_ship": ("paid", "partly_shipped"),
    "to_receive": ("shipped",),
    "refunds": None,
}


def tab_names(_: Saying) -> dict[str, str]:
    """Name the tabs of the list."""
    return {
        "": _("全部"),
        "unpaid": _("待付款"),
        "to_ship": _("待发货"),
        "to_receive": _("待收货"),
        "refunds": _("售后"),
    }


def state_words(_: Saying, order: Order) -> str:
    """Say where an order stands."""
    if order.closing is not None and order.state == "unpaid":
        return _("正在取消")
    if order.state == "closed" and order.refund_state == "all":
        return _("已退款")
    return {
        "unpaid": _("待付款"),
        "paid": _("待发货"),
        "partly_shipped": _("部分已发货"),
        "shipped": _("待收货"),
        "received": _("已收货"),
        "closed": _("已完成"),
        "cancelled": _("已取消"),
    }[order.state]


def next_words(_: Saying, order: Order) -> str:
    """Say what happens next, or what to do."""
    if order.closing is not None and order.state == "unpaid":
        return _("正在向支付渠道确认没有付款，确认后库存会放回。")
    if order.state == "closed" and order.refund_state == "all":
        return _("款项已按原路退回。")
    if order.state == "cancelled":
        return {
            "timeout": _("超过付款时间，订单已自动取消，库存已放回。"),
            "out_of_stock": _("付款时库存已不足，款项会原路退回。"),
            "operator": _("商家取消了订单。"),
        }.get(order.cancel_reason or "", _("您取消了订单，库存已放回。"))
    return {
        "unpaid": _("请在时限内付款，剩余"),
        "paid": _("商家正在备货，发货后会发消息告诉您。"),
        "partly_shipped": _("部分商品已发出，其余正在备货。"),
        "shipped": _("包裹已发出，收到后请确认收货。"),
        "received": _("感谢购买。有问题可以申请退款。"),
        "closed": _("交易已完成，感谢购买。"),
    }[order.state]


def steps(_: Saying, order: Order) -> list[tuple[str, bool]]:
    """List the steps of an order that goes its ordinary way; empty for another one."""
    if order.state == "cancelled" or (order.state == "closed" and order.refund_state == "all"):
        return []
    return [
        (_("已下单"), True),
        (_("已付款"), order.paid_at is not None),
        (_("已发货"), order.shipped_at is not None),
        (_("已收货"), order.received_at is not None),
    ]


def what_can_be_done(order: Order) -> list[str]:
    """List what the buyer can do with an order now; buying the same again is of the pages only."""
    can = list[str](open_to_buyer(order))
    if order.state in {"received", "closed", "cancelled"}:
        can.append("again")
    return can


def why_not_cancelled(_: Saying, order: Order) -> str:
    """Say why an order cannot be cancelled, and what can be done; "" when it was not sent."""
    if order.state in {"partly_shipped", "shipped"}:
        return _("商品已经发出，不能取消了；收到后可以申请退款。")
    return ""


def the_next_step(order: Order) -> str:
    """Choose the one thing that a card of an order offers; "" when there is none."""
    can = what_can_be_done(order)
    return next((one for one in ("pay", "receive", "again") if one in can), "")


def told(_: Saying, order: Order, happened: Sequence[Happening]) -> list[tuple[str, Instant]]:
    """Tell the timeline, the newest first; remarks of the staff stay inside the house."""
    lines = [(_("订单已提交"), order.placed_at)]
    for one in happened:
        words = _word(_, one)
        if words:
            lines.append((words, one.at))
    return lines[::-1]


def refund_words(_: Saying, refund: Refund) -> str:
    """Say where a refund stands."""
    return {
        "requested": _("等待商家审核"),
        "granted": _("商家已同意"),
        "refused": _("商家未同意"),
        "running": _("退款中"),
        "succeeded": _("退款成功"),
        "failed": _("退款遇到问题，商家正在处理"),
    }.get(refund.state, _("处理中"))


def reasons(_: Saying) -> list[str]:
    """List why goods are sent back."""
    return [
        _("不想要了"),
        _("拍错、多拍"),
        _("质量问题"),
        _("与描述不符"),
        _("少件或破损"),
        _("没有按时发货"),
    ]


def every_reason() -> dict[str, int]:
    """List these reasons in all languages, each with its place in the list."""
    return {
        reason: place
        for language in LANGUAGES
        for place, reason in enumerate(reasons(Saying(language, "CNY", "UTC")))
    }


def reason_in(_: Saying, reason: str) -> str:
    """Say a reason in the language of the page, whichever it was chosen in; "" if it is none."""
    place = every_reason().get(reason)
    return "" if place is None else reasons(_)[place]


def reason_words(_: Saying, reason: str) -> str:
    """Say why money goes back; what a buyer has written is shown as it was written."""
    return {
        "cancelled_by_buyer": _("您取消了订单"),
        "cancelled_by_operator": _("商家取消了订单"),
        "cancelled_by_out_of_stock": _("库存不足"),
    }.get(reason, reason)


def _word(_: Saying, one: Happening) -> str:
    words: dict[str, Callable[[], str]] = {
        "pay": lambda: _("付款成功"),
        "revive": lambda: _("付款已到账，订单恢复"),
        "cancel": lambda: _("订单已取消"),
        "closing": lambda: _("申请取消，正在确认支付状态"),
        "ship_part": lambda: _("部分商品已发货"),
        "ship_all": lambda: _("商品已全部发货"),
        "receive": lambda: (
            _("已确认收货") if one.actor_kind in {"member", "guest"} else _("系统自动确认收货")
        ),
        "close": lambda: _("订单已结束"),
        "price_adjusted": lambda: _("商家修改了价格"),
        "address_changed": lambda: _("收货地址已修改"),
        "refunding": lambda: _("退款处理中"),
        "refunded": lambda: _("退款已到账"),
        "return_requested": lambda: _("您申请了退款"),
        "return_refused": lambda: _("商家未同意退款"),
        "sent_back": lambda: _("多付的款项已安排退回"),
    }
    known = words.get(one.kind)
    return known() if known else ""
