"""`takedown audit access`: who looked at which case data."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from takedown.access import FILE, Look, Mark, looks
from takedown.cli.context import current
from takedown.cli.reading import reading_of
from takedown.contract import UsageError
from takedown.display import Answer, Cell, Column, Facts, Table
from takedown.ledger.ids import case_id, number
from takedown.noted import KEPT, PURGED, SUBJECT, check

app = typer.Typer()
NEWEST = 50


@app.command("access")
def access_(
    case: Annotated[str | None, typer.Option("--case", metavar="CASE", help="Looks that were or may have been at it")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="D", help="From this day on (UTC), as 2026-01-31")] = None,
    every: Annotated[bool, typer.Option("--all", help=f"Not only the newest {NEWEST}")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Is a note missing or changed?")] = False,
) -> int:
    """Show who looked at case data or took them out, and when: the notes of this desk's folder.

    Whoever reads the ledger's file by other means leaves no note. --verify ends with 12 when a note was taken away, added or
    changed; those since the newest head can be cut off unseen.
    """
    if verify:
        return _verified()
    wanted = case_id(number(case, "C")) if case else ""
    try:
        found = [one for one in looks(reading_of().folder) if one.at >= (since or "") and (not wanted or one.may_concern(wanted))]
    except OSError as error:
        raise _unreadable(error) from None
    rows = found if every else found[-NEWEST:]
    columns = [Column("when"), Column("who"), Column("uid", number=True), Column("what"), Column("cases", 1)]
    table: list[list[Cell]] = [[one.at, one.who, one.uid, one.what, _what(one)] for one in rows]
    display = current().display
    display.show(Answer([_item(one) for one in rows], {"looks": len(found), "shown": len(rows)}), Table(columns, table))
    if len(rows) < len(found):
        display.say(f"{len(found) - len(rows):,} older ones; all of them: --all")
    return 0


def _verified() -> int:
    reading, display = reading_of(), current().display
    with reading.ledger() as ledger:
        told = [*ledger.rows("SELECT kind, data FROM events WHERE subject = :subject ORDER BY seq", subject=SUBJECT)]
    kept, purged = ([Mark(**json.loads(data)) for kind, data in told if kind == wanted] for wanted in (KEPT, PURGED))
    try:
        found = check(reading.folder, kept, purged)
    except OSError as error:
        raise _unreadable(error) from None
    elsewhere = [{"log": one.log, "notes": one.note} for one in found.elsewhere.values()]
    items = [{"problem": one} for one in found.problems]
    summary = {"notes": found.notes, "log": found.log, "oldest": found.oldest or None, "problems": len(items)}
    facts = Facts([("notes", found.notes), ("file", found.log), ("oldest", found.oldest), ("problems", len(items))])
    table = Table([Column("problem")], [[one] for one in found.problems])
    display.show(Answer(items, {**summary, "elsewhere": elsewhere}), facts, *([table] if items else []))
    for one in elsewhere:
        display.say(f"The ledger also knows of {one['notes']} notes of the file {one['log']}. Is it another machine's?")
    return 12 if items else 0


def _what(one: Look) -> str:
    asked = [f"{name} {value}" for name, value in one.of.items()]
    return "; ".join(filter(None, [", ".join(one.cases), *asked, f"to {one.to}" if one.to else ""]))


def _item(one: Look) -> dict[str, object]:
    cases, of = list(one.cases), dict(one.of)
    return {"at": one.at, "who": one.who, "uid": one.uid, "what": one.what, "cases": cases, "of": of, "to": one.to or None}


def _unreadable(error: OSError) -> UsageError:
    return UsageError(what=f"{FILE} cannot be read", why=error.strerror or "", do="look at its permissions")
