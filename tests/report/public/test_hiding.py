"""No small figure is told, none is left out, and none can be worked out again from the sums beside it."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from takedown.report.public.hiding import LESS, WITHHELD, Key, Line, Shown, hide

SUM = "sum"


def table(rows: list[list[int]]) -> tuple[dict[Key, int], list[Line], list[Line]]:
    """A table with a sum at the end of each row and each column."""
    height, width = len(rows), len(rows[0])
    down, along = [*range(height), SUM], [*range(width), SUM]
    figures: dict[Key, int] = {(i, j): rows[i][j] for i in range(height) for j in range(width)}
    figures |= {(i, SUM): sum(rows[i]) for i in range(height)}
    figures |= {(SUM, j): sum(row[j] for row in rows) for j in range(width)} | {(SUM, SUM): sum(map(sum, rows))}
    across = [Line((i, SUM), tuple((i, j) for j in range(width))) for i in down]
    return figures, across, [Line((SUM, j), tuple((i, j) for i in range(height))) for j in along]


def guesses(value: int, shown: Shown) -> range:
    """What a reader takes for possible who also knows of each withheld figure whether it is small."""
    if shown == LESS:
        return range(1, 5)
    return range(1 if value < 5 else 5, 30) if shown == WITHHELD else range(value, value + 1)


def possible(true: dict[Key, int], shown: dict[Key, Shown], height: int, width: int) -> Iterator[dict[Key, int]]:
    """Every table of whole numbers that fits what is told: what an attacker can list."""
    inner = [(i, j) for i in range(height) for j in range(width)]
    near = [[one for one in guesses(true[key], shown[key]) if abs(one - true[key]) < 5] for key in inner]
    for values in product(*near):
        cells = dict(zip(inner, values, strict=True))
        figures, *_ = table([[cells[i, j] for j in range(width)] for i in range(height)])
        if all(figures[key] in guesses(true[key], shown[key]) for key in figures):
            yield figures


def all_could_be_another(rows: list[list[int]]) -> None:
    figures, across, down = table(rows)
    shown = hide(figures, across, down)
    found: dict[Key, set[int]] = {key: set() for key, value in shown.items() if isinstance(value, str)}
    for one in possible(figures, shown, len(rows), len(rows[0])):
        for key, values in found.items():
            values.add(one[key])
    assert [key for key, values in found.items() if len(values) < 2] == []


@pytest.mark.safeguard("S17")
@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=2, max_size=2))
def test_each_hidden_figure_could_be_another_for_one_who_knows_the_rule(rows: list[list[int]]) -> None:
    all_could_be_another(rows)


@pytest.mark.safeguard("S17")
@pytest.mark.parametrize("rows", [[[1, 1], [1, 1]], [[1, 0], [0, 1], [6, 7]], [[4, 9], [0, 5], [4, 1]], [[1, 2, 8], [9, 6, 5]]])
def test_nor_in_tables_that_are_hard_to_hide(rows: list[list[int]]) -> None:
    all_could_be_another(rows)


@given(st.lists(st.lists(st.integers(0, 400), min_size=4, max_size=4), min_size=1, max_size=12))
def test_no_small_figure_is_told_and_none_is_left_out(rows: list[list[int]]) -> None:
    figures, across, down = table(rows)
    shown = hide(figures, across, down)
    assert shown.keys() == figures.keys()
    assert all(shown[key] in {LESS, WITHHELD} for key, value in figures.items() if 0 < value < 5)
    assert all(shown[i, j] == LESS for i, row in enumerate(rows) for j, value in enumerate(row) if 0 < value < 5)
    assert all(shown[key] in {value, WITHHELD} for key, value in figures.items() if value >= 5)
    assert all(shown[key] == 0 for key, value in figures.items() if not value)


@pytest.mark.safeguard("S17")
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([[3, 90], [50, 70]], [LESS, WITHHELD, WITHHELD, WITHHELD]),
        ([[30, 90], [50, 70]], [30, 90, 50, 70]),
        ([[4, 4], [40, 60]], [LESS, LESS, WITHHELD, WITHHELD]),
        ([[0, 90], [50, 70]], [0, 90, 50, 70]),
    ],
)
def test_another_figure_is_withheld_where_a_sum_would_tell(rows: list[list[int]], told: list[Shown]) -> None:
    figures, across, down = table(rows)
    shown = hide(figures, across, down)
    assert [shown[i, j] for i in range(2) for j in range(2)] == told


def test_figures_that_are_all_at_their_end_hide_their_sum_too() -> None:
    parts = dict.fromkeys(range(5), 1)
    assert hide({**parts, SUM: 5}, [Line(SUM, tuple(parts))]) == {**dict.fromkeys(parts, LESS), SUM: WITHHELD}


def test_what_is_to_be_withheld_anyway_takes_company() -> None:
    figures = {0: 10, 1: 20, 2: 30, SUM: 60}
    assert hide(figures, [Line(SUM, (0, 1, 2))], also={1}) == {0: WITHHELD, 1: WITHHELD, 2: 30, SUM: 60}
