"""Wilson's interval of a share. Pure."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple


class Interval(NamedTuple):
    low: float
    high: float

    def __str__(self) -> str:
        """`13-26 %`; with a decimal where it is narrow."""
        digits = 0 if self.high - self.low > 0.02 else 1
        return f"{100 * self.low:.{digits}f}-{100 * self.high:.{digits}f} %"


def wilson(successes: int, trials: int, z: float = 1.96) -> Interval:
    """Wilson score interval of a proportion, as fractions in [0, 1]; (0, 1) when trials is 0.

    Raises ValueError when successes is not within 0 .. trials. Source: Wilson 1927, JASA 22(158).
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    if not trials:
        return Interval(0.0, 1.0)
    share, square = successes / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return Interval(0.0 if not successes else middle - half, 1.0 if successes == trials else middle + half)
