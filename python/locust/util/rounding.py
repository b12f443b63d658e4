"""Rounding as people do it."""

from __future__ import annotations


def proper_round(val: float, digits: int = 0) -> float:
    """`val` to so many decimal places, a 5 going up: `round` alone takes 0.5 to the even 0.

    >>> proper_round(0.5), round(0.5)
    (1.0, 0)
    """
    number = float(val)
    # Lifts an exact half over the edge by less than the last digit that the number shows.
    nudge = 10.0 ** -(len(str(number)) + 1)
    return round(number + nudge, digits)
