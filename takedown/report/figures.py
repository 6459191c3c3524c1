"""Counting and rates, pure. What our side did, what platforms say and what we saw are never added to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from math import sqrt
from typing import Any, NamedTuple

from takedown.ledger.moves import State
from takedown.ledger.truths import FINAL, UNREACHABLE

NOT_LOOKED = "none"
"""The observed value of a case that no probe has looked at; `unknown` is one that was looked at in vain."""

DELIVERY = tuple(state.value for state in State)
CLAIMED = ("none", "received", "in_review", "removed", "restricted", "declined", "needs_information", "not_found")
OBSERVED = (NOT_LOOKED, "available", "gone", "suspended", "withheld", "restricted", "unknown")

ACTED = frozenset({"removed", "restricted"})
"""Claims that count as action in a rate."""
NEVER_MEANT = frozenset({"duplicate", "out_of_scope", "mistake"})
"""Closed for these reasons, a case should not have been asked for: it is in no rate, and counted beside them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many cases of a group share these values. `group` is a platform, a basis or an organisation; observed "" is unseen."""

    group: str
    delivered: str
    claimed: str
    observed: str
    closed: str
    count: int


class Interval(NamedTuple):
    low: float
    high: float


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

    @property
    def span(self) -> str:
        """The interval, as `13-26 %`; with a decimal where it is narrow."""
        low, high = self.interval
        digits = 0 if high - low > 0.02 else 1
        return f"{100 * low:.{digits}f}-{100 * high:.{digits}f} %"

    def __str__(self) -> str:
        """`27 of 143 (19 %; Wilson 13-26 %)`; `19 % so far, 51 pending` while some may still change it."""
        if self.value is None:
            return "0 of 0"
        so_far = f" so far, {self.pending} pending" if self.pending else ""
        return f"{self.numerator} of {self.denominator} ({percent(self.value)}{so_far}; Wilson {self.span})"


def percent(share: float) -> str:
    """`19 %`; never 0 or 100 for what is only near it."""
    whole = round(100 * share)
    if whole in {0, 100} and share not in {0.0, 1.0}:
        return "<1 %" if whole == 0 else ">99 %"
    return f"{whole} %"


@dataclass
class Figures:
    """A group's counts. The three maps count open cases, `closed` the others by why; rates are over `asked`.

    asked: delivered cases, open or closed as done or unverifiable. pending: truths.md's, of the open ones.
    """

    cases: int = 0
    delivery: Counter[str] = field(default_factory=Counter[str])
    claimed: Counter[str] = field(default_factory=Counter[str])
    observed: Counter[str] = field(default_factory=Counter[str])
    closed: Counter[str] = field(default_factory=Counter[str])
    contradictions: Counter[str] = field(default_factory=Counter[str])
    said: Counter[str] = field(default_factory=Counter[str])
    seen: Counter[str] = field(default_factory=Counter[str])
    asked: int = 0
    left_out: int = 0
    pending: int = 0
    acted_claims: int = 0
    acted_seen: int = 0
    acted_both: int = 0

    def add(self, cell: Cell) -> None:
        n = cell.count
        self.cases += n
        if cell.closed:
            self.closed[cell.closed] += n
        else:
            self.delivery[cell.delivered] += n
            self.claimed[cell.claimed] += n
            self.observed[cell.observed or NOT_LOOKED] += n
            if found := contradiction(cell.claimed, cell.observed):
                self.contradictions[found] += n
        if cell.delivered == State.SENT.value:
            self._asked(cell)

    def _asked(self, cell: Cell) -> None:
        if cell.closed in NEVER_MEANT:
            self.left_out += cell.count
            return
        n, claimed, seen = cell.count, cell.claimed in ACTED, cell.observed in UNREACHABLE
        self.asked += n
        self.said[cell.claimed] += n
        self.seen[cell.observed or NOT_LOOKED] += n
        self.pending += n * pending(cell)
        self.acted_claims += n * claimed
        self.acted_seen += n * seen
        self.acted_both += n * (claimed and seen)

    @property
    def by_claim(self) -> Rate:
        return Rate(self.acted_claims, self.asked, self.pending)

    @property
    def by_observation(self) -> Rate:
        return Rate(self.acted_seen, self.asked, self.pending)

    @property
    def agreed(self) -> Rate:
        return Rate(self.acted_both, self.asked, self.pending)


def pending(cell: Cell) -> bool:
    """Open, delivered, without a final claim, and not observed gone."""
    delivered = cell.delivered == State.SENT.value and not cell.closed
    return delivered and cell.claimed not in FINAL and cell.observed not in UNREACHABLE


def contradiction(claimed: str, observed: str) -> str:
    """`says_acted_still_up`, `declined_yet_gone`, or empty."""
    if claimed in ACTED and observed == "available":
        return "says_acted_still_up"
    return "declined_yet_gone" if claimed == "declined" and observed in UNREACHABLE else ""


def tally(cells: Iterable[Cell]) -> dict[str, Figures]:
    """Figures of each group, in the groups' order of name."""
    found: dict[str, Figures] = {}
    for cell in cells:
        found.setdefault(cell.group, Figures()).add(cell)
    return dict(sorted(found.items()))


def total(groups: Iterable[Figures]) -> Figures:
    """The sum of groups that share no case."""
    every = Figures()
    for one in groups:
        for item in fields(Figures):
            setattr(every, item.name, getattr(every, item.name) + getattr(one, item.name))
    return every


def full(counts: Mapping[str, int], values: Iterable[str]) -> dict[str, int]:
    """The counts with a zero for every value that truths.md knows and no case has."""
    return {**dict.fromkeys(values, 0), **counts}
