"""What is said to people, in both languages, and how a message is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mall.kernel.errands import Again
from mall.kernel.i18n import Texts, pick
from mall.kernel.ids import MessageId
from mall.kernel.money import Money
from mall.kernel.time import Instant

type TemplateCode = Literal[
    "code",
    "registration",
    "registered",
    "reset",
    "unregistered",
    "password_changed",
    "paid",
    "shipped",
    "refunded",
]


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
    "registration": Template(
        {"zh-CN": "注册验证码", "en": "Your code to register"},
        {
            "zh-CN": "【{mall}】注册验证码 {code}，15 分钟内有效。请勿告诉任何人。"
            "如果不是您本人操作，忽略即可，不会建立账号。",
            "en": "[{mall}] Your code to register is {code}. It is valid for 15 minutes; tell it"
            " to nobody. If this was not you, ignore it: no account will be made.",
        },
        secret=True,
    ),
    "registered": Template(
        {"zh-CN": "您已有账号", "en": "You already have an account"},
        {
            "zh-CN": "【{mall}】有人用这个邮箱注册，而您在这里已有账号。请直接登录；"
            "忘记密码时，在登录页点“忘记密码”。如果不是您本人操作，忽略即可，账号没有任何变化。",
            "en": "[{mall}] Somebody asked to register with this address, but you already have an"
            " account here. Just sign in, or choose “Forgot your password” on the sign-in page."
            " If this was not you, ignore it: nothing has changed.",
        },
    ),
    "reset": Template(
        {"zh-CN": "重设密码验证码", "en": "Your code for a new password"},
        {
            "zh-CN": "【{mall}】重设密码的验证码 {code}，15 分钟内有效。请勿告诉任何人。"
            "如果不是您本人操作，忽略即可，密码不会改变。",
            "en": "[{mall}] Your code for a new password is {code}. It is valid for 15 minutes;"
            " tell it to nobody. If this was not you, ignore it: your password stays as it is.",
        },
        secret=True,
    ),
    "unregistered": Template(
        {"zh-CN": "这个邮箱还没有账号", "en": "There is no account with this address"},
        {
            "zh-CN": "【{mall}】有人要重设密码，但这个邮箱在这里没有账号。您可能用的是别的邮箱"
            "或手机号；也可以用这个邮箱注册。如果不是您本人操作，忽略即可。",
            "en": "[{mall}] Somebody asked for a new password, but there is no account with this"
            " address. You may have used another address or a phone number; or register with this"
            " one. If this was not you, ignore it.",
        },
    ),
    "password_changed": Template(
        {"zh-CN": "密码已修改", "en": "Your password was changed"},
        {
            "zh-CN": "【{mall}】您的密码已重新设置，其他设备都已退出登录。"
            "如果不是您本人操作，请马上在登录页点“忘记密码”重新设置，并联系我们。",
            "en": "[{mall}] Your password was set anew and all other devices were signed out."
            " If this was not you, choose “Forgot your password” on the sign-in page at once, and"
            " tell us.",
        },
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
