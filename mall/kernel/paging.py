"""Pages of lists: a limit, and a cursor that remembers the last key seen."""

import base64
from collections.abc import Sequence
from typing import Any

import msgspec

from mall.kernel.problems import FieldError, InvalidFields

MOST = 100
USUAL = 20


class Page[T](msgspec.Struct, frozen=True):
    """Some items in order; ``next_cursor`` leads to the items behind them, None at the end."""

    items: list[T]
    next_cursor: str | None


def cut[T](found: Sequence[T], limit: int, key: Any) -> Page[T]:
    """Make a page of ``limit`` from up to ``limit + 1`` rows; ``key(row)`` is its sort key."""
    items = list(found[:limit])
    more = len(found) > limit
    return Page(items, cursor_at(key(items[-1])) if more and items else None)


def cursor_at(key: Sequence[Any]) -> str:
    """Write a sort key (strings, integers) as an opaque cursor."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(list(key))).decode().rstrip("=")


def key_of[K](cursor: str, kind: type[K]) -> K:
    """Read a cursor back as ``kind`` (a tuple type). Raises InvalidFields for a foreign cursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(padded), type=kind)
    except (ValueError, msgspec.MsgspecError) as cause:
        texts = {
            "zh-CN": "翻页标记无效，请从第一页重新开始",
            "en": "This cursor is not valid; start again from the first page",
        }
        raise InvalidFields((FieldError("cursor", "bad_cursor", texts),)) from cause
