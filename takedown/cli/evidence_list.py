"""`takedown evidence list`: apart from the other commands about evidence, since it needs next to nothing of what they load."""

from __future__ import annotations

import typer

from takedown.cli.context import current
from takedown.cli.reading import reading_of
from takedown.clock import iso
from takedown.contract import UsageError, span
from takedown.display import Answer, Column, Prose, Table
from takedown.ledger.ids import case_id
from takedown.ledger.kept import due, holds

app = typer.Typer()
NAMES: tuple[str, ...] = ("case", "since", "by", "reason")


@app.command("list")
def list_() -> None:
    """Cases that are held, and how many files are kept longer than [retention] evidence says."""
    reading, display = reading_of(), current().display
    until = before(reading.clock.now(), "evidence", reading.retention)
    with reading.ledger() as ledger:
        over = [] if until is None else due(ledger, until)
        cells = [[case_id(one["case"]), iso(one["at"]), one["by"], one["reason"]] for one in holds(ledger)]
    items = [dict(zip(NAMES, one, strict=True)) for one in cells]
    shown = Table([Column(name) for name in NAMES], cells, "Held") if cells else Prose("Nothing is held.")
    display.show(Answer(items, {"held": len(items), "due": len(over)}), shown)
    if over:
        display.next("takedown evidence purge")


def before(now: float, what: str, kept: str) -> float | None:
    """What is older is over by `[retention]`, of which `what` says `kept`; None where it is kept for ever. Raises UsageError."""
    try:
        return now - span(kept) if kept else None
    except ValueError as error:
        raise UsageError(what=f"retention.{what}: {error}", why="it is a length of time", do=f'{what} = "3650d"') from None
