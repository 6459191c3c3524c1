"""`takedown export`: cases as a file for other programs, deadlines as a calendar."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import batch_of, desk_of
from takedown.cli.options import Batch
from takedown.display import Answer, Prose
from takedown.report.cases import Filter, listed
from takedown.report.deadlines import write_calendar
from takedown.report.export import FORMATS, export

app = typer.Typer()
CALENDAR = "ics"


@app.command("export")
def export_(
    form: Annotated[str, typer.Option("--format", metavar="|".join([*FORMATS, CALENDAR]))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE")],
    batch: Batch = None,
    platform: Annotated[str | None, typer.Option("--platform", metavar="P")] = None,
) -> None:
    """Write every case, open and closed, to a file; or, as ics, the deadlines of pending cases and plans to a calendar.

    In a spreadsheet no cell is a formula: an apostrophe stands before it. The calendar names no target.
    """
    desk = desk_of()
    chosen = Filter(platform=platform, batch=batch_of(desk, batch), closed=None)
    if form == CALENDAR:
        rows, what = write_calendar(desk, out, chosen.batch, platform), "deadlines"
    else:
        with desk.ledger.read() as db:
            rows, what = export(listed(db, chosen), form, out), "cases"
    current().display.show(Answer([{"file": out, "rows": rows}], {"rows": rows}), Prose(f"{out}: {rows:,} {what}"))
