"""The report as one page: a file that asks no network for anything, runs no script, and prints on A4."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from takedown.clock import iso, utc
from takedown.display import safe, words
from takedown.report.files import whole_file
from takedown.report.outcomes import Report
from takedown.report.page.charts import drawn
from takedown.report.page.view import view_of
from takedown.report.terms import GROUND_WORDS, HORIZON_WORDS, HORIZONS, RATE_WORDS, length, share_of

HERE = "takedown.report.page"


def write_page(found: Report, path: Path, *, targets: bool = False) -> None:
    """Write the page; an existing file is replaced only by a whole one. Raises UsageError.

    targets: name the links of cases in the list of contradictions. Without it the page holds no personal data.
    """
    data = page(found, targets=targets).encode()
    with whole_file(path) as part:
        part.write_bytes(data)


def page(found: Report, *, targets: bool = False) -> str:
    shown = view_of(found, targets=targets)
    style = resources.files(HERE).joinpath("style.css").read_text(encoding="utf-8")
    rows = [*shown.groups, shown.whole] if len(shown.groups) > 1 else shown.groups
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            view=shown,
            charts=drawn(shown),
            style=Markup(style),  # noqa: S704 -- our own file
            rows=rows,
            timed=[*((one.name, one.times) for one in rows if one.times), *(shown.ways[1:] if shown.seen else [])],
            busiest=max((week.delivered for week in shown.weeks), default=1),
            horizons=HORIZONS,
            horizon_words=HORIZON_WORDS,
            words=RATE_WORDS,
            grounds=GROUND_WORDS,
            truth=words,
            day=_day,
            at=iso(found.at),
        )
    )


def _day(seconds: float | None) -> str:
    return f"{utc(seconds):%Y-%m-%d}" if seconds is not None else ""


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(HERE, "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": "{:,}".format, "duration": length, "share_of": share_of}
    return environment


_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|s|min|h|d)(?!\w))")


def _visible(value: object) -> object:
    """What a template prints: text with everything that hides or turns made visible, and no line that ends between a figure and
    its unit; what is markup already stays."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", safe(value))
