"""Signatures of the protocol."""

import hashlib
import hmac


def merchant_key(secret: bytes, merchant: str) -> bytes:
    """Give the key of a merchant."""
    return hmac.new(secret, merchant.encode("utf-8"), hashlib.sha256).digest()


def signature(key: bytes, *parts: str, body: bytes) -> str:
    """Sign lines and a body."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        digest.update(part.encode("utf-8"))
        digest.update(b"\n")
    digest.update(body)
    digest.update(b"\n")
    return digest.hexdigest()


def is_signed(key: bytes, given: str, *parts: str, body: bytes) -> bool:
    """Tell whether a signature is right."""
    return hmac.compare_digest(signature(key, *parts, body=body).encode(), given.encode())
