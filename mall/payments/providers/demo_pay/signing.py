"""Signatures of demo pay: HMAC-SHA256 with the key of the merchant, over the exact bytes."""

import hmac
from collections.abc import Sequence

from mall.kernel.outside import Outside

MOST_SKEW_SECONDS = 300


def key_of(outside: Outside, merchant: str) -> bytes:
    """Derive the key that this mall shares with the provider; every mall has its own."""
    return hmac.digest(outside.secrets.key_for("demo_pay"), merchant.encode(), "sha256")


def sign(key: bytes, purpose: str, lines: Sequence[str], body: bytes) -> str:
    """Sign a message: its purpose, some lines and the body, each ended by a line feed."""
    head = "".join(f"{line}\n" for line in (purpose, *lines))
    return hmac.digest(key, head.encode() + body + b"\n", "sha256").hex()


def fits(key: bytes, purpose: str, lines: Sequence[str], body: bytes, signature: str) -> bool:
    """Check a signature, in the same time whether it fits or not."""
    expected = sign(key, purpose, lines, body)
    return hmac.compare_digest(expected.encode(), signature.encode())
