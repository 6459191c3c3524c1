"""The page's charts, drawn by Vega-Lite (extra `report`) in two widths; without it the page has bars of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

from takedown.display import safe
from takedown.report.page.svg import tamed
from takedown.report.page.view import Curve, View
from takedown.report.terms import RATE_WORDS

INK, MUTED, LINE, CLAIM, SEEN, BOTH, WAIT, REST = (f"#{n:02d}{n:02d}{n:02d}" for n in range(11, 19))
COLOURS = {
    INK: "--ink", MUTED: "--muted", LINE: "--line", CLAIM: "--claim", SEEN: "--seen", BOTH: "--both", WAIT: "--wait",
    REST: "--rest",
}  # fmt: skip
"""Colours that only stand for the page's own, which are others by day, at night and on paper."""
RATE_COLOURS = {"claim": CLAIM, "observation": SEEN, "agreed": BOTH}
WIDTHS = {"wide": 940, "narrow": 340}
"""Of the page on a desk and on a telephone, in pixels; a chart is drawn for both, so that its letters keep their size."""
DAY = 86_400
STEP, LOWER = 18, 1
"""Of one bar in a group; and how much too high Vega-Lite puts the letters beside it."""
TICKS = {7: (0, 1, 3, 7), 14: (0, 3, 7, 14), 30: (0, 10, 20, 30), 60: (0, 20, 40, 60), 90: (0, 30, 60, 90)}
CONFIG: dict[str, Any] = {
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED, "titleColor": MUTED, "gridColor": LINE, "domain": False, "ticks": False, "labelPadding": 6,
        "labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal",
    },
    "header": {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": "bold", "title": None},
    "legend": {
        "labelColor": INK, "labelFontSize": 13, "title": None, "symbolType": "square", "orient": "top", "offset": 10,
        "columnPadding": 22,
    },
    "text": {"color": INK, "fontSize": 13},
}  # fmt: skip
Spec = dict[str, Any]


def drawn(view: View) -> Mapping[str, Markup]:
    """By name, each chart's drawings; empty without the extra, and a chart that has nothing to show is left out."""
    convert = _converter()
    if convert is None or not view.groups:
        return {}
    found: dict[str, Markup] = {}
    for name, (spec, title, described) in _specs(view).items():
        both = [
            Markup('<div class="{}">{}</div>').format(
                width, tamed(convert(_whole(spec(room), room)), COLOURS, f"{name}-{width}", title, described)
            )
            for width, room in WIDTHS.items()
        ]
        found[name] = Markup("").join(both)
    return found


@cache
def _converter() -> Callable[[Spec], str] | None:
    try:
        import vl_convert
    except ImportError:
        return None
    return vl_convert.vegalite_to_svg


def _whole(spec: Spec, room: int) -> Spec:
    narrow = {"legend": {**CONFIG["legend"], "columns": 2}} if room < 400 else {}
    padding = {"left": 4, "top": 4, "right": 20, "bottom": 4}  # the page's letters may be wider than those measured here
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json", "background": None, "padding": padding,
        "config": {**CONFIG, **narrow}, "autosize": {"type": "pad", "contains": "padding"}, **spec,
    }  # fmt: skip


def _specs(view: View) -> dict[str, tuple[Callable[[int], Spec], str, str]]:
    """Name -> the chart for a width, its title, and what it shows in a sentence."""
    of = f"the table below has the same figures. {view.report.window}."
    specs: dict[str, tuple[Callable[[int], Spec], str, str]] = {
        "funnel": (lambda room: _funnel(view, room), "From imported to gone", f"Bars of how many cases came how far; {of}")
    }
    if view.charted:
        words = f"For each {view.by} a bar for each rate, with its interval; {of}"
        specs["rates"] = (lambda room: _rates(view, room), f"Compliance by {view.by}", words)
    if any(curve.points for curve in view.curves):
        words = f"Curves of the share acted on since the delivery, with their interval; {of}"
        specs["times"] = (lambda room: _times(view, room), "Time to action", words)
    if view.weeks:
        words = f"Bars of the cases delivered in each week: acted on by claim, pending, and others; {of}"
        specs["trend"] = (lambda room: _trend(view, room), "Trend by week of delivery", words)
    return specs


def _percent_axis(title: str | None = None) -> Spec:
    return {"labelExpr": "format(100 * datum.value, 'd') + ' %'", "tickCount": 5, "title": title}


def _label(name: str) -> str:
    return safe(name)


OURS, THEIRS = 3, 5
"""Steps of the funnel that are our side's, and, up to there, the platform's; the last is both."""


def _funnel(view: View, room: int) -> Spec:
    whose = [REST] * OURS + [CLAIM] * (THEIRS - OURS) + [BOTH] * (len(view.funnel) - THEIRS)
    steps = [
        {"step": step.name, "count": step.count, "words": f"{step.count:,} ({step.words})", "colour": colour}
        for step, colour in zip(view.funnel, whose, strict=True)
    ]
    order = [step.name for step in view.funnel]
    left, right = 165, 130
    y = {"field": "step", "type": "nominal", "sort": order, "title": None, "axis": _names(left)}
    x = {"field": "count", "type": "quantitative", "axis": None}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return {
        "data": {"values": steps}, "width": room - left - right, "height": {"step": 30}, "encoding": {"y": y, "x": x},
        "layer": [
            {"mark": {"type": "bar", "height": 18, "cornerRadiusEnd": 2}, "encoding": {"color": colour}},
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": {"field": "words"}}},
        ],
    }  # fmt: skip


def _names(room: int) -> Spec:
    """An axis of names, as wide as it may be: the page's letters are not those that it was drawn with."""
    return {"labelColor": INK, "labelLimit": room - 12, "minExtent": room, "maxExtent": room}


def _rates(view: View, room: int) -> Spec:
    values: list[Spec] = []
    shown = [*RATE_WORDS] if view.seen else ["claim"]
    for group in view.charted:
        for one in group.rates:
            if one.rate in shown:
                rate = {"group": _label(group.name), "rate": RATE_WORDS[one.rate], "share": one.share, "words": one.words}
                ends = {"low": one.low, "high": one.high, "from": one.high} if one.share is not None else {"from": 0}
                values.append({**rate, **ends})
    order = [RATE_WORDS[one] for one in shown]
    left, right = (130, 120) if room > 400 else (90, 95)
    colours = {"domain": order, "range": [RATE_COLOURS[one] for one in shown]}
    x = {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": _percent_axis()}
    groups = [_label(group.name) for group in view.charted]
    y = {
        "field": "group", "type": "nominal", "sort": groups, "title": None, "axis": _names(left),
        "scale": {"paddingInner": 0.3},
    }  # fmt: skip
    offset = {"field": "rate", "type": "nominal", "sort": order}
    interval = {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}}
    bar = {"type": "bar", "height": 13, "cornerRadiusEnd": 2}
    return {
        "data": {"values": values}, "width": room - left - right, "height": {"step": STEP, "for": "offset"},
        "encoding": {"y": y, "yOffset": offset},
        "layer": [
            {"mark": bar, "encoding": {"x": x, "color": {"field": "rate", "type": "nominal", "scale": colours, "sort": order}}},
            {"mark": {"type": "bar", "color": INK, "height": 1.5}, "encoding": interval},
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "dy": LOWER, "color": INK},
                "encoding": {"x": {"field": "from", "type": "quantitative"}, "text": {"field": "words"}},
            },
        ],
    }  # fmt: skip


def _times(view: View, room: int) -> Spec:
    columns = min(3 if room > 400 else 1, len(view.curves))
    days = view.marks[-1] / DAY
    values = [point for curve in view.curves for point in _points(curve)]
    order = [_label(curve.name) for curve in view.curves]
    ticks = TICKS.get(round(days), (0, days / 3, 2 * days / 3, days))
    x = {
        "field": "day", "type": "quantitative", "scale": {"domain": [0, days], "nice": False},
        "axis": {"title": "days since the delivery", "values": [*ticks], "format": "d", "grid": True},
    }  # fmt: skip
    y = {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": _percent_axis()}
    band = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    return {
        "data": {"values": values}, "columns": columns, "spacing": {"row": 18, "column": 26},
        "facet": {"field": "group", "type": "nominal", "sort": order}, "resolve": {"axis": {"x": "independent"}},
        "spec": {
            "width": (room - 60 - 26 * (columns - 1)) / columns, "height": 120, "encoding": {"x": x},
            "layer": [
                {"mark": {"type": "area", "interpolate": "step-after", "color": CLAIM, "opacity": 0.22}, "encoding": band},
                {"mark": {"type": "line", "interpolate": "step-after", "color": CLAIM, "strokeWidth": 2}, "encoding": {"y": y}},
            ],
        },
    }  # fmt: skip


def _points(curve: Curve) -> Sequence[Spec]:
    """From nothing at the delivery to the end of what is known or drawn."""
    steps = [(0.0, 0.0, 0.0, 0.0), *((point.seconds, point.share, point.low, point.high) for point in curve.points)]
    steps.append((curve.until, *steps[-1][1:]))
    name = _label(curve.name)
    return [{"group": name, "day": at / DAY, "share": share, "low": low, "high": high} for at, share, low, high in steps]


PARTS = ("acted on by claim", "pending", "neither")


def _trend(view: View, room: int) -> Spec:
    values: list[Spec] = []
    for week in view.weeks:
        counts = (week.claim, week.pending, week.delivered - week.claim - week.pending)
        values += [
            {"week": week.name, "part": part, "cases": count, "place": at}
            for at, (part, count) in enumerate(zip(PARTS, counts, strict=True))
        ]
    every = max(1, -(-len(view.weeks) * 95 // room))
    ticks = [week.name for week in view.weeks[::every]]
    axis = {"title": None, "labelAngle": 0, "values": ticks, "labelOverlap": False}
    colours = {"domain": [*PARTS], "range": [CLAIM, WAIT, REST]}
    cases = {"title": "cases", "tickCount": 4, "tickMinStep": 1, "format": ",d"}
    return {
        "data": {"values": values}, "width": room - 60, "height": 170, "mark": {"type": "bar", "width": {"band": 0.8}},
        "encoding": {
            "x": {"field": "week", "type": "ordinal", "axis": axis, "sort": [week.name for week in view.weeks]},
            "y": {"field": "cases", "type": "quantitative", "axis": cases},
            "color": {"field": "part", "type": "nominal", "scale": colours, "sort": [*PARTS]},
            "order": {"field": "place"},
        },
    }  # fmt: skip
