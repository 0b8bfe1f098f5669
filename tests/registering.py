"""Becoming a member as people do: ask for a code, read it in the demo's inbox, register."""

import re
from html import unescape
from typing import Any

import httpx

from tests.waiting import eventually

_SHOP = "/api/shop/v1"
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def registered(visitor: httpx.Client, email: str, password: str, name: str = "") -> dict[str, Any]:
    """Register and be signed in; gives the session."""
    visitor.post(f"{_SHOP}/members/code", json={"email": email}).raise_for_status()
    wish = {"email": email, "password": password, "name": name}
    wish |= {"code": code_in_inbox(visitor, email)}
    return visitor.post(f"{_SHOP}/members", json=wish).raise_for_status().json()


def code_in_inbox(visitor: httpx.Client, email: str) -> str:
    """Wait for the code that was sent to an address and give it."""
    return eventually(lambda: code_in(visitor.get("/inbox").raise_for_status().text, email))


def code_in(inbox: str, to: str) -> str | None:
    """Find the newest code for an address or a number on the page of the inbox."""
    for letter in inbox.split("<article")[1:]:
        head, _, body = unescape(letter).partition("<h2>")
        found = _CODE.search(body.partition("</h2>")[2])
        if to in head and found is not None:
            return found.group()
    return None
