"""`takedown report`: what became of it, with honest rates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.desk import batch_of, desk_of
from takedown.cli.options import As, Batch
from takedown.cli.truths import CLOSED, Section, named, room, section, truths_table, with_all
from takedown.cli.wording import plural
from takedown.clock import iso
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.display import TRUTHS, Answer, Block, Column, Prose, Table
from takedown.report.cells import GROUPS, Scope
from takedown.report.figures import CLAIMED, DELIVERY, OBSERVED, Figures, Rate, full, percent
from takedown.report.outcomes import Report, looked, quote, quoted, rates, report

app = typer.Typer()
RATES = {"claim": "by claim", "observation": "by observation", "agreed": "agreed by both"}
SECTIONS = (
    Section(
        "cases",
        [
            ("recorded", lambda figures: figures.cases),
            ("delivered", lambda figures: figures.asked),
            ("pending", lambda figures: figures.pending),
        ],
    ),
    section(f"{TRUTHS['delivery']}, open cases", lambda figures: figures.delivery, named("delivery")),
    section(f"{TRUTHS['claimed']}, of delivered", lambda figures: figures.said, named("claimed")),
    section(f"{TRUTHS['observed']}, of delivered", lambda figures: figures.seen, named("observed")),
    CLOSED,
)
SEEN_TODAY = "what we saw is as of today: the time of a sighting is not recorded with the case"
NOT_LOOKED = "We have not looked ourselves yet: there is no rate by observation."

By = Annotated[str, typer.Option("--by", metavar="|".join(GROUPS), help="One row or column for each")]
Since = Annotated[str | None, typer.Option("--since", metavar="D", help="Cases imported on that day (UTC) or later")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="The figures as they were then; a day means its end (UTC)")
]
FailUnder = Annotated[
    float | None, typer.Option("--fail-under", min=0, max=1, metavar="R", help="Exit 13 if the agreed rate is below, as 0.9")
]


@app.command("report")
def report_(
    batch: Batch = None,
    since: Since = None,
    as_of: AsOf = None,
    by: By = "platform",
    short: Annotated[bool, typer.Option("--brief", help="One paragraph to quote; its id finds it again")] = False,
    find: Annotated[str | None, typer.Option("--find", metavar="ID", help="The paragraph that was quoted with this id")] = None,
    fail_under: FailUnder = None,
    as_name: As = None,
) -> None:
    """Show what became of it: outcomes and rates by platform, organisation or basis.

    A rate counts delivered cases. Pending cases are not failures: while there are any, a rate is "so far".
    """
    if by not in GROUPS:
        raise UsageError(
            what=f"--by {by!r} is no grouping", why=f"known are {', '.join(GROUPS)}", do="takedown report --by platform"
        )
    desk = desk_of(as_name)
    if find is not None:
        _found(desk, find)
        return
    scope = Scope(batch_of(desk, batch), _start(since))
    found = report(desk, by, scope, _end(as_of, desk.clock.now()))
    display = current().display
    text = quote(desk, found) if short else ""
    blocks = [Prose(text)] if short else screen(found, room(display))
    warnings = [SEEN_TODAY] if as_of and looked(found.whole) else []
    display.show(Answer(items(found), {**summary(found), **({"brief": text} if short else {})}, warnings), *blocks)
    if fail_under is not None:
        found.check(fail_under)


def items(found: Report) -> Iterator[dict[str, Any]]:
    for name, figures in found.groups.items():
        yield {found.by: name, **_figures(figures)}


def summary(found: Report) -> dict[str, Any]:
    scope = found.scope
    window = {"batch": scope.batch, "since": iso(scope.since) if scope.since is not None else None, "as_of": iso(found.at)}
    return {**_figures(found.whole), "by": found.by, "window": window, "id": found.id}


def _figures(figures: Figures) -> dict[str, Any]:
    """`delivery` counts open cases; `claimed` and `observed` delivered ones, which rates are over."""
    return {
        "cases": figures.cases,
        "delivered": figures.asked,
        "pending": figures.pending,
        "delivery": full(figures.delivery, DELIVERY),
        "claimed": full(figures.said, CLAIMED),
        "observed": full(figures.seen, OBSERVED),
        "closed": dict(figures.closed),
        "left_out": figures.left_out,
        "contradictions": dict(figures.contradictions),
        "rates": {name: rate.as_dict() for name, rate in rates(figures).items()},
    }


def screen(found: Report, columns: int) -> Iterator[Block]:
    groups = with_all(found.groups, found.whole)
    yield Prose(f"{found.authority}: {found.window}\n")
    if not groups:
        yield Prose("No cases in this window.")
        return
    yield truths_table(found.by, groups, SECTIONS, columns)
    yield Prose("")
    yield _rates(found.by, groups)
    yield Prose(_remarks(found.whole))


def _rates(label: str, groups: list[tuple[str, Figures]]) -> Table:
    shown = RATES if any(looked(figures) for _, figures in groups) else {"claim": RATES["claim"]}
    columns = [
        Column(label),
        Column("delivered", number=True),
        Column("pending", number=True),
        *(Column(RATES[name]) for name in shown),
    ]
    rows = [
        [name or "(none)", f"{figures.asked:,}", f"{figures.pending:,}", *(_shown(one, figures) for one in shown)]
        for name, figures in groups
    ]
    return Table(columns, rows, "Rates: delivered cases on which the platform acted; 95 % Wilson interval")


def _shown(name: str, figures: Figures) -> str:
    """A group's rate; where nothing was seen there is none, and a 0 would look like a finding."""
    if name != "claim" and not (set(figures.seen) - {"none", "unknown"}):
        return "could not check" if looked(figures) else "not looked at yet"
    return _rate(rates(figures)[name])


def _rate(rate: Rate) -> str:
    """`27, 19 % so far (13-26 %)`; the denominator and what is pending have columns of their own."""
    if rate.value is None:
        return "none delivered"
    so_far = " so far" if rate.pending else ""
    return f"{rate.numerator:,}, {percent(rate.value)}{so_far} ({rate.span})"


def _remarks(whole: Figures) -> str:
    said = [] if looked(whole) else [NOT_LOOKED]
    if whole.pending:
        said.append(f"So far: {plural(whole.pending, 'case')} pending, which may still change these rates.")
    if whole.left_out:
        said.append(f"In no rate: {whole.left_out:,} delivered cases closed as duplicate, out of scope or mistake.")
    if count := whole.contradictions.total():
        said.append(f"Contradictions between what platforms say and what we saw: {count:,} cases.")
    return "\n".join(["", *said]) if said else ""


def _found(desk: Desk, ident: str) -> None:
    with desk.ledger.read() as db:
        one = quoted(db, ident)
    current().display.show(Answer([{"id": ident, **one}], {}), Prose(one["text"]))


def _start(text: str | None) -> float | None:
    return None if text is None else _moment(text, "--since", time.min)


def _end(text: str | None, now: float) -> float | None:
    """The end of a day; of today, now."""
    if text is None:
        return None
    begins, ends = (_moment(text, "--as-of", of_day) for of_day in (time.min, time.max))
    return min(ends, now) if begins <= now else ends


def _moment(text: str, flag: str, of_day: time) -> float:
    """Seconds since the epoch. A day alone is taken at `of_day`; a time without a zone is UTC."""
    try:
        when = datetime.combine(date.fromisoformat(text), of_day) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        why = "a day is 2026-01-31, a time 2026-01-31T14:30 (UTC unless it says otherwise)"
        raise UsageError(
            what=f"{flag} {text!r} is no day and no time", why=why, do=f"takedown report {flag} 2026-01-31"
        ) from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
