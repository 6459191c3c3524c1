"""What the page shows, as plain values: the report's figures in the order and the words of a reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from takedown.clock import utc
from takedown.report.cells import week_name, week_starts
from takedown.report.contradictions import Contradiction
from takedown.report.figures import Figures
from takedown.report.outcomes import WHOLE, Report, looked
from takedown.report.rates import Rate, percent
from takedown.report.spans import EVIDENCE
from takedown.report.survival import Point, Times
from takedown.report.terms import (
    CONTRADICTION_WORDS,
    EVIDENCE_WORDS,
    FUNNEL_WORDS,
    GROUND_WORDS,
    HORIZONS,
    RATE_WORDS,
    length,
)
from takedown.report.told import thinned

NONE = "(none)"
MOST_CHARTED = 12
"""Groups that a chart shows; the tables have all of them."""
LATEST = 53
"""Weeks that the page shows."""
STEPS = 120


@dataclass(frozen=True, slots=True)
class Shown:
    """A rate as it is read. `share` None: there is none, and `words` say why."""

    rate: str
    share: float | None
    low: float
    high: float
    of: str
    words: str
    interval: str
    floor: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, or the words why there is none, and what it is made of. `floor`: it is at least so much."""

    name: str
    figure: str
    made: str
    floor: bool = False
    words: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    figures: Figures
    rated: Figures
    rates: Sequence[Shown]
    times: Times | None

    @property
    def contradicting(self) -> int:
        return self.figures.contradictions.total()


@dataclass(frozen=True, slots=True)
class Ground:
    group: str
    ground: str
    delivered: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Step:
    """Of the funnel. `share`: of what was imported."""

    name: str
    count: int
    share: float
    words: str


@dataclass(frozen=True, slots=True)
class WeekShown:
    name: str
    starts: str
    delivered: int
    pending: int
    claim: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Curve:
    """One group's curve up to `until` seconds, from nothing on; `at_risk` at each of the page's marks."""

    name: str
    points: Sequence[Point]
    until: float
    at_risk: Sequence[int]


@dataclass(frozen=True, slots=True)
class View:
    report: Report
    by: str
    day: str
    sandbox: bool
    seen: bool
    tiles: Sequence[Tile]
    groups: Sequence[Group]
    whole: Group
    ways: Sequence[tuple[str, Times]]
    funnel: Sequence[Step]
    grounds: Sequence[Ground]
    weeks: Sequence[WeekShown]
    more_weeks: int
    curves: Sequence[Curve]
    marks: Sequence[float]
    contradictions: Sequence[tuple[str, Contradiction]]
    targets: bool

    @property
    def charted(self) -> Sequence[Group]:
        """The groups of a chart, those with most cases, in their order."""
        chosen = sorted(self.groups, key=lambda one: -one.rated.asked)[:MOST_CHARTED]
        return [one for one in self.groups if one in chosen and one.rated.asked]

    @property
    def timed(self) -> Sequence[Group]:
        return [*self.charted, self.whole] if len(self.charted) > 1 else [self.whole]

    @property
    def unlisted(self) -> int:
        return self.whole.contradicting - len(self.contradictions)


def view_of(found: Report, *, targets: bool) -> View:
    groups = [_group(found, name) for name in found.groups]
    whole = Group(WHOLE, found.whole, found.whole_rated, _rates(found.whole, found.whole_rated), found.whole_times["first"])
    charted = sorted((one for one in groups if one.times), key=lambda one: -one.figures.asked)[:MOST_CHARTED]
    timed = [one for one in groups if one in charted]
    until = _until([one.times for one in (*timed, whole) if one.times])
    marks = [0.0, *HORIZONS.values(), *([until] if until > HORIZONS["7d"] else [])]
    curves = [_curve(one, until, marks) for one in ([*timed, whole] if len(timed) > 1 else [whole])]
    return View(
        found, found.by, f"{utc(found.at):%Y-%m-%d %H:%M} UTC", found.environment == "sandbox", looked(found.whole),
        _tiles(whole), groups, whole, [(EVIDENCE_WORDS[way], found.whole_times[way]) for way in EVIDENCE],
        _funnel(found.whole), list(_grounds([*groups, whole] if len(groups) > 1 else groups)),
        [_week(number, found) for number, _ in found.weeks[-LATEST:]], max(0, len(found.weeks) - LATEST), curves, marks,
        [(CONTRADICTION_WORDS[one.what], one) for one in found.listed], targets,
    )  # fmt: skip


def _group(found: Report, name: str) -> Group:
    figures, rated = found.groups[name], found.rated(name)
    times = found.times.get(name)
    return Group(name or NONE, figures, rated, _rates(figures, rated), times["first"] if times else None)


def _rates(figures: Figures, rated: Figures) -> list[Shown]:
    return [_shown(name, rate, figures) for name, rate in rated.rates.items()]


def _shown(name: str, rate: Rate, figures: Figures) -> Shown:
    unseen = f"; {rate.not_looked:,} not looked at" if rate.not_looked else ""
    of = f"{rate.numerator:,} of {rate.denominator:,}{unseen}"
    if name != "claim" and not figures.sighted:
        return Shown(name, None, 0, 1, "", "could not check" if looked(figures) else "not looked at yet", "")
    if rate.value is None:
        return Shown(name, None, 0, 1, "", "none delivered", "")
    return Shown(name, rate.value, *rate.interval, of, rate.words, str(rate.interval), rate.floor)


def _tiles(whole: Group) -> list[Tile]:
    back = f", {whole.figures.taken_back:,} taken back" if whole.figures.taken_back else ""
    of = f"of {whole.figures.cases:,} cases; {whole.figures.pending:,} pending{back}"
    tiles = [Tile("Delivered", f"{whole.figures.asked:,}", of)]
    for one in whole.rates:
        title = {"claim": "Platforms say they acted", "observation": "We saw it gone", "agreed": "Both agree"}[one.rate]
        if one.share is None:
            tiles.append(Tile(title, "–", one.words, words=True))
        else:
            tiles.append(Tile(title, percent(one.share), f"{one.of}; {one.interval}", floor=one.floor))
    if whole.times and whole.times.cases:
        median = whole.times.median.seconds
        said = "not reached" if median is None else length(median)
        made = "since the delivery, by claim or observation"
        tiles.append(Tile("Half acted on within", said, made, words=median is None))
    return tiles


def _funnel(whole: Figures) -> list[Step]:
    steps, first = whole.funnel, whole.funnel["imported"]
    shares = {name: count / first if first else 0.0 for name, count in steps.items()}
    return [Step(FUNNEL_WORDS[name], count, shares[name], percent(shares[name])) for name, count in steps.items()]


def _grounds(groups: Sequence[Group]) -> list[Ground]:
    found: list[Ground] = []
    for group in groups:
        for ground, rates in group.rated.by_ground.items():
            if any(rate.numerator for rate in rates.values()):
                shown = {name: rate for name, rate in rates.items() if name == "claim" or group.figures.sighted}
                cells = [_short(shown[name]) if name in shown else "" for name in rates]
                found.append(Ground(group.name, GROUND_WORDS[ground], group.rated.asked, cells))
    return found


def _short(rate: Rate) -> str:
    return "" if rate.value is None else f"{rate.numerator:,} ({percent(rate.value)})"


def _week(number: int, found: Report) -> WeekShown:
    week = found.course.weeks[number]
    cells = [_short(Rate(getattr(week, name), week.delivered)) for name in RATE_WORDS]
    return WeekShown(week_name(number), week_starts(number).isoformat(), week.delivered, week.pending, week.claim, cells)


def _until(times: Sequence[Times]) -> float:
    """How much of the curves is drawn: a round time at which nearly all that happened has."""
    last = [_nearly_all(one.incidence) for one in times]
    wanted = max(last, default=0.0)
    days = next((days for days in (7, 14, 30, 60, 90, 180, 365, 730) if days * 86_400 >= wanted), 1460)
    return days * 86_400.0


def _nearly_all(curve: Sequence[Point]) -> float:
    return next((point.seconds for point in curve if point.share >= 0.98 * curve[-1].share), 0.0)


def _curve(group: Group, until: float, marks: Sequence[float]) -> Curve:
    times = group.times
    assert times is not None  # noqa: S101 -- for the type checker: only timed groups have a curve
    shown = [point for point in times.incidence if point.seconds <= until]
    return Curve(group.name, thinned(shown, STEPS), min(until, times.known), [times.at_risk(mark) for mark in marks])
