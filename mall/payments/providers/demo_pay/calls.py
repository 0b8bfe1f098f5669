"""Calls to demo pay. None raises: what cannot be trusted is Unknown."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from mall.kernel.money import Money
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.payments.port import BillAsk, PrepayAsk, RefundAsk, TradeAsk
from mall.payments.providers.demo_pay import signing
from mall.payments.providers.demo_pay.messages import (
    BillLineMessage,
    BillMessage,
    RefundMessage,
    RefusalMessage,
    TradeMessage,
    refund_of,
    trade_of,
)
from mall.payments.rules import Answer, Ok, RefundTrade, Rejected, Trade, Unknown
from mall.payments.rules.reconciling import BillLine


@dataclass(frozen=True, slots=True)
class _Said:
    """A signed answer."""

    status: int
    body: bytes


async def prepay(outside: Outside, ask: PrepayAsk) -> Answer[Trade]:
    """Open a trade, or find the one that was opened under this number."""
    body = {
        "out_trade_no": ask.out_no,
        "amount_minor": ask.amount.minor,
        "currency": ask.amount.currency,
        "subject": ask.subject,
        "shop": ask.shop,
        "expires_at": ask.expires_at.isoformat(),
        "return_url": ask.return_url,
        "notify_url": _notify_url(ask.return_url),
    }
    said = await _call(outside, ask.merchant, ask.now, "POST", "/v1/trades", body)
    if isinstance(said, Rejected) and said.code in {"TRADE_PAID", "TRADE_CLOSED"}:
        return await query(outside, TradeAsk(ask.merchant, ask.out_no, ask.asked_at, ask.now))
    return _trade(said, ask.merchant, ask.out_no)


async def query(outside: Outside, ask: TradeAsk) -> Answer[Trade]:
    """Ask how a trade stands."""
    path = f"/v1/trades/{quote(ask.out_no)}"
    said = await _call(outside, ask.merchant, ask.now, "GET", path)
    if isinstance(said, Rejected) and said.code == "TRADE_NOT_EXIST":
        return Ok(Trade("missing"))
    return _trade(said, ask.merchant, ask.out_no)


async def close(outside: Outside, ask: TradeAsk) -> Answer[Trade]:
    """Close a trade, even one that is only on its way there; if it was paid, say so."""
    path = f"/v1/trades/{quote(ask.out_no)}/close"
    said = await _call(outside, ask.merchant, ask.now, "POST", path, {})
    if isinstance(said, Rejected) and said.code == "TRADE_PAID":
        return await query(outside, ask)
    return _trade(said, ask.merchant, ask.out_no)


async def refund(outside: Outside, ask: RefundAsk) -> Answer[RefundTrade]:
    """Ask for money to go back; the same number never sends it twice."""
    body = {
        "out_trade_no": ask.trade_no,
        "out_refund_no": ask.out_no,
        "amount_minor": ask.amount.minor,
        "currency": ask.amount.currency,
        "reason": ask.reason,
        "notify_url": _notify_url(ask.return_url),
    }
    said = await _call(outside, ask.merchant, ask.now, "POST", "/v1/refunds", body)
    return _refund(said, ask)


async def refund_query(outside: Outside, ask: RefundAsk) -> Answer[RefundTrade]:
    """Ask how a refund stands."""
    path = f"/v1/refunds/{quote(ask.out_no)}"
    said = await _call(outside, ask.merchant, ask.now, "GET", path)
    if isinstance(said, Rejected) and said.code == "REFUND_NOT_EXIST":
        return Ok(RefundTrade("missing"))
    return _refund(said, ask)


async def bill(outside: Outside, ask: BillAsk) -> Answer[tuple[BillLine, ...]]:
    """Fetch the bill of a day."""
    path = f"/v1/bills/{ask.day.isoformat()}"
    said = await _call(outside, ask.merchant, ask.now, "GET", path)
    if not isinstance(said, _Said):
        return said
    try:
        message = msgspec.json.decode(said.body, type=BillMessage)
        lines = tuple(_line(one) for one in message.lines)
    except (msgspec.MsgspecError, ValueError) as wrong:
        return Unknown(f"unreadable bill: {wrong}")
    if message.day != ask.day.isoformat() or message.count != len(lines):
        return Unknown("the bill is not whole")
    return Ok(lines)


def _line(one: BillLineMessage) -> BillLine:
    money = Money(one.amount_minor, one.currency)
    if one.kind == "payment":
        return BillLine("payment", one.out_no, one.reference, money, one.at)
    if one.kind == "refund":
        return BillLine("refund", one.out_no, one.reference, money, one.at)
    raise ValueError(f"no line is a {one.kind}")


def _trade(said: "_Said | Rejected | Unknown", merchant: str, out_no: str) -> Answer[Trade]:
    if not isinstance(said, _Said):
        return said
    try:
        message = msgspec.json.decode(said.body, type=TradeMessage)
    except msgspec.MsgspecError as wrong:
        return Unknown(f"unreadable answer: {wrong}")
    trade = trade_of(message)
    if trade is None or (message.merchant, message.out_trade_no) != (merchant, out_no):
        return Unknown("the answer is about something else")
    return Ok(trade)


def _refund(said: "_Said | Rejected | Unknown", ask: RefundAsk) -> Answer[RefundTrade]:
    if not isinstance(said, _Said):
        return said
    try:
        message = msgspec.json.decode(said.body, type=RefundMessage)
    except msgspec.MsgspecError as wrong:
        return Unknown(f"unreadable answer: {wrong}")
    trade = refund_of(message)
    if trade is None or (message.merchant, message.out_refund_no) != (ask.merchant, ask.out_no):
        return Unknown("the answer is about something else")
    return Ok(trade)


async def _call(
    outside: Outside,
    merchant: str,
    now: Instant,
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
) -> "_Said | Rejected | Unknown":
    content = b"" if body is None else msgspec.json.encode(body)
    key = signing.key_of(outside, merchant)
    nonce, timestamp = secrets.token_hex(16), str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Demo-Merchant": merchant,
        "Demo-Timestamp": timestamp,
        "Demo-Nonce": nonce,
        "Demo-Signature": signing.sign(key, "request", (method, path, timestamp, nonce), content),
    }
    try:
        answer = await outside.http.request(
            method, f"{_address(outside)}{path}", content=content, headers=headers
        )
    except httpx.HTTPError as failure:
        return Unknown(type(failure).__name__)
    if answer.status_code >= 500:
        return Unknown(f"HTTP {answer.status_code}")
    signature = answer.headers.get("Demo-Signature", "")
    lines = (str(answer.status_code), nonce)
    if not signing.fits(key, "answer", lines, answer.content, signature):
        return Unknown(f"HTTP {answer.status_code} without a valid signature")
    if answer.is_success:
        return _Said(answer.status_code, answer.content)
    try:
        refusal = msgspec.json.decode(answer.content, type=RefusalMessage)
    except msgspec.MsgspecError:
        return Unknown(f"HTTP {answer.status_code} without a reason")
    return Rejected(refusal.code, refusal.text)


def _address(outside: Outside) -> str:
    given = outside.settings.get("MALL_PAY_URL")
    if given:
        return given.rstrip("/")
    port = outside.settings.get("MALL_PAY_PORT")
    beside = int(outside.settings.get("MALL_PORT") or 8000) + 1
    return f"http://127.0.0.1:{port or beside}"


def _notify_url(return_url: str) -> str:
    parts = urlsplit(return_url)
    return f"{parts.scheme}://{parts.netloc}/callbacks/payments/demo_pay"
