"""The cashier's pages: complete without script, a little nicer with it."""

import secrets
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template

from .clock import CHINA
from .ledger import Row
from .words import WORDS, amount_text

METHODS = ("wechat", "alipay", "unionpay")
DRILLS = (
    "late",
    "duplicate",
    "lost",
    "out_of_order",
    "forged",
    "wrong_amount",
    "double",
    "unknown",
)
_HERE = Path(__file__).parent / "pages"
_FRAME = Template((_HERE / "frame.html").read_text(encoding="utf-8"))
_OPEN = Template((_HERE / "open.html").read_text(encoding="utf-8"))
_ENDED = Template((_HERE / "ended.html").read_text(encoding="utf-8"))
_STYLE = (_HERE / "cashier.css").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "countdown.js").read_text(encoding="utf-8")
_MARKS = {name: (_HERE / f"{name}.svg").read_text(encoding="utf-8") for name in METHODS}
_SIGNS = {name: (_HERE / f"{name}.svg").read_text(encoding="utf-8") for name in ("done", "closed")}


class Page:
    """A page with its headers."""

    def __init__(self, status: int, html: str, nonce: str) -> None:
        """Hold it."""
        self.status, self.body = status, html.encode()
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
            "img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        self.headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }


def page_of(trade: Row | None, language: str, now: float, note: str = "") -> Page:
    """Draw the page of a trade as it stands; None: there is no such trade."""
    if trade is None:
        return _ended(404, language, "missing", None)
    if trade["state"] == "succeeded":
        return _ended(200, language, "paid", trade)
    if trade["state"] == "closed":
        return _ended(200, language, "closed", trade)
    return _open(trade, language, now, note)


def _open(trade: Row, language: str, now: float, note: str) -> Page:
    words = WORDS[language]
    sign, whole, fraction = amount_text(trade["amount_minor"], trade["currency"])
    left = max(0, int(trade["expires_at"] - now))
    until = datetime.fromtimestamp(trade["expires_at"], CHINA).strftime("%H:%M")
    body = _OPEN.substitute(
        {name: escape(text) for name, text in words.items()},
        shop=escape(trade["shop"]),
        subject=escape(trade["subject"]),
        sign=sign,
        whole=whole,
        fraction=fraction,
        left_seconds=left,
        left_clock=f"{left // 60:02d}:{left % 60:02d}",
        until=escape(words["until"].format(time=until)),
        until_raw=datetime.fromtimestamp(trade["expires_at"], CHINA).isoformat(),
        note=f'<p class="note" role="status">{escape(note)}</p>' if note else "",
        methods="".join(_method(name, words, first=name == METHODS[0]) for name in METHODS),
        drills="".join(_drill(name, words) for name in ("none", *DRILLS)),
        return_url=escape(trade["return_url"]),
    )
    title = f"{words['pay']} {sign}{whole}.{fraction} - {trade['shop']}"
    return _framed(200, language, title, body)


def _method(name: str, words: dict[str, str], *, first: bool) -> str:
    checked = " checked" if first else ""
    return (
        f'<label class="method"><input type="radio" name="method" id="m-{name}" '
        f'value="{name}"{checked}>{_MARKS[name]}<span class="name">{escape(words[name])}'
        f"<small>{escape(words[f'{name}_note'])}</small></span>"
        f'<span class="tag">{escape(words["demo"])}</span><span class="dot"></span></label>'
    )


def _drill(name: str, words: dict[str, str]) -> str:
    checked = " checked" if name == "none" else ""
    return (
        f'<label><input type="radio" name="fault" value="{name}"{checked}>'
        f"<span>{escape(words[f'f_{name}'])}</span></label>"
    )


def _ended(status: int, language: str, what: str, trade: Row | None) -> Page:
    words = WORDS[language]
    facts = list[tuple[str, str]]()
    amount = ""
    if trade is not None and what == "paid":
        sign, whole, fraction = amount_text(trade["paid_minor"], trade["currency"])
        amount = f'<p class="amount">{sign}<b>{whole}</b>.{fraction}</p>'
        paid_at = datetime.fromtimestamp(trade["paid_at"], CHINA).strftime("%Y-%m-%d %H:%M:%S")
        facts.append((words["method"], words.get(str(trade["method"]), "")))
        facts.append((words["paid_at"], paid_at))
        facts.append((words["trade_no"], trade["trade_no"]))
    if trade is not None:
        facts.insert(0, (words["order"], f"{trade['shop']} · {trade['subject']}"))
    rows = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in facts)
    back = ""
    if trade is not None:
        back = f'<a class="main" href="{escape(trade["return_url"])}">{escape(words["back"])}</a>'
    body = _ENDED.substitute(
        what=what,
        mark=_SIGNS["done" if what == "paid" else "closed"],
        heading=escape(words[what]),
        text=escape(words[f"{what}_note"]),
        amount=amount,
        facts=f"<dl>{rows}</dl>" if rows else "",
        back=back,
        demo_note=escape(words["demo_note"]),
        other=escape(words["other"]),
        other_lang=words["other_lang"],
    )
    return _framed(status, language, words[what], body)


def _framed(status: int, language: str, title: str, body: str) -> Page:
    nonce = secrets.token_urlsafe(16)
    html = _FRAME.substitute(
        language=language,
        title=escape(title),
        nonce=nonce,
        style=_STYLE,
        script=_SCRIPT,
        body=body,
    )
    return Page(status, html, nonce)
