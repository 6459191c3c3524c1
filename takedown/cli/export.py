"""`takedown export`: cases as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import batch_of, desk_of
from takedown.cli.options import Batch
from takedown.display import Answer, Prose
from takedown.report.cases import Filter, listed
from takedown.report.export import FORMATS, export

app = typer.Typer()


@app.command("export")
def export_(
    form: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE")],
    batch: Batch = None,
    platform: Annotated[str | None, typer.Option("--platform", metavar="P")] = None,
) -> None:
    """Write every case, open and closed, to a file. In a spreadsheet no cell is a formula: an apostrophe stands before it."""
    desk = desk_of()
    chosen = Filter(platform=platform, batch=batch_of(desk, batch), closed=None)
    with desk.ledger.read() as db:
        rows = export(listed(db, chosen), form, out)
    current().display.show(Answer([{"file": out, "rows": rows}], {"rows": rows}), Prose(f"{out}: {rows:,} cases"))
