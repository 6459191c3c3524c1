"""`takedown audit` and `reconcile`: is the record what was recorded, and is it all of it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from takedown.audit import verify
from takedown.audit.bundle import bundle
from takedown.audit.data import read_data
from takedown.cli.context import current
from takedown.cli.desk import desk_of, sign
from takedown.cli.options import As, Key
from takedown.display import Answer, Column, Facts, Table
from takedown.heads import problems, reconcile, statement
from takedown.ledger.ids import number

app = typer.Typer()


@app.callback()
def audit() -> None:
    """Check the audit chain."""


@app.command("verify")
def verify_(
    data: Annotated[bool, typer.Option("--read-data", help="Read and hash every file of evidence and every mail, too")] = False,
) -> int:
    """Check hashes, order and meaning of every event, and every row against them. Exit 12 when something was changed."""
    display, desk = current().display, desk_of()
    found = verify(desk.ledger)
    found.problems += problems(desk)
    count, wrong = read_data(desk.ledger) if data else (0, [])
    found.problems += wrong
    items = [{"event": seq, "problem": what} for seq, what in found.problems]
    summary = {"events": found.events, "heads": found.heads, "problems": len(items), "head": found.head}
    summary |= {"files": count} if data else {}
    table = Table([Column("event", number=True), Column("problem")], [[seq or "", what] for seq, what in found.problems])
    told = [("events", found.events), ("signed heads", found.heads), *([("files and mails", count)] if data else [])]
    pairs = Facts([*told, ("problems", len(items)), ("head", found.head)])
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


@app.command("bundle")
def bundle_(
    case: Annotated[str, typer.Argument(metavar="CASE")],
    folder: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="A new or empty folder")],
    as_name: As = None,
) -> int:
    """Write all that proves one case into a folder, with a script that checks it on any machine with Python.

    It holds the target, the exact bytes of each request, approvals, answers, claims, sightings, evidence, and the chain of events
    from the case's first to the newest, which name other cases by number only. That a bundle was made is recorded.
    """
    made = bundle(desk_of(as_name), number(case, "C"), folder)
    display = current().display
    counts: dict[str, Any] = {"folder": str(made.folder), "requests": made.requests, "events": made.events}
    display.show(Answer([], {**counts, "missing": list(made.missing)}), Facts([*counts.items()]))
    for sha256 in made.missing:
        display.warn(f"the evidence {sha256} is not here: restore it from a backup of the folder evidence/")
    display.next(f"python3 -I {made.folder / 'verify.py'}")
    return 3 if made.missing else 0


@app.command("reconcile")
def reconcile_(key: Key = None, as_name: As = None) -> None:
    """Go on after the ledger was taken back in time (a restored backup, a snapshot). Needs an approver's signature."""
    desk, display = desk_of(as_name), current().display
    text = statement(desk)
    generation = reconcile(desk, sign(desk, key, text) if desk.policy.approvals else None)
    display.show(Answer([], {"generation": generation}), Facts([("generation", generation)]))
    display.next("takedown unknown list")
