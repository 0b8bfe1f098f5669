"""Notifications of demo pay: believed when signed, fresh, and about this mall."""

import msgspec

from mall.kernel.outside import Outside
from mall.payments.port import Delivered
from mall.payments.providers.demo_pay import signing
from mall.payments.providers.demo_pay.messages import NoticeMessage, refund_of, trade_of
from mall.payments.rules import Forged, Notice

_LONGEST = 64_000  # bytes


def verify_notification(outside: Outside, delivered: Delivered) -> Notice | Forged:
    """Check signature, age and merchant over the body as it came, then read it."""
    headers, body = delivered.headers, delivered.body
    if len(body) > _LONGEST:
        return Forged("too long")
    timestamp = headers.get("demo-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return Forged("no timestamp")
    if abs(delivered.now.timestamp() - int(timestamp)) >= signing.MOST_SKEW_SECONDS:
        return Forged("too old, or from the future")
    key = signing.key_of(outside, delivered.merchant)
    lines = (timestamp, headers.get("demo-nonce", ""))
    if not signing.fits(key, "notice", lines, body, headers.get("demo-signature", "")):
        return Forged("the signature does not fit")
    try:
        message = msgspec.json.decode(body, type=NoticeMessage)
    except msgspec.MsgspecError as wrong:
        return Forged(f"signed, but unreadable: {wrong}")
    return _read(message, body, delivered.merchant)


def _read(message: NoticeMessage, body: bytes, merchant: str) -> Notice | Forged:
    plain = msgspec.json.decode(body, type=dict[str, object])
    trade, refund = message.trade, message.refund
    named = {message.merchant, *(one.merchant for one in (trade, refund) if one is not None)}
    if named != {merchant}:
        return Forged("about another merchant")
    if trade is not None and (stands := trade_of(trade)) is not None:
        return Notice(message.id, "trade", trade.out_trade_no, stands, plain)
    if refund is not None and (back := refund_of(refund)) is not None:
        return Notice(message.id, "refund", refund.out_refund_no, back, plain)
    return Forged("signed, but it says nothing that we know")
