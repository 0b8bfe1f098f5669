"""Addresses within a mall."""

from collections.abc import Sequence
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from mall.doors.given import AnyRequest

type Pairs = Sequence[tuple[str, str]]

LONGEST = 1_500


def linked(path: str, pairs: Pairs = ()) -> str:
    """Write an address with a query; empty values are left out."""
    query = urlencode([(name, value) for name, value in pairs if value != ""])
    return f"{path}?{query}" if query else path


def product_link(slug: str) -> str:
    """Give the address of a product."""
    return f"/p/{quote(slug)}"


def category_link(slug: str) -> str:
    """Give the address of a category's list."""
    return f"/c/{quote(slug)}"


def here(request: AnyRequest) -> str:
    """Give the path and query that were asked for."""
    query = request.scope["query_string"].decode("latin-1")
    path = quote(request.scope["path"])
    return (f"{path}?{query}" if query else path)[:LONGEST]


def came_from(request: AnyRequest) -> str:
    """Give the page of this mall on which the visitor filled in a form; "" when it is not told."""
    parts = _taken_apart(request.headers.get("referer", ""))
    if parts is None or not parts.netloc or f"{parts.scheme}://{parts.netloc}" != origin(request):
        return ""
    return inside(f"{parts.path}?{parts.query}" if parts.query else parts.path, "")


def inside(address: str, otherwise: str = "/") -> str:
    """Give an address back if it leads to a page of this mall, wherever it comes from."""
    parts = _taken_apart(address[:LONGEST].replace("\\", "/"))
    if parts is None or parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return otherwise
    if parts.path.startswith("//") or any(ord(char) < 33 for char in address):
        return otherwise
    return address[:LONGEST]


def origin(request: AnyRequest) -> str:
    """Give the scheme and host that the visitor asked, for addresses that leave the mall."""
    host = request.headers.get("host", "")
    safe = host.replace(":", "").replace(".", "").replace("-", "").isalnum()
    return f"{request.scope['scheme']}://{host}" if safe else ""


def _taken_apart(address: str) -> SplitResult | None:
    """Take an address apart. None: it is none, as ``//[``."""
    try:
        return urlsplit(address)
    except ValueError:
        return None
