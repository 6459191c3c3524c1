"""How long until a platform acts, estimated while some have not: cumulative incidence, Kaplan-Meier, their intervals. Pure.

A case ends in one of three ways: the platform acted, it declined, or nothing came before we stopped watching (pending at the
report's time, or closed). A refusal competes with action: it is neither still awaited nor simply out of sight. The share acted
on within a time is therefore the cumulative incidence of Aalen and Johansen (1978, Scand. J. Statist. 5), of all delivered cases.
Kaplan-Meier (1958, JASA 53), with a refusal as the end of the watch, says something else: how it would go if none declined.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp, inf, log, sqrt
from typing import NamedTuple

from takedown.proportions import Interval, wilson

Z = 1.96
HALF = 0.5
ROUNDING = 1e-9
"""What a product of many shares may be off by."""


@dataclass
class Spans:
    """Cases by how they ended and how many seconds after their delivery. `before`: decided before it, and so never watched."""

    acted: Counter[float] = field(default_factory=Counter[float])
    declined: Counter[float] = field(default_factory=Counter[float])
    unended: Counter[float] = field(default_factory=Counter[float])
    before: int = 0

    def update(self, other: Spans) -> None:
        self.acted.update(other.acted)
        self.declined.update(other.declined)
        self.unended.update(other.unended)
        self.before += other.before


class Point(NamedTuple):
    """A step of a curve: from `seconds` on, `share`. `at_risk`: watched and undecided until then."""

    seconds: float
    at_risk: int
    share: float
    low: float
    high: float


class Median(NamedTuple):
    """When half is reached, in seconds; None: not reached. The interval is that of Brookmeyer and Crowley (1982)."""

    seconds: float | None
    low: float | None
    high: float | None


class Within(NamedTuple):
    """The share acted on within a time; None when no case was watched that long. `at_risk`: watched and undecided until then."""

    share: float | None
    interval: Interval
    at_risk: int


@dataclass(frozen=True, slots=True)
class Times:
    """What `estimate` found. `ends`: the times at which cases ended, in order, and in `ended` how many had, each time included.

    incidence: the share acted on. kaplan_meier: the same, had none been declined. known: seconds up to which there is a curve;
    infinite when the last case of all ended in a decision.
    """

    acted: int
    declined: int
    unended: int
    before: int
    incidence: Sequence[Point]
    kaplan_meier: Sequence[Point]
    ends: Sequence[float]
    ended: Sequence[int]
    known: float

    @property
    def cases(self) -> int:
        """Those watched from their delivery on."""
        return self.acted + self.declined + self.unended

    @property
    def median(self) -> Median:
        return _median(self.incidence)

    @property
    def median_kaplan_meier(self) -> Median:
        return _median(self.kaplan_meier)

    def at_risk(self, seconds: float) -> int:
        place = bisect_left(self.ends, seconds)
        return self.cases - (self.ended[place - 1] if place else 0)

    def within(self, seconds: float) -> Within:
        at_risk = self.at_risk(seconds)
        if not self.cases or seconds > self.known:
            return Within(None, Interval(0.0, 1.0), at_risk)
        place = bisect_right(self.incidence, seconds, key=lambda point: point.seconds)
        if not place:
            return Within(0.0, wilson(0, at_risk or self.cases), at_risk)
        _, _, share, low, high = self.incidence[place - 1]
        return Within(share, Interval(low, high), at_risk)


def estimate(spans: Spans) -> Times:
    """Both curves. Who decides or leaves at a time was watched until then; of those who tie, who leaves does so last."""
    ends = sorted({*spans.acted, *spans.declined, *spans.unended})
    at = [(spans.acted[end], spans.declined[end], spans.unended[end]) for end in ends]
    acted, declined, unended = (sum(counts) for counts in zip(*at, strict=True)) if at else (0, 0, 0)
    known = inf if ends and not at[-1][2] else ends[-1] if ends else 0.0
    steps = list(_steps(ends, at, acted + declined + unended))
    return Times(
        acted, declined, unended, spans.before,
        tuple(_incidence(steps)), tuple(_incidence([step._replace(declined=0) for step in steps])),
        ends, list(accumulate(sum(counts) for counts in at)), known,
    )  # fmt: skip


class _Step(NamedTuple):
    seconds: float
    at_risk: int
    acted: int
    declined: int


def _steps(ends: Sequence[float], at: Sequence[tuple[int, int, int]], cases: int) -> Iterator[_Step]:
    """The times at which something was decided."""
    for end, (acted, declined, unended) in zip(ends, at, strict=True):
        if acted or declined:
            yield _Step(end, cases, acted, declined)
        cases -= acted + declined + unended


def _incidence(steps: Sequence[_Step]) -> Iterator[Point]:
    """The cumulative incidence of action; without refusals it is one minus Kaplan-Meier, and its variance Greenwood's.

    Variance: the delta method (Marubini and Valsecchi 1995, 10.3; Choudhury 2002, Stat. Med. 21). Its sum over earlier times
    holds the share reached since each; multiplied out, running totals are enough.
    """
    share, undecided = 0.0, 1.0
    gone = gone_share = gone_square = own = cross = cross_share = 0.0
    for seconds, n, acted, declined in steps:
        before, share = share, share + undecided * acted / n
        if n > acted + declined:
            weight = (acted + declined) / (n * (n - acted - declined))
            gone, gone_share, gone_square = gone + weight, gone_share + share * weight, gone_square + share * share * weight
        step = undecided * acted / (n * n)
        own += undecided * undecided * acted * (n - acted) / n**3
        cross, cross_share = cross + step, cross_share + share * step
        undecided *= 1 - (acted + declined) / n
        if share > before:
            squares = share * share * gone - 2 * share * gone_share + gone_square
            variance = squares + own - 2 * (share * cross - cross_share)
            yield Point(seconds, n, min(share, 1.0), *_interval(min(share, 1.0), variance, n))


def _interval(share: float, variance: float, at_risk: int) -> Interval:
    """On the scale of log(-log(1 - share)), which keeps it within 0 and 1 (Kalbfleisch and Prentice 1980, 1.3).

    Where everything was acted on that scale has no end; then it is Wilson's of those who were watched until then.
    """
    rest = 1 - share
    if rest <= ROUNDING:
        return Interval(wilson(at_risk, at_risk).low, 1.0)
    error = sqrt(max(variance, 0.0)) / (rest * -log(rest))
    return Interval(1 - rest ** exp(-Z * error), 1 - rest ** exp(Z * error))


def _median(curve: Sequence[Point]) -> Median:
    def reached(value: str) -> float | None:
        return next((point.seconds for point in curve if getattr(point, value) >= HALF - ROUNDING), None)

    return Median(reached("share"), reached("high"), reached("low"))
