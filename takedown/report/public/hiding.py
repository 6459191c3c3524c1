"""Small figures hidden, and as many others as it takes that none of them can be worked out again from sums. Pure.

A figure of 1 to 4 is told as `<5`; never left out, since a gap would be a finding too. Where a sum would give it away, further
figures are withheld (complementary suppression). What is promised is proven, not estimated: lines are sums, each figure stands in
at most one line across and one down, so the figures are a flow, and a hidden one is safe if and only if the flow can go round
through it in another way with every bound kept. Then two whole numbers at least are possible for it, for a reader who knows this
rule. Source of the method: Gusfield 1988, "A graph theoretic approach to statistical data security", SIAM J. Comput. 17(3).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from math import inf

SMALL = 5
"""Figures from 1 to below this are hidden."""
LESS, WITHHELD = f"<{SMALL}", "withheld"
OUTSIDE = "outside"
Key = Hashable
Shown = int | str


@dataclass(frozen=True, slots=True)
class Line:
    """`total` is the sum of `parts`."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _Arc:
    """A figure as a flow from one line to another, and within which bounds a reader knows it once it is hidden."""

    tail: int | str
    head: int | str
    value: int
    is_sum: bool
    low: int = 1
    high: float = inf


Arcs = dict[Key, _Arc]


def hide(
    figures: Mapping[Key, int], across: Sequence[Line], down: Sequence[Line] = (), also: Set[Key] = frozenset()
) -> dict[Key, Shown]:
    """Each figure as it may be told: a number, `<5` or `withheld`. Zero is told.

    across, down: the sums that are published; a figure stands in at most one of each. also: figures to withhold anyway. A small
    sum is `withheld` instead of `<5` where even that would tell its parts: two and two that are less than five are all ones.
    """
    arcs = _arcs(figures, across, down)
    hidden = {key for key, arc in arcs.items() if arc.value < SMALL or key in also}
    while bare := _first_bare(hidden, arcs):
        if more := _next_to_hide(bare, hidden, arcs):
            hidden.update(more)
        elif sums := [key for key, arc in arcs.items() if arc.is_sum and arc.high < inf]:
            arcs[sums[-1]] = replace(arcs[sums[-1]], high=inf)
        else:
            break
    return {key: value if key not in hidden else _mark(arcs[key]) for key, value in figures.items()}


def _mark(arc: _Arc) -> str:
    return WITHHELD if arc.high == inf else LESS


def _arcs(figures: Mapping[Key, int], across: Sequence[Line], down: Sequence[Line]) -> Arcs:
    """Without zeros, which are told. A line of sums flows the other way, so that each figure has one tail and one head."""
    tails: dict[Key, int | str] = {}
    heads: dict[Key, int | str] = {}
    for number, (line, goes_across) in enumerate([*((line, True) for line in across), *((line, False) for line in down)]):
        of_sums = not {one.total for one in (down if goes_across else across)}.isdisjoint(line.parts)
        of_parts, of_total = (tails, heads) if goes_across != of_sums else (heads, tails)
        of_parts.update(dict.fromkeys(line.parts, number))
        of_total[line.total] = number
    sums = {line.total for line in (*across, *down)}
    found: Arcs = {}
    for key, value in figures.items():
        if value:
            bounds = (1, SMALL - 1) if value < SMALL else (SMALL, inf)
            found[key] = _Arc(tails.get(key, OUTSIDE), heads.get(key, OUTSIDE), value, key in sums, *bounds)
    return found


def _first_bare(hidden: Set[Key], arcs: Arcs) -> _Arc | None:
    """A hidden figure for which only one value is possible."""
    steps: Steps = {}
    for key, arc in arcs.items():
        if key in hidden:
            if arc.value < arc.high:
                steps.setdefault(arc.tail, []).append((arc.head, key))
            if arc.value > arc.low:
                steps.setdefault(arc.head, []).append((arc.tail, key))
    return next((arc for key, arc in arcs.items() if key in hidden and not _moves(key, arc, steps)), None)


Steps = dict[int | str, list[tuple[int | str, Key]]]


def _moves(key: Key, arc: _Arc, steps: Steps) -> bool:
    rises = arc.value < arc.high and _reaches(arc.head, arc.tail, steps, key)
    return rises or (arc.value > arc.low and _reaches(arc.tail, arc.head, steps, key))


def _reaches(start: int | str, end: int | str, steps: Steps, without: Key) -> bool:
    seen, todo = {start}, [start]
    while todo:
        at = todo.pop()
        if at == end:
            return True
        for node, key in steps.get(at, ()):
            if node not in seen and key != without:
                seen.add(node)
                todo.append(node)
    return False


def _next_to_hide(bare: _Arc, hidden: Set[Key], arcs: Arcs) -> list[Key]:
    """The smallest told figure on a line of `bare`, a sum only where nothing else is left; from elsewhere at last; or none."""
    ends = {bare.tail, bare.head} - {OUTSIDE}
    told = [(key, arc) for key, arc in arcs.items() if key not in hidden]
    near = [(key, arc) for key, arc in told if ends & {arc.tail, arc.head}]
    return [key for key, _ in sorted(near or told, key=lambda pair: (pair[1].is_sum, pair[1].value))[:1]]
