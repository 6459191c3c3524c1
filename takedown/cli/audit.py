"""`takedown audit` and `reconcile`: is the record what was recorded, and is it all of it?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from takedown.audit import verify
from takedown.audit.bundle import bundle
from takedown.audit.data import read_data
from takedown.cli.access import access_
from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of, sign
from takedown.cli.options import As, Key
from takedown.cli.seen import leaving
from takedown.comparing import Compared, Outside, compared_with, problems, reconcile, statement
from takedown.contract import CredentialsMissing, MissingExtra, TakedownError, Temporary
from takedown.delivery.mailed import compare_received, copies_of, in_mailbox
from takedown.delivery.stamped import Stamped, verify_stamps
from takedown.delivery.timestamps import StrangeAuthority
from takedown.desk import Desk
from takedown.display import Answer, Cell, Column, Facts, Table
from takedown.ledger.ids import case_id, number

app = typer.Typer()
app.command("access")(access_)


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
    mailed, unread = _mailed(desk)
    found.problems += problems(desk, mailed)
    stamped, unchecked = _stamps(desk)
    found.problems += stamped.problems
    count, wrong = read_data(desk.ledger) if data else (0, [])
    found.problems += wrong
    items = [{"event": seq, "problem": what} for seq, what in found.problems]
    copies = compared_with(desk, {name: told for told in mailed for name in copies_of(desk, told)})
    summary = {"events": found.events, "heads": found.heads, "problems": len(items), "head": found.head}
    summary |= {"copies": [{"copy": one.copy, "event": one.event or None, "compared_at": one.at or None} for one in copies]}
    summary |= {"time_stamps": None if unchecked else stamped.kept}
    summary |= {"files": count} if data else {}
    table = Table([Column("event", number=True), Column("problem")], [[seq or "", what] for seq, what in found.problems])
    told = [("events", found.events), ("signed heads", found.heads), *([("files and mails", count)] if data else [])]
    told += [("time-stamps", stamped.kept)] if stamped.kept else []
    pairs = Facts([*told, ("problems", len(items)), ("head", found.head)])
    display.show(Answer(items, summary), pairs, _copies(copies, found.events), *([table] if items else []))
    if unread:
        display.warn(f"the mailbox of [audit.imap] was not compared: {unread.message}: {unread.as_dict()['why']}")
    if unchecked:
        display.warn(f"the time-stamps of heads were not verified: {unchecked}")
    if items:
        display.say("The record was changed outside the program, or the disk is at fault. Keep a copy before anything else.")
    return 12 if items else 0


def _mailed(desk: Desk) -> tuple[list[Outside], TakedownError | None]:
    """The newest head of the mailbox, or why it could not be read: without a network the rest is verified all the same."""
    try:
        told = in_mailbox(desk)
    except (Temporary, CredentialsMissing, MissingExtra) as error:
        return [], error
    return [told] if told else [], None


def _stamps(desk: Desk) -> tuple[Stamped, str]:
    """What became of the time-stamps, or why nobody can tell here: the rest is verified all the same."""
    try:
        return verify_stamps(desk), ""
    except StrangeAuthority as error:
        return Stamped(0, []), str(error.facts["what"])
    except MissingExtra as error:
        return Stamped(0, []), error.message


def _copies(copies: Sequence[Compared], events: int) -> Table:
    columns = [
        Column("heads kept", 1),
        Column("last compared"),
        Column("up to event", number=True),
        Column("since then", number=True),
    ]
    rows: list[list[Cell]] = [
        [one.copy, one.at or "never", one.event or "", max(events - one.event, 0) if one.at else ""] for one in copies
    ]
    return Table(columns, rows)


@app.command("compare")
def compare_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Mails (.eml), copies (.heads.jsonl), or folders of them")
    ],
) -> None:
    """Compare the ledger with the heads that somebody outside received. Exit 12 when it does not go on from them.

    Ask the person whose mailbox gets them for the newest ones, or for all. A ledger that was taken back in time holds everything
    open as uncertain and sends nothing until it is reconciled, as on start.
    """
    display, desk = current().display, desk_of()
    found = compare_received(desk, paths)
    newest, since = found.heads[0].head, found.here.seq - found.heads[0].head.seq
    counts = {"heads": len(found.heads), "event": newest.seq, "at": newest.at, "since": since, "copies": list(found.copies)}
    facts: dict[str, str | int] = {
        "heads of this ledger": len(found.heads),
        "newest": f"event {newest.seq}, {newest.at}",
        "events since": since,
    }
    display.show(Answer([], counts), Facts([*facts.items()]))
    display.say("The ledger goes on from every one of them.")
    if since:
        display.say("What came after the newest one no copy here vouches for yet.")
    if not found.copies:
        display.warn("it is not known which copy they are of: no mail among them is to an address of [audit] copies")


@app.command("head")
def head() -> None:
    """The newest event's number and hash: what to write down elsewhere."""
    desk = desk_of()
    found, ledger = verify(desk.ledger), desk.ledger.setting("ledger")
    summary = {"ledger": ledger, "seq": found.events, "hash": found.head}
    current().display.show(Answer([], summary), Facts([("ledger", ledger), ("event", found.events), ("hash", found.head)]))


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
    desk, ident = desk_of(as_name), number(case, "C")
    leaving(desk, "audit bundle", folder, [case_id(ident)])
    made = bundle(desk, ident, folder)
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
    desk, display = desk_for("reconcile", as_name, key), current().display
    text = statement(desk)
    generation = reconcile(desk, sign(desk, key, text) if desk.policy.approvals else None)
    display.show(Answer([], {"generation": generation}), Facts([("generation", generation)]))
    display.next("takedown unknown list")
