"""`takedown report`: what became of it, with honest rates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.options import As, Batch
from takedown.cli.reading import batch_in, reading_of, whole_desk
from takedown.cli.report_screen import screen
from takedown.cli.seen import leaving
from takedown.cli.truths import room
from takedown.contract import UsageError
from takedown.display import Answer, Prose
from takedown.reading import Reading
from takedown.report.cells import GROUPS, Scope
from takedown.report.contradictions import LISTED
from takedown.report.outcomes import Asked, Report, Says, figures, quote, quoted, report
from takedown.report.told import items, summary
from takedown.report.units import UNITS

app = typer.Typer()

By = Annotated[str, typer.Option("--by", metavar="|".join(GROUPS), help="One row or column for each")]
Unit = Annotated[str, typer.Option("--unit", metavar="|".join(UNITS), help="What rates count; everything else counts cases")]
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
    unit: Unit = "case",
    short: Annotated[bool, typer.Option("--brief", help="One paragraph to quote; its id finds it again")] = False,
    find: Annotated[str | None, typer.Option("--find", metavar="ID", help="The paragraph that was quoted with this id")] = None,
    fail_under: FailUnder = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as one page, for browsers and paper")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write every figure as a row")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="The same as a worksheet")] = None,
    targets: Annotated[bool, typer.Option("--with-targets", help="The page names the links of contradictory cases")] = False,
    as_name: As = None,
) -> None:
    """Show what became of it: outcomes, rates, how fast, under which ground, week by week.

    A rate counts delivered cases. Pending cases are not failures: while there are any, a rate is "so far".
    """
    _known("--by", by, GROUPS)
    _known("--unit", unit, UNITS)
    reading, display = reading_of(), current().display
    if find is not None:
        _found(reading, find)
        return
    scope = Scope(batch_in(reading, batch), _start(since))
    found = _made(reading, Asked(by, scope, _end(as_of, reading.clock.now()), unit, LISTED if html else 0))
    text = _quoted(found, as_name) if short else ""
    blocks = [Prose(text)] if short else screen(found, room(display))
    display.show(Answer(items(found), {**summary(found), **({"brief": text} if short else {})}), *blocks)
    for file in (html, csv, xlsx):
        if file is not None:
            of = {"batch": batch, "since": since, "targets": "named" if targets and file is html else ""}
            leaving(reading, "report", file, (), of)
    _write(found, {"csv": csv, "xlsx": xlsx}, html, targets)
    if fail_under is not None:
        found.check(fail_under)


def _known(flag: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(
            what=f"{flag} {value!r} is not known", why=f"known are {', '.join(known)}", do=f"takedown report {flag} {known[0]}"
        )


def _write(found: Report, tables: Mapping[str, Path | None], html: Path | None, targets: bool) -> None:
    say = current().display.say
    if html is not None:
        from takedown.report.page import write_page  # the template engine costs as much as the rest of a start

        write_page(found, html, targets=targets)
        say(f"{html}: the page of report {found.id}")
    for form, path in tables.items():
        if path is not None:
            from takedown.report.table import write_table

            rows = write_table(found, path, form)
            say(f"{path}: {rows:,} figures of report {found.id}")


def _made(reading: Reading, asked: Asked) -> Report:
    """Of a past time the whole desk makes it, with a table of its own."""
    if asked.as_of is not None:
        return report(whole_desk(), asked)
    says = Says(reading.environment, reading.authority, reading.time_scale)
    with reading.ledger() as ledger:
        return figures(ledger, says, asked, reading.clock.now())


def _quoted(found: Report, as_name: str | None) -> str:
    from takedown.cli.desk import desk_of  # what is quoted is recorded

    return quote(desk_of(as_name), found)


def _found(reading: Reading, ident: str) -> None:
    with reading.ledger() as ledger:
        one = quoted(ledger, ident)
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
