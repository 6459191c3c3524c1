"""Shares that carry what they are made of: numerator, denominator, unit, what is pending, and Wilson's interval. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, NamedTuple


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


@dataclass(frozen=True, slots=True)
class Rate:
    """A share that carries what it was made of. `pending`: how many of the denominator may still change it."""

    numerator: int
    denominator: int
    pending: int = 0
    unit: str = "case"

    @property
    def value(self) -> float | None:
        """The fraction; None of nothing."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> Interval:
        return wilson(self.numerator, self.denominator)

    def as_dict(self) -> dict[str, Any]:
        value, (low, high) = self.value, self.interval
        counts = {"numerator": self.numerator, "denominator": self.denominator, "unit": self.unit, "pending": self.pending}
        return {**counts, "rate": value, "low": low, "high": high}

    def __str__(self) -> str:
        """`27 of 143 (19 %; Wilson 13-26 %)`; `19 % so far, 51 pending` while some may still change it."""
        if self.value is None:
            return "0 of 0"
        so_far = f" so far, {self.pending} pending" if self.pending else ""
        return f"{self.numerator} of {self.denominator} ({percent(self.value)}{so_far}; Wilson {self.interval})"


def percent(share: float) -> str:
    """`19 %`; never 0 or 100 for what is only near it."""
    whole = round(100 * share)
    if whole in {0, 100} and share not in {0.0, 1.0}:
        return "<1 %" if whole == 0 else ">99 %"
    return f"{whole} %"
