"""Passwords: argon2id, slow on purpose, so it runs beside the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's floor
_NOBODY = _HASHER.hash("nobody has this password")


async def hashed(password: str) -> str:
    """Hash a password for storage."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def fits(password: str, stored: str) -> bool:
    """Tell whether a password belongs to a stored hash; "" takes as long and never fits."""
    return await asyncio.to_thread(_fits, password, stored or _NOBODY) and bool(stored)


def _fits(password: str, stored: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False
