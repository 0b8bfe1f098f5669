"""What is said to people, in both languages, and how a message is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mall.kernel.errands import Again
from mall.kernel.i18n import Texts, pick
from mall.kernel.ids import MessageId
from mall.kernel.money import Money
from mall.kernel.time import Instant

type TemplateCode = Literal["code", "paid", "shipped", "refunded"]


@dataclass(frozen=True, slots=True)
class Template:
    """A message with holes; ``secret``: nothing but its transport may ever see it filled."""

    subject: Texts
    body: Texts
    secret: bool = False


TEMPLATES: Mapping[TemplateCode, Template] = {
    "code": Template(
        {"zh-CN": "登录验证码", "en": "Your sign-in code"},
        {
            "zh-CN": "【{mall}】验证码 {code}，5 分钟内有效。请勿告诉任何人。",
            "en": "[{mall}] Your code is {code}. It is valid for 5 minutes; tell it to nobody.",
        },
        secret=True,
    ),
    "paid": Template(
        {"zh-CN": "订单已支付", "en": "Payment received"},
        {
            "zh-CN": "【{mall}】订单 {number} 已支付 {amount}，我们会尽快发货。",
            "en": "[{mall}] We received {amount} for order {number} and will send it soon.",
        },
    ),
    "shipped": Template(
        {"zh-CN": "订单已发货", "en": "Your order is on its way"},
        {
            "zh-CN": "【{mall}】订单 {number} 已由{carrier}发出，运单号 {tracking_no}。",
            "en": "[{mall}] Order {number} was sent with {carrier}, tracking number {tracking_no}.",
        },
    ),
    "refunded": Template(
        {"zh-CN": "退款已到账", "en": "Refund sent"},
        {
            "zh-CN": "【{mall}】订单 {number} 的退款 {amount} 已原路退回。",
            "en": "[{mall}] {amount} of order {number} went back the way it came.",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a message goes; exactly one is not empty."""

    phone: str = ""
    email: str = ""

    @property
    def address(self) -> str:
        """Give whichever there is."""
        return self.email or self.phone


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to be sent."""

    id: MessageId
    transport: str
    recipient: Recipient
    subject: str
    body: str
    language: str
    written_at: Instant


@dataclass(frozen=True, slots=True)
class Logged:
    """A message and what became of it, as staff may see it: no body of a secret one."""

    message: Message
    template: str
    state: Literal["waiting", "sent", "failed"]
    tries: int
    why: str  # the transport's words when it failed
    ended_at: Instant | None


@dataclass(frozen=True, slots=True)
class Sent:
    """The transport has taken the message."""

    receipt: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The transport has not taken it; ``again`` None: it never will."""

    why: str
    again: Again | None


def is_secret(template: str) -> bool:
    """Tell whether nothing but its transport may see the message; unknown templates count."""
    open_ones = {code for code, one in TEMPLATES.items() if not one.secret}
    return template not in open_ones


def written(
    code: TemplateCode, params: Mapping[str, str], language: str, mall: Texts
) -> tuple[str, str]:
    """Fill a template: its subject and its body."""
    template, values = TEMPLATES[code], {**params, "mall": pick(mall, language)}
    return pick(template.subject, language), pick(template.body, language).format(**values)


def money_text(money: Money) -> str:
    """Write an amount for a message: ¥129.00."""
    sign = "¥" if money.currency == "CNY" else f"{money.currency} "
    return f"{sign}{money.minor // 100}.{money.minor % 100:02d}"
