"""Secrets: random tokens, their hashes, and keys derived from one root secret."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import lru_cache


def new_token() -> str:
    """Make 256 random bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(32)


def new_code(digits: int) -> str:
    """Make a one-time code of decimal digits."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"


@lru_cache(maxsize=4096)  # every request of a session asks, some of them twice
def hash_token(token: str) -> bytes:
    """Hash a random token for storage. Not for passwords or short codes: those need a slow hash."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Secrets:
    """The root secret; every use derives a key of its own, so that one leak opens one door."""

    root: bytes  # at least 32 random bytes

    def key_for(self, purpose: str) -> bytes:
        """Derive the 32-byte key of one purpose."""
        return hmac.digest(self.root, purpose.encode(), "sha256")

    def tag(self, purpose: str, message: str) -> bytes:
        """Authenticate a message under the key of a purpose. Short codes need this, not a hash."""
        return hmac.digest(self.key_for(purpose), message.encode(), "sha256")
