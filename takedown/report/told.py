"""A report as data: the items and the summary of `report --json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from takedown.clock import iso
from takedown.report.cells import week_name, week_starts
from takedown.report.figures import CLAIMED, DELIVERY, OBSERVED, Figures, full
from takedown.report.outcomes import Report
from takedown.report.rates import Rate
from takedown.report.spans import Week
from takedown.report.survival import Median, Point, Times, Within
from takedown.report.terms import HORIZONS

STEPS = 60
"""Points of a curve that are told; a longer one is thinned by time."""


def items(found: Report) -> Iterator[dict[str, Any]]:
    """An item for each group; its name is under what the figures are told apart by."""
    for name, figures in found.groups.items():
        yield {found.by: name, **_figures(figures, found.rated(name)), "time_to_action": _ways(found.times.get(name, {}))}


def summary(found: Report) -> dict[str, Any]:
    scope = found.scope
    window = {"batch": scope.batch, "since": iso(scope.since) if scope.since is not None else None, "as_of": iso(found.at)}
    return {
        **_figures(found.whole, found.whole_rated),
        "time_to_action": _ways(found.whole_times),
        "trend": [_week(number, week) for number, week in found.weeks],
        "funnel": found.whole.funnel,
        "times": {"unit": "second", "rounded": found.course.rounded, "time_scale": found.scale},
        "by": found.by,
        "unit": found.unit,
        "window": window,
        "id": found.id,
    }


def _figures(figures: Figures, rated: Figures) -> dict[str, Any]:
    """`delivery` counts open cases; `claimed` and `observed` delivered ones, which rates are over. Counts are of cases."""
    return {
        "cases": figures.cases,
        "delivered": figures.asked,
        "pending": figures.pending,
        "taken_back": figures.taken_back,
        "could_not_check": figures.could_not_check,
        "not_looked_at": figures.not_looked,
        "delivery": full(figures.delivery, DELIVERY),
        "claimed": full(figures.said, CLAIMED),
        "observed": full(figures.seen, OBSERVED),
        "closed": dict(figures.closed),
        "left_out": figures.left_out,
        "contradictions": dict(figures.contradictions),
        "rates": _rates(rated.rates),
        "grounds": {ground: _rates(rates) for ground, rates in rated.by_ground.items()},
    }


def _rates(rates: Mapping[str, Rate]) -> dict[str, Any]:
    return {name: rate.as_dict() for name, rate in rates.items()}


def _ways(ways: Mapping[str, Times]) -> dict[str, Any]:
    return {way: _times(times) for way, times in ways.items()}


def _times(times: Times) -> dict[str, Any]:
    """Seconds from the first delivery. Pending cases are censored at the report's time, closed ones at their closing."""
    return {
        "cases": times.cases,
        "acted": times.acted,
        "declined": times.declined,
        "censored": times.unended,
        "decided_before_delivery": times.before,
        "estimator": "Aalen-Johansen cumulative incidence, declined competing",
        "median": _median(times.median),
        "kaplan_meier_median": _median(times.median_kaplan_meier),
        "within": {name: _within(times.within(seconds)) for name, seconds in HORIZONS.items()},
        "curve": [point._asdict() for point in thinned(times.incidence, STEPS)],
    }


def _median(median: Median) -> dict[str, Any]:
    return {**median._asdict(), "reached": median.seconds is not None}


def _within(within: Within) -> dict[str, Any]:
    return {"rate": within.share, "low": within.interval.low, "high": within.interval.high, "at_risk": within.at_risk}


def _week(number: int, week: Week) -> dict[str, Any]:
    counts = {"delivered": week.delivered, "pending": week.pending}
    rates = {"claim": week.claim, "observation": week.observation, "agreed": week.agreed}
    told = {name: Rate(acted, week.delivered, week.pending).as_dict() for name, acted in rates.items()}
    return {"week": week_name(number), "starts": week_starts(number).isoformat(), **counts, "rates": told}


def thinned(curve: Sequence[Point], most: int) -> Sequence[Point]:
    """At most `most` steps of a curve: of each part of its time the last one, which is where the curve then stands."""
    if len(curve) <= most:
        return curve
    width = curve[-1].seconds / most
    last = {int(min(point.seconds / width, most - 1)): point for point in curve}
    return [*last.values()]
