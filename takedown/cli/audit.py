"""`takedown audit`: is the record what was recorded?"""

from __future__ import annotations

import typer

from takedown.audit import verify
from takedown.cli.context import current
from takedown.cli.desk import desk_of
from takedown.display import Answer, Column, Facts, Table

app = typer.Typer()


@app.callback()
def audit() -> None:
    """Check the audit chain."""


@app.command("verify")
def verify_() -> int:
    """Check hashes, order, commitments and meaning of every event. Exit 12 when something was changed."""
    display, found = current().display, verify(desk_of().ledger)
    items = [{"event": seq, "problem": what} for seq, what in found.problems]
    summary = {"events": found.events, "heads": found.heads, "problems": len(items), "head": found.head}
    table = Table([Column("event", number=True), Column("problem")], [[seq or "", what] for seq, what in found.problems])
    pairs = Facts([("events", found.events), ("signed heads", found.heads), ("problems", len(items)), ("head", found.head)])
    display.show(Answer(items, summary), pairs, *([table] if items else []))
    if items:
        display.say("The record was changed outside the program, or the disk is at fault. Keep a copy before anything else.")
    return 12 if items else 0


@app.command("head")
def head() -> None:
    """The newest event's number and hash: what to write down elsewhere."""
    found = verify(desk_of().ledger)
    current().display.show(
        Answer([], {"seq": found.events, "hash": found.head}), Facts([("event", found.events), ("hash", found.head)])
    )
