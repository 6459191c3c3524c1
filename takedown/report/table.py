"""A report as one table for spreadsheets: a row for each figure, with all that it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from takedown.clock import iso
from takedown.report.cells import WEEK, week_name
from takedown.report.figures import Figures
from takedown.report.files import whole_file
from takedown.report.outcomes import WHOLE, Report
from takedown.report.rates import Rate
from takedown.report.sheets import Cell, write_csv, write_xlsx
from takedown.report.survival import Median, Times
from takedown.report.terms import HORIZONS, RATE_WORDS

COLUMNS = (
    "figure", "detail", "by", "group", "unit", "numerator", "denominator", "pending", "not_looked_at", "could_not_check",
    "contradictions",
    "rate", "low", "high", "seconds", "window", "as_of", "report",
)  # fmt: skip
Row = Mapping[str, Any]


def write_table(found: Report, path: Path, form: str) -> int:
    """`form`: csv or xlsx. An existing file is replaced only by a whole one. Returns the rows. Raises UsageError."""
    lines = list(_lines(found))
    with whole_file(path) as part:
        return write_csv(COLUMNS, lines, part) if form == "csv" else write_xlsx(COLUMNS, lines, part, "figures")


def _lines(found: Report) -> Iterator[list[Cell]]:
    same = {"window": found.window, "as_of": iso(found.at), "report": found.id}
    for row in _rows(found):
        yield [{**same, **row}.get(name) for name in COLUMNS]


def _rows(found: Report) -> Iterator[Row]:
    groups = [(name, found.groups[name], found.rated(name), found.times.get(name, {})) for name in found.groups]
    for name, figures, rated, times in [*groups, (WHOLE, found.whole, found.whole_rated, found.whole_times)]:
        where = {"by": found.by, "group": name}
        for row in (*_counts(figures), *_rates(figures, rated), *_times(times)):
            yield {**where, **row}
    for number, week in found.weeks:
        for one in RATE_WORDS:
            rate = Rate(getattr(week, one), week.delivered, week.pending)
            yield {"figure": "trend", "detail": one, "by": WEEK, "group": week_name(number), **_rate(rate)}


def _counts(figures: Figures) -> Iterator[Row]:
    whole = {
        "recorded": figures.cases,
        "delivered": figures.asked,
        "in no rate": figures.left_out,
        "taken back": figures.taken_back,
        **figures.contradictions,
    }
    for name, count in whole.items():
        yield {"figure": "cases", "detail": name, "unit": "case", "numerator": count}
    for name, count in figures.funnel.items():
        yield {"figure": "funnel", "detail": name, "unit": "case", "numerator": count, "denominator": figures.meant}


def _rates(figures: Figures, rated: Figures) -> Iterator[Row]:
    beside = {"could_not_check": figures.could_not_check, "contradictions": figures.contradictions.total()}
    for name, rate in rated.rates.items():
        yield {"figure": "rate", "detail": name, **_rate(rate), **beside}
    for ground, rates in rated.by_ground.items():
        for name, rate in rates.items():
            yield {"figure": f"rate under {ground}", "detail": name, **_rate(rate), **beside}


def _rate(rate: Rate) -> Row:
    told = rate.as_dict()
    return {name: told[name] for name in ("unit", "numerator", "denominator", "pending", "not_looked_at", "rate", "low", "high")}


def _times(ways: Mapping[str, Times]) -> Iterator[Row]:
    for way, times in ways.items():
        base = {"detail": way, "unit": "case", "denominator": times.cases}
        for name, seconds in HORIZONS.items():
            within = times.within(seconds)
            share = {"rate": within.share, "low": within.interval.low, "high": within.interval.high}
            yield {"figure": f"acted on within {name}", "seconds": seconds, **base, **share}
        for name, median in (("half acted on", times.median), ("Kaplan-Meier median", times.median_kaplan_meier)):
            yield {"figure": name, **base, **_median(median)}


def _median(median: Median) -> Row:
    """Seconds; empty where it is not reached."""
    return {"seconds": median.seconds, "low": median.low, "high": median.high}
