"""`takedown status`: one screen that says where everything stands, what needs a person, and what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import groupby, zip_longest
from shutil import get_terminal_size
from typing import Any

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_of
from takedown.cli.options import Batch
from takedown.cli.wording import counted, moment, plural
from takedown.clock import iso
from takedown.display import TRUTHS, Answer, Block, Cell, Column, Facts, Prose, Styled, Table, words
from takedown.display.blocks import fit
from takedown.ledger.ids import number
from takedown.report.figures import CLAIMED, DELIVERY, OBSERVED, Figures, full
from takedown.report.status import Status, status
from takedown.report.waiting import Matter

app = typer.Typer()
ORDER = {"delivery": DELIVERY, "claimed": CLAIMED, "observed": OBSERVED}
WIDE = 10_000
SHOWN = 3
"""Matters of one kind that have a line each; five hundred plans are not one screen."""


@app.command("status")
def status_(batch: Batch = None) -> None:
    """Show where everything stands: our side, what platforms say, what we saw; what needs a person; the next command."""
    found = status(desk_of(), number(batch, "B") if batch else None)
    display = current().display
    room = get_terminal_size().columns if display.out.isatty() else WIDE
    display.show(Answer(items(found), summary(found)), *screen(found, room))
    display.next(found.next)


def items(found: Status) -> Iterator[dict[str, Any]]:
    """An item for each platform; counts of open cases by value. A case that nobody has looked at is observed `none`."""
    for name, figures in found.platforms.items():
        yield {"platform": name, **counts(figures), "withdrawal": dict(found.withdrawal.get(name, {}))}


def summary(found: Status) -> dict[str, Any]:
    people, later = [_matter(one) for one in found.people], [_matter(one) for one in found.time]
    return {**counts(found.whole), "at": iso(found.at), "needs_person": people, "waits_for_time": later, "next": found.next}


def counts(figures: Figures) -> dict[str, Any]:
    return {
        "cases": figures.cases,
        "delivery": full(figures.delivery, DELIVERY),
        "claimed": full(figures.claimed, CLAIMED),
        "observed": full(figures.observed, OBSERVED),
        "closed": dict(figures.closed),
        "pending": figures.pending,
        "contradictions": dict(figures.contradictions),
    }


def screen(found: Status, room: int) -> Iterator[Block]:
    """`room`: terminal columns, which decide whether platforms stand side by side or one below the other."""
    matrix = _side_by_side(found)
    yield matrix if fit(matrix, room) else _one_by_one(found)
    for title, matters in (("Needs a person", found.people), ("Needs only time", found.time)):
        if matters:
            yield Prose("")
            yield Facts(list(_lines(list(_folded(matters)), found.at)), title)


def _groups(found: Status) -> list[tuple[str, Figures]]:
    groups = [*found.platforms.items()]
    return groups if len(groups) == 1 else [*groups, ("all", found.whole)]


def _side_by_side(found: Status) -> Table:
    """A column for each platform, a row for each value that occurs, under the truth that it belongs to."""
    groups = _groups(found)
    rows: list[list[Cell]] = []
    for truth, values in ORDER.items():
        rows.append([Styled(TRUTHS[truth], "bold"), *("" for _ in groups)])
        present = [value for value in values if getattr(found.whole, truth)[value]]
        rows += [_value_row(truth, value, groups) for value in present]
    if found.whole.closed:
        rows.append([Styled("closed", "bold"), *(_number(figures.closed.total()) for _, figures in groups)])
    return Table([Column(""), *(Column(name, number=True) for name, _ in groups)], rows)


def _value_row(truth: str, value: str, groups: Sequence[tuple[str, Figures]]) -> list[Cell]:
    return [f"  {words(truth, value)}", *(_number(getattr(figures, truth)[value]) for _, figures in groups)]


def _one_by_one(found: Status) -> Table:
    columns = [Column("platform"), *(Column(title) for title in TRUTHS.values()), Column("closed", number=True)]
    rows: list[list[Cell]] = [
        [name, *(counted(truth, getattr(figures, truth), ORDER[truth]) for truth in ORDER), figures.closed.total() or None]
        for name, figures in _groups(found)
    ]
    return Table(columns, rows)


def _number(count: int) -> str:
    return f"{count:,}" if count else ""


def _lines(matters: Sequence[Matter], now: float) -> Iterator[tuple[str, Cell]]:
    for one, following in zip_longest(matters, matters[1:]):
        word = "from" if one.kind == "retry" else "until"
        until = f", {word} {moment(one.until, now)}" if one.until and one.until > now else ""
        why = f" ({one.why})" if one.why else ""
        yield plural(one.count, one.unit), f"{one.what}{until}{why}"
        if one.do and (following is None or following.do != one.do):
            yield "", Styled(one.do, "bold")


def _folded(matters: Iterable[Matter]) -> Iterator[Matter]:
    for _, group in groupby(matters, lambda one: one.kind):
        found = list(group)
        yield from found[:SHOWN]
        if rest := found[SHOWN:]:
            others = f"{len(rest)} more of these; all of them: takedown status --json"
            yield replace(rest[0], what=others, count=sum(one.count for one in rest), why="", do="", until=None)


def _matter(one: Matter) -> dict[str, Any]:
    return {**asdict(one), "until": iso(one.until) if one.until else None}
