"""The figures as bars of SVG: how far each is from its target, on the side that is better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from bench.figures import Figure

WIDTH, ROW, LEFT, RIGHT, TOP = 960, 30, 330, 230, 64
SPAN = 4.0
"""The axis runs from a quarter of the target to four times better than it."""
GOOD, BAD, INK, PALE = "#2a7d5f", "#b3392f", "#222222", "#cccccc"


def margin(figure: Figure) -> float:
    """How many times better than its target; below 1 it does not hold."""
    tiny = 1e-9
    better, worse = (figure.value, figure.target) if figure.bound == ">=" else (figure.target, figure.value)
    return (better + tiny) / (worse + tiny)


def chart(figures: Sequence[Figure], caption: str) -> str:
    """A whole SVG document."""
    height = TOP + ROW * len(figures) + 24
    bars = "".join(_row(figure, TOP + ROW * at) for at, figure in enumerate(figures))
    middle = _x(1.0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
        f'<text x="16" y="24" font-size="15" fill="{INK}">{escape(caption)}</text>'
        f'<text x="{middle:.0f}" y="46" text-anchor="middle" fill="{INK}">target</text>'
        f'<text x="{WIDTH - RIGHT}" y="46" text-anchor="end" fill="{INK}">better →</text>'
        f"{bars}"
        f'<line x1="{middle:.0f}" x2="{middle:.0f}" y1="{TOP - 10}" y2="{height - 16}" stroke="{INK}"/></svg>\n'
    )


def _x(times: float) -> float:
    """Where so many times better than the target lies; logarithmic, and cut off at both ends."""
    place = math.log(min(max(times, 1 / SPAN), SPAN)) / math.log(SPAN)
    return LEFT + (WIDTH - LEFT - RIGHT) * (place + 1) / 2


def _row(figure: Figure, y: int) -> str:
    ends = sorted((_x(1.0), _x(margin(figure))))
    colour = GOOD if figure.holds else BAD
    said = f"{figure.value:,.4g} {figure.unit} (target {figure.bound} {figure.target:,g})"
    return (
        f'<text x="{LEFT - 12}" y="{y + 14}" text-anchor="end" fill="{INK}">{escape(figure.name)}</text>'
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y + 24}" y2="{y + 24}" stroke="{PALE}" stroke-width="0.5"/>'
        f'<rect x="{ends[0]:.1f}" y="{y}" width="{max(ends[1] - ends[0], 1.5):.1f}" height="19" fill="{colour}"/>'
        f'<text x="{WIDTH - RIGHT + 10}" y="{y + 14}" fill="{colour}">{escape(said)}</text>'
    )
