"""The three truths as a table: groups side by side where the terminal has the room, else one below the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from shutil import get_terminal_size

from takedown.display import Cell, Column, Display, Styled, Table, words
from takedown.display.blocks import fit
from takedown.ledger.states import REASONS
from takedown.report.figures import CLAIMED, DELIVERY, OBSERVED, Figures

ORDER = {"delivery": DELIVERY, "claimed": CLAIMED, "observed": OBSERVED}
WIDE = 10_000
MOST = 16
"""Groups side by side; organisations can be hundreds."""
Count = Callable[[Figures], int]


@dataclass(frozen=True, slots=True)
class Section:
    """One truth: its title, and what is counted under it, in order."""

    title: str
    counts: Sequence[tuple[str, Count]]


def section(title: str, counter: Callable[[Figures], Counter[str]], named: Iterable[tuple[str, str]]) -> Section:
    """The values that one of the counters of Figures counts, each with the word for it."""
    return Section(title, [(word, _of(counter, value)) for value, word in named])


def named(truth: str) -> list[tuple[str, str]]:
    return [(value, words(truth, value)) for value in ORDER[truth]]


def _of(counter: Callable[[Figures], Counter[str]], value: str) -> Count:
    return lambda figures: counter(figures)[value]


CLOSED = section("closed", lambda figures: figures.closed, [(reason, reason.replace("_", " ")) for reason in REASONS])


def room(display: Display) -> int:
    """Terminal columns; where nobody cuts lines off, more than any table needs."""
    return get_terminal_size().columns if display.out.isatty() else WIDE


def with_all(groups: Mapping[str, Figures], whole: Figures) -> list[tuple[str, Figures]]:
    """The groups, and their sum where there are several."""
    return [*groups.items()] if len(groups) < 2 else [*groups.items(), ("all", whole)]


def truths_table(label: str, groups: Sequence[tuple[str, Figures]], sections: Sequence[Section], columns: int) -> Table:
    """What occurs nowhere has no row."""
    matrix = _side_by_side(groups, sections)
    whole = len(fit(matrix, columns) or []) == len(matrix.columns)
    return matrix if whole and len(groups) < MOST else _one_by_one(label, groups, sections)


def _side_by_side(groups: Sequence[tuple[str, Figures]], sections: Sequence[Section]) -> Table:
    rows: list[list[Cell]] = []
    for one in sections:
        counted = [(name, [count(figures) for _, figures in groups]) for name, count in one.counts]
        present = [_numbers(f"  {name}", counts) for name, counts in counted if any(counts)]
        if present:
            rows.append([Styled(one.title, "bold"), *([""] * len(groups))])
            rows += present
    # Priority 1 lets the words wrap early; a table that would lose the column is not shown.
    return Table([Column("", 1), *(Column(name, number=True) for name, _ in groups)], rows)


def _numbers(name: str, counts: Sequence[int]) -> list[Cell]:
    return [name, *(f"{count:,}" if count else "" for count in counts)]


def _one_by_one(label: str, groups: Sequence[tuple[str, Figures]], sections: Sequence[Section]) -> Table:
    present = [one for one in sections if any(count(figures) for _, figures in groups for _, count in one.counts)]
    rows: list[list[Cell]] = [[name, *(_sentence(figures, one) for one in present)] for name, figures in groups]
    return Table([Column(label), *(Column(one.title) for one in present)], rows)


def _sentence(figures: Figures, one: Section) -> str:
    return ", ".join(f"{count(figures):,} {name}" for name, count in one.counts if count(figures))
