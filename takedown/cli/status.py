"""`takedown status`: one screen that says where everything stands, what needs a person, and what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Any

import typer

from takedown.cli.context import current
from takedown.cli.options import Batch
from takedown.cli.reading import batch_in, reading_of, whole_desk
from takedown.cli.truths import CLOSED, named, room, section, truths_table, with_all
from takedown.cli.wording import moment, plural
from takedown.clock import iso
from takedown.display import TRUTHS, Answer, Block, Cell, Facts, Prose, Styled
from takedown.report.figures import CLAIMED, DELIVERY, OBSERVED, Figures, full
from takedown.report.matters import Matter
from takedown.report.status import Status, status

if TYPE_CHECKING:
    from takedown.fleet.seeing import Fleet

app = typer.Typer()
SECTIONS = (
    section(TRUTHS["delivery"], lambda figures: figures.delivery, named("delivery")),
    section(TRUTHS["claimed"], lambda figures: figures.claimed, named("claimed")),
    section(TRUTHS["observed"], lambda figures: figures.observed, named("observed")),
    CLOSED,
)
SHOWN = 3
"""Matters of one kind that have a line each; five hundred plans are not one screen."""


@app.command("status")
def status_(batch: Batch = None) -> None:
    """Show where everything stands: our side, what platforms say, what we saw; what needs a person; the next command."""
    reading = reading_of()
    found = status(reading, whole_desk, batch_in(reading, batch))
    workers = _workers() if reading.url.startswith("postgresql") else None
    told = summary(found) | ({"fleet": asdict(workers)} if workers else {})
    display = current().display
    display.show(Answer(items(found), told), *screen(found, room(display)), *(_fleet(workers, found.at) if workers else ()))
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
        "taken_back": figures.taken_back,
        "contradictions": dict(figures.contradictions),
    }


def screen(found: Status, columns: int) -> Iterator[Block]:
    """`columns` of the terminal."""
    if not found.platforms:
        yield Prose("No cases yet.")
    else:
        yield truths_table("platform", with_all(found.platforms, found.whole), SECTIONS, columns)
    for title, matters in (("Needs a person", found.people), ("Needs only time", found.time)):
        if matters:
            yield Prose("")
            yield Facts(list(_lines(list(_folded(matters)), found.at)), title)


def _workers() -> Fleet | None:
    from takedown.fleet.seeing import fleet  # a desk with a file starts without it

    return fleet(whole_desk())


def _fleet(found: Fleet, now: float) -> Iterator[Block]:
    """Workers, what waits for them, and the lanes that they are on."""
    depth = found.depth
    facts: list[tuple[str, Cell]] = [("workers", depth.workers or Styled("none: takedown work", "red"))]
    facts.append(("tasks", f"{depth.running} running, {depth.due} due, {depth.waiting - depth.due} for later"))
    if depth.due:
        facts.append(("waiting longest", f"{depth.oldest:.0f} s"))
    facts.extend((one.name, Styled(f"stands aside until {moment(one.until, now)}: {one.why}", "red")) for one in found.aside)
    for lane in found.lanes:
        rests = f"rests until {moment(lane.not_before, now)}" if lane.not_before > now else ""
        how = f"stopped: {lane.stopped}" if lane.stopped else rests or ("being sent" if lane.working else "waits for its turn")
        facts.append((lane.title, f"{lane.left} left, {how}"))
    yield Prose("")
    yield Facts(facts, "Workers")


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
