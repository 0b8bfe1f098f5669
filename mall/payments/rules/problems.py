"""What payments refuse."""

from dataclasses import dataclass
from typing import ClassVar

from mall.kernel.i18n import Texts
from mall.kernel.problems import Conflict, Invalid, NotSignedIn


@dataclass(eq=False)
class NotOffered(Invalid):
    """No such provider, or not for this currency."""

    code: ClassVar[str] = "payments.not_offered"
    texts: ClassVar[Texts] = {
        "zh-CN": "暂不支持这种支付方式，请换一种",
        "en": "This way of paying is not offered; please choose another",
    }
    provider: str
    currency: str


class TooLate(Conflict):
    """The time to pay is over."""

    code: ClassVar[str] = "payments.too_late"
    texts: ClassVar[Texts] = {
        "zh-CN": "付款时间已过，请重新下单",
        "en": "The time to pay is over; please order again",
    }


class AlreadyPaid(Conflict):
    """Money has arrived for this order; a second payment would only come back."""

    code: ClassVar[str] = "payments.already_paid"
    texts: ClassVar[Texts] = {
        "zh-CN": "我们已收到付款，正在确认，请勿重复支付",
        "en": "We have received your payment and are confirming it; please do not pay again",
    }


@dataclass(eq=False)
class NotThatMuch(Conflict):
    """More than what is left of the money that was paid."""

    code: ClassVar[str] = "payments.not_that_much"
    texts: ClassVar[Texts] = {
        "zh-CN": "可退金额不足",
        "en": "There is not that much left to refund",
    }
    wanted_minor: int
    left_minor: int


class NotFailed(Conflict):
    """Only a refund that failed can be tried again."""

    code: ClassVar[str] = "payments.not_failed"
    texts: ClassVar[Texts] = {
        "zh-CN": "这笔退款没有失败，无需重试",
        "en": "This refund has not failed; there is nothing to try again",
    }


class ForgedNotification(NotSignedIn):
    """A notification that proves nothing; nothing of it was kept."""

    code: ClassVar[str] = "payments.forged_notification"
    texts: ClassVar[Texts] = {
        "zh-CN": "通知签名无效",
        "en": "The signature of this notification is not valid",
    }
