"""`takedown plan list`: apart from the other commands about plans, since it needs next to nothing of what they load."""

from __future__ import annotations

import typer

from takedown.cli.context import current
from takedown.cli.reading import reading_of
from takedown.display import Answer, Column, Table
from takedown.planning.listing import plans

app = typer.Typer()
COLUMNS = (
    Column("plan"), Column("state"), Column("by", 1), Column("requests", number=True), Column("cases", number=True),
    Column("made", 2),
)  # fmt: skip
SHOWN = ("plan", "state", "planner", "requests", "cases", "created_at")


@app.command("list")
def list_() -> None:
    """Every plan, newest first."""
    with reading_of().ledger() as ledger:
        found = plans(ledger)
    current().display.show(Answer(found), Table(COLUMNS, [[one[name] for name in SHOWN] for one in found]))
