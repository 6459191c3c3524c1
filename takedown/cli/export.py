"""`takedown export`: cases for other programs, deadlines as a calendar, notices and figures for the public."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import batch_of, desk_of
from takedown.cli.options import As, Batch, OnPlatform
from takedown.cli.reading import reading_of
from takedown.cli.seen import leaving
from takedown.cli.wording import plural
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.display import Answer, Prose
from takedown.report.deadlines import write_calendar
from takedown.report.export import FORMATS, export
from takedown.report.listing import Filter, listed

app = typer.Typer()
YEARLY = ("dsa-22", "tco-8")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a form, a file, and which cases."""

    form: str
    out: Path
    batch: int | None
    platform: str | None
    year: int | None = None


def _cases(_: Desk, wanted: Wanted) -> None:
    chosen = Filter(platform=wanted.platform, batch=wanted.batch, closed=None)
    with reading_of().ledger() as ledger:
        _written(wanted, export(listed(ledger, chosen), wanted.form, wanted.out), "case")


def _calendar(desk: Desk, wanted: Wanted) -> None:
    _written(wanted, write_calendar(desk, wanted.out, wanted.batch, wanted.platform), "deadline")


def _lumen(desk: Desk, wanted: Wanted) -> None:
    from takedown.report.public.document import year  # its shapes take longer to make than a start has
    from takedown.report.public.notices import Chosen, write_lumen

    period = None if wanted.year is None else year(wanted.year)
    done = write_lumen(desk, wanted.out, Chosen(wanted.batch, wanted.platform, period))
    _written(wanted, done.notices, "notice", {"left_out": dict(sorted(done.left_out.items()))})
    say = current().display.say
    for why, count in sorted(done.left_out.items()):
        say(f"{plural(count, 'request')} left out. {why}")
    if done.notices:
        say("nothing was sent anywhere; a person reads it before it is published: a name in a text is not found by a program")


def _public(desk: Desk, wanted: Wanted) -> None:
    from takedown.report.public.document import up_to, year
    from takedown.report.public.publishing import publish

    if wanted.batch is not None or wanted.platform is not None:
        raise UsageError(
            what=f"--format {wanted.form} takes no --batch and no --platform",
            why="public figures are those of the whole ledger, else they could not be held against its record",
            do=f"takedown export --format {wanted.form} --year 2026 -o report.md",
        )
    if wanted.form in YEARLY and wanted.year is None:
        raise UsageError(
            what=f"--format {wanted.form} is the report of a year",
            why="and no year is named",
            do=f"takedown export --format {wanted.form} --year 2026 -o report.md",
        )
    period = up_to(desk.clock.now()) if wanted.year is None else year(wanted.year)
    document, figures = publish(desk, wanted.form, period, wanted.out)
    record = document.record
    _written(wanted, figures, "figure", {"period": document.period, "event": record.seq, "hash": record.hash})
    current().display.say(f"agrees with the record up to event {record.seq:,}, hash {record.hash}")
    current().display.say("nothing was sent anywhere; read it before you publish it")


def _written(wanted: Wanted, rows: int, what: str, more: Mapping[str, object] = MappingProxyType({})) -> None:
    answer = Answer([{"file": wanted.out, "rows": rows}], {"rows": rows, **more})
    current().display.show(answer, Prose(f"{wanted.out}: {plural(rows, what)}"))


PUBLIC = ("transparency", *YEARLY)
OF_A_YEAR = ("lumen", *PUBLIC)
Year = Annotated[
    int | None, typer.Option("--year", metavar="Y", min=2000, max=2999, help="Sent in that calendar year (UTC); for the public")
]
WAYS: Mapping[str, Callable[[Desk, Wanted], None]] = MappingProxyType(
    {**dict.fromkeys(FORMATS, _cases), "ics": _calendar, "lumen": _lumen, **dict.fromkeys(PUBLIC, _public)}
)


@app.command("export")
def export_(
    form: Annotated[str, typer.Option("--format", metavar="|".join(WAYS))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE")],
    batch: Batch = None,
    platform: OnPlatform = None,
    year: Year = None,
    as_name: As = None,
) -> None:
    """Write cases, deadlines, or what the public may read, to a file. Nothing is sent anywhere.

    csv, jsonl, xlsx: every case, open and closed; in a spreadsheet no cell is a formula: an apostrophe stands before it. ics: the
    deadlines of pending cases and plans as a calendar that names no target. lumen: the requests that were sent as notices for the
    Lumen database, where their legal basis allows it and with what it allows. transparency: public figures, as FILE.md, FILE.json
    or FILE.csv; small ones are hidden, and all agree with the audit record (else exit 12). dsa-22, tco-8: the yearly
    reports of a trusted flagger and of an authority that orders removals, as far as the ledger knows them.
    """
    if form not in WAYS:
        raise UsageError(
            what=f"--format {form!r} is not known",
            why=f"known are {', '.join(WAYS)}",
            do="takedown export --format csv -o FILE",
        )
    if year is not None and form not in OF_A_YEAR:
        raise UsageError(
            what=f"--format {form} takes no --year",
            why=f"only {', '.join(OF_A_YEAR)} are told by year",
            do=f"takedown export --format {form} -o FILE",
        )
    if str(out) == "-":
        raise UsageError(
            what="an export goes to a file", why="what leaves the desk is noted with its place",
            do=f"takedown export --format {form} -o FILE; for programs: takedown case list --json",
        )  # fmt: skip
    desk = desk_of(as_name)
    if form not in (*PUBLIC, "ics"):
        leaving(desk, f"export {form}", out, (), {"batch": batch, "platform": platform, "year": year})
    WAYS[form](desk, Wanted(form, out, batch_of(desk, batch), platform, year))
