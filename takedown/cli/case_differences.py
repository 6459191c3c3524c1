"""`takedown case rename`, `release`, `accept-return` and `dismiss`: what a person decides when a target is not what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.case_steps import Set, said_for
from takedown.cli.context import current
from takedown.cli.desk import desk_for
from takedown.cli.import_ import setting_of
from takedown.cli.options import As, Key, OnPlatform
from takedown.contract import UsageError
from takedown.display import Answer, Facts
from takedown.intake.steps import make_return
from takedown.ledger.cases import no_such
from takedown.ledger.ids import case_id, number, request_id
from takedown.ledger.tables import cases
from takedown.outcomes.differences import clear, dismiss, release
from takedown.outcomes.renaming import ByHand, rename

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="As C-12")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the case")]


def rename_(
    case: CaseId,
    url: Annotated[str, typer.Argument(metavar="[URL]", help="The new address; without it the one that verify found")] = "",
    ident: Annotated[str | None, typer.Option("--id", metavar="ID", help="The lasting id that you read there yourself")] = None,
    evidence: Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="Of that id; kept by sha256")] = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Follow a target to its new name. It must show the lasting id that is on record, in a look or to a person with evidence.

    Requests that have not left are taken back: they name the old address. Plan them anew.
    """
    if (ident is None) != (evidence is None):
        raise UsageError(what="--id and --evidence go together", why="an id needs its proof", do="give both, or neither")
    desk = desk_for("case rename", as_name, key)
    seen = ByHand(ident, evidence) if ident is not None and evidence is not None else None
    done = rename(desk, number(case, "C"), url, seen)
    taken = [request_id(one) for one in done.taken_back]
    item = {"case": case_id(done.case), "was": done.was, "now": done.now, "how": done.how, "taken_back": taken}
    display = current().display
    display.show(Answer([item], item), Facts([("was", done.was), ("now", done.now)], f"{case_id(done.case)} is renamed"))
    if taken:
        display.warn(f"{', '.join(taken)} had not left and was taken back: it named the old address")
    display.next(f"takedown plan --case {case_id(done.case)}" if done.unsent else f"takedown case explain {case_id(done.case)}")


def release_(
    reason: Reason,
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="As C-12; without it all that are in doubt")] = None,
    restored: Annotated[bool, typer.Option("--restored", help="It was not sent since a backup was restored")] = False,
    platform: OnPlatform = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Release a held case: it is the target that is meant all the same. With --restored: it was not sent since a backup.

    These are two questions, and a case may wait for both. It must be planned and approved anew, by another person.
    """
    if (case is None and not restored) or (platform and (case or not restored)):
        raise UsageError(
            what="it is not said what to release",
            why="a case by its number, or all that a restored backup called unsent",
            do="takedown case release C-12 --reason TEXT, or --restored [--platform NAME]",
        )
    said, desk, ident = _said(reason), desk_for("case release", as_name, key), number(case, "C") if case else None
    if ident is None:
        count = clear(desk, None, platform, said)
        current().display.show(Answer([], {"released": count}), Facts([("released", count)]))
        current().display.next("takedown plan")
        return
    if restored:
        clear(desk, ident, None, said)
    else:
        release(desk, ident, said)
    _show(ident, "released")
    current().display.next(f"takedown case explain {case_id(ident)}")


def accept_return(case: CaseId, set_: Set = None, key: Key = None, as_name: As = None) -> None:
    """Make a new case of a return: it follows the first one, which is closed as done. Nothing is sent before it is approved."""
    desk, ident = desk_for("case accept-return", as_name, key), number(case, "C")
    with desk.ledger.read() as db:
        basis = db.execute(cases.select().with_only_columns(cases.c.basis).where(cases.c.id == ident)).scalar()
    if basis is None:
        no_such(ident)
    made = make_return(desk.ledger, setting_of(desk), ident, said_for(desk, basis, set_))
    new = case_id(made.other)
    item = {"case": case_id(ident), "made": new, "basis": made.basis}
    current().display.show(Answer([item], item), Facts([(new, f"the return of {case_id(ident)}, under {made.basis}")]))
    current().display.next(f"takedown plan --case {new}")


def dismiss_(case: CaseId, reason: Reason, key: Key = None, as_name: As = None) -> None:
    """Make no case of a proposed return, and say why."""
    desk, ident = desk_for("case dismiss", as_name, key), number(case, "C")
    dismiss(desk, ident, _said(reason))
    _show(ident, "its return is dismissed")


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not any(one.isalnum() for one in said):  # also the dots that stand for it in a command that is shown
        raise UsageError(what="the reason is empty", why="others must be able to follow the decision", do='--reason "..."')
    return said[:1000]


def _show(case: int, what: str) -> None:
    current().display.show(Answer([{"case": case_id(case)}], {"case": case_id(case)}), Facts([(case_id(case), what)]))
