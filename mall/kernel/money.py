"""Exact amounts of money, and the two divisions that lose no fen (rules 4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount; ``minor`` counts the smallest unit of the currency (fen for CNY)."""

    minor: int
    currency: str  # ISO 4217, upper case


def share_out(minor: int, weights: Sequence[int]) -> list[int]:
    """Divide ``minor`` over lines in proportion to their weights (rules 4.4).

    The shares add up to ``min(minor, sum(weights))`` exactly and no share exceeds its weight.
    Each line gets the floor of its part; the units left over go one each to the largest
    remainders, ties to the larger weight, then to the earlier line. Weights are not negative;
    when all are zero every share is zero.
    """
    assert minor >= 0 and min(weights, default=0) >= 0
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    minor = min(minor, total)
    shares = [minor * weight // total for weight in weights]
    missing = minor - sum(shares)
    if missing == 0:
        return shares
    neediest = sorted(
        range(len(weights)), key=lambda n: (-(minor * weights[n] % total), -weights[n], n)
    )
    for position in neediest[:missing]:
        shares[position] += 1
    return shares


def telescoped(minor: int, quantity: int, done: int, more: int) -> int:
    """Tell what the next ``more`` of ``quantity`` units hold of a line's ``minor`` (rules 4.4).

    The first k units together hold ``floor(minor * k / quantity)``, so any sequence of parts
    that ends with all units adds up to ``minor`` exactly.
    """
    assert 0 <= done <= done + more <= quantity and quantity > 0
    return minor * (done + more) // quantity - minor * done // quantity
