"""`takedown evidence`: what is kept and for how long, legal holds, and the erasure of a person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from takedown import noted
from takedown.access import FILE
from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of
from takedown.cli.evidence_list import before, list_
from takedown.cli.options import As, Key
from takedown.cli.wording import plural
from takedown.clock import iso
from takedown.contract import Temporary
from takedown.desk import Desk
from takedown.display import Answer, Facts, Prose
from takedown.intake.redacting import redact
from takedown.ledger.ids import case_id, number
from takedown.ledger.keeping import erase, hold, release, remove
from takedown.ledger.kept import due, originals_due

app = typer.Typer()
app.command("list")(list_)
Case = Annotated[str, typer.Argument(metavar="CASE", help="As C-12")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept behind a commitment")]


class NotPurged(Temporary):
    """Old notes of who looked could not be deleted from {where}: {what}."""

    code, why = (
        "TD-1131",
        "it is written anew without them, which its folder or the disk did not allow; all of them are there still",
    )
    do = "make room, or mend the permissions of the file and its folder; then takedown evidence purge"


@app.callback()
def evidence() -> None:
    """Evidence and personal data: hold, release, remove what is over, erase."""


@app.command("hold")
def hold_(case: Case, reason: Reason, key: Key = None, as_name: As = None) -> None:
    """Keep everything about a case, whatever retention or an erasure would do, until it is released."""
    desk = desk_for("evidence hold", as_name, key)
    hold(desk.ledger, number(case, "C"), reason, desk.who)
    current().display.say(f"{case_id(number(case, 'C'))} is held.")


@app.command("release")
def release_(case: Case, reason: Reason, key: Key = None, as_name: As = None) -> None:
    """End a hold."""
    desk = desk_for("evidence release", as_name, key)
    release(desk.ledger, number(case, "C"), reason, desk.who)
    current().display.say(f"{case_id(number(case, 'C'))} is no longer held.")


@app.command("redact")
def redact_(
    case: Case,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Its name as it came, or the beginning of its sha256")],
    copy: Annotated[Path, typer.Option("--copy", metavar="FILE", help="The copy in which third parties cannot be made out")],
    reason: Reason,
    key: Key = None,
    as_name: As = None,
) -> int:
    """Put a redacted copy in the place of a piece of evidence: packets and bundles hold the copy from then on, not the original.

    The original stays beside the ledger, as long as [retention] originals says. A plan that holds the case becomes stale.
    """
    desk, display = desk_for("evidence redact", as_name, key), current().display
    done = redact(desk.ledger, number(case, "C"), file, copy, reason, desk.who)
    facts = [("original", done.original), ("copy", done.copy)]
    display.show(Answer([], {"case": case, **dict(facts), "carried": list(done.carried)}), Facts([*facts]))
    for one in done.carried:
        display.warn(f"{one} carried {case} before: what it showed, it showed with the original")
    return 0


@app.command("purge")
def purge(as_name: As = None) -> None:
    """Delete the files of cases that were closed longer ago than [retention] evidence says, and are not held. Made for cron.

    Also originals whose redacted copy is older than [retention] originals, and notes of who looked older than [retention] access.
    """
    desk = desk_of(as_name)
    gone = remove(desk.ledger, _due(desk), "its time was over")
    gone += remove(desk.ledger, _originals(desk), "a redacted copy is kept")
    notes = _purge_notes(desk)
    told = f"{plural(gone, 'file')} removed." + (f" {plural(notes, 'note')} of who looked removed." if notes else "")
    current().display.show(Answer([], {"removed": gone, "notes": notes}), Prose(told))


def _purge_notes(desk: Desk) -> int:
    """Raises NotPurged."""
    until = _before(desk, "access")
    if until is None:
        return 0
    try:
        last = noted.due(desk.folder, iso(until))
        if last is None:
            return 0
        desk.ledger.write(lambda book: book.record(noted.PURGED, noted.SUBJECT, asdict(last)))
        return noted.purge(desk.folder, last)
    except OSError as error:
        raise NotPurged(where=FILE, what=error.strerror) from None


@app.command("erase")
def erase_(case: Case, reason: Reason, key: Key = None, as_name: As = None) -> int:
    """Erase the person behind a closed case: target, texts, bytes, answers, mails, evidence. Asks first; it cannot be undone.

    Figures, states and the chain of events stay, and `takedown audit verify` still holds. Platforms, mailboxes, exports, bundles
    and backups keep what they have.
    """
    desk, display = desk_for("evidence erase", as_name, key), current().display
    if not current().confirm(f"Erase {case} for good?"):
        return 2
    done = erase(desk.ledger, number(case, "C"), reason, desk.who)
    summary = {"case": done.case, "files": len(done.files), "shared": list(done.shared)}
    display.show(Answer([], summary), Facts([("case", done.case), ("files removed", len(done.files))]))
    for one in done.shared:
        display.warn(f"{one} keeps its bytes: it carried other cases, which are not erased")
    return 3 if done.shared else 0


def _due(desk: Desk) -> list[str]:
    until = _before(desk, "evidence")
    return [] if until is None else due(desk.ledger, until)


def _originals(desk: Desk) -> list[str]:
    until = _before(desk, "originals")
    return [] if until is None else originals_due(desk.ledger, iso(until))


def _before(desk: Desk, what: str) -> float | None:
    return before(desk.clock.now(), what, str(getattr(desk.settings.retention, what)))
