"""Shares that carry what they are made of: numerator, denominator, unit, what is pending, and Wilson's interval. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from takedown.proportions import Interval, wilson


@dataclass(frozen=True, slots=True)
class Rate:
    """A share that carries what it was made of. `pending`: how many of the denominator may still change it.

    not_looked: of how many nobody has looked whether they are still there. They are in no numerator, so that such a rate is a
    floor: it can only rise when they are looked at.
    """

    numerator: int
    denominator: int
    pending: int = 0
    unit: str = "case"
    not_looked: int = 0

    @property
    def floor(self) -> bool:
        """Whether those that nobody looked at are so many, a tenth or more, that the share says little without them."""
        return self.not_looked > 0 and 10 * self.not_looked >= self.denominator

    @property
    def words(self) -> str:
        """`19 %`, `at least 19 %`, `19 % so far`; nothing of nothing."""
        if self.value is None:
            return ""
        return f"{'at least ' if self.floor else ''}{percent(self.value)}{' so far' if self.pending else ''}"

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
        return {**counts, "not_looked_at": self.not_looked, "rate": value, "low": low, "high": high}

    def __str__(self) -> str:
        """`27 of 143 (19 %; Wilson 13-26 %)`; `at least 19 % so far, 51 pending, 20 not looked at` while that may change it."""
        if self.value is None:
            return "0 of 0"
        open_ = f", {self.pending} pending" if self.pending else ""
        unseen = f", {self.not_looked} not looked at" if self.not_looked else ""
        return f"{self.numerator} of {self.denominator} ({self.words}{open_}{unseen}; Wilson {self.interval})"


def percent(share: float) -> str:
    """`19 %`; never 0 or 100 for what is only near it."""
    whole = round(100 * share)
    if whole in {0, 100} and share not in {0.0, 1.0}:
        return "<1 %" if whole == 0 else ">99 %"
    return f"{whole} %"
