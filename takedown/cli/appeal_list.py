"""`takedown appeal list`: apart from the other commands about appeals, since it needs next to nothing of what they load."""

from __future__ import annotations

import typer

from takedown.cli.context import current
from takedown.cli.reading import reading_of
from takedown.clock import iso
from takedown.display import Answer, Column, Prose, Table
from takedown.ledger.ids import case_id
from takedown.planning.redress_due import due

app = typer.Typer()


@app.command("list")
def list_() -> None:
    """What is due: appeals, users who are to be told now, and measures past their review date."""
    reading, display = reading_of(), current().display
    with reading.ledger() as ledger:
        found = due(ledger, reading.clock.now(), reading.review_of)
    items = [
        {"what": one.what, "appeal": one.appeal or None, "case": case_id(one.case), "why": one.why, "due_at": iso(one.due_at)}
        for one in found
    ]
    rows = [[one.what, one.appeal, case_id(one.case), iso(one.due_at)[:10], one.why] for one in found]
    columns = [Column("what"), Column("appeal"), Column("case"), Column("due (UTC)"), Column("why", 1)]
    display.show(Answer(items, {"due": len(found)}), Table(columns, rows, "Redress") if rows else Prose("Nothing is due."))
    display.next(found[0].do if found else "takedown status")
