"""Reading what merchants ask for, and refusing what cannot be read."""

import secrets
from typing import Any

from .clock import day_of

_CURRENCIES = ("CNY", "USD")


class Refusal(Exception):
    """Something that is definitely not done."""

    def __init__(self, status: int, code: str, text: str) -> None:
        """Say why."""
        super().__init__(code)
        self.status, self.code, self.text = status, code, text


def number(letter: str, now: float) -> str:
    """Make a number of ours."""
    return f"{letter}{day_of(now).replace('-', '')}{secrets.randbelow(10**12):012d}"


def text(asked: dict[str, Any], name: str, longest: int) -> str:
    """Read a text. Raises Refusal."""
    value = asked.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise Refusal(400, "BAD_REQUEST", f"{name} is a text of 1 to {longest} characters")
    return value


def address(asked: dict[str, Any], name: str) -> str:
    """Read an address of the web. Raises Refusal."""
    value = text(asked, name, 1000)
    if not value.startswith(("http://", "https://")):
        raise Refusal(400, "BAD_REQUEST", f"{name} is an http address")
    return value


def amount_of(asked: dict[str, Any]) -> tuple[int, str]:
    """Read an amount: minor units and currency. Raises Refusal."""
    minor, currency = asked.get("amount_minor"), asked.get("currency")
    if type(minor) is not int or not 0 < minor < 10**12:
        raise Refusal(400, "BAD_REQUEST", "amount_minor is a whole number above 0")
    if currency not in _CURRENCIES:
        raise Refusal(400, "BAD_REQUEST", f"currency is one of {', '.join(_CURRENCIES)}")
    return minor, currency
