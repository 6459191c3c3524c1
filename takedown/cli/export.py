"""`takedown export`: cases as a file for other programs, deadlines as a calendar, notices for a public archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import batch_of, desk_of
from takedown.cli.options import Batch
from takedown.cli.wording import plural
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.display import Answer, Prose
from takedown.report.cases import Filter, listed
from takedown.report.deadlines import write_calendar
from takedown.report.export import FORMATS, export

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a form, a file, and which cases."""

    form: str
    out: Path
    batch: int | None
    platform: str | None


def _cases(desk: Desk, wanted: Wanted) -> None:
    chosen = Filter(platform=wanted.platform, batch=wanted.batch, closed=None)
    with desk.ledger.read() as db:
        _written(wanted, export(listed(db, chosen), wanted.form, wanted.out), "case")


def _calendar(desk: Desk, wanted: Wanted) -> None:
    _written(wanted, write_calendar(desk, wanted.out, wanted.batch, wanted.platform), "deadline")


def _lumen(desk: Desk, wanted: Wanted) -> None:
    from takedown.report.public.notices import write_lumen  # its shapes take longer to make than a start has

    done = write_lumen(desk, wanted.out, wanted.batch, wanted.platform)
    _written(wanted, done.notices, "notice", {"left_out": dict(sorted(done.left_out.items()))})
    say = current().display.say
    for why, count in sorted(done.left_out.items()):
        say(f"{plural(count, 'request')} left out. {why}")
    if done.notices:
        say("nothing was sent anywhere; a person reads it before it is published: a name in a text is not found by a program")


def _written(wanted: Wanted, rows: int, what: str, more: Mapping[str, object] = MappingProxyType({})) -> None:
    answer = Answer([{"file": wanted.out, "rows": rows}], {"rows": rows, **more})
    current().display.show(answer, Prose(f"{wanted.out}: {plural(rows, what)}"))


WAYS: Mapping[str, Callable[[Desk, Wanted], None]] = MappingProxyType(
    {**dict.fromkeys(FORMATS, _cases), "ics": _calendar, "lumen": _lumen}
)


@app.command("export")
def export_(
    form: Annotated[str, typer.Option("--format", metavar="|".join(WAYS))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE")],
    batch: Batch = None,
    platform: Annotated[str | None, typer.Option("--platform", metavar="P")] = None,
) -> None:
    """Write cases, deadlines or notices to a file. Nothing is sent anywhere.

    csv, jsonl, xlsx: every case, open and closed; in a spreadsheet no cell is a formula: an apostrophe stands before it. ics: the
    deadlines of pending cases and plans as a calendar that names no target. lumen: the requests that were sent as notices for the
    Lumen database, where their legal basis allows it and with what it allows.
    """
    if form not in WAYS:
        raise UsageError(
            what=f"--format {form!r} is not known",
            why=f"known are {', '.join(WAYS)}",
            do="takedown export --format csv -o FILE",
        )
    desk = desk_of()
    WAYS[form](desk, Wanted(form, out, batch_of(desk, batch), platform))
