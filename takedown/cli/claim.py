"""`takedown claim`: what a platform says, recorded by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for
from takedown.cli.options import As, Key
from takedown.cli.wording import plural
from takedown.contract.platform import STATUSES
from takedown.delivery.portal.attachments import keep
from takedown.display import Answer, Facts, words
from takedown.inbox.by_hand import COLUMNS, GROUNDS, add, read_list, record, said
from takedown.ledger.ids import case_id, number

app = typer.Typer(no_args_is_help=True)


@app.callback()
def claim() -> None:
    """What people read in a portal or heard from a platform. It says who and when, and counts as by hand."""


@app.command("add")
def add_(
    cases: Annotated[list[str], typer.Argument(metavar="CASE ...", help="As C-12")],
    value: Annotated[str, typer.Option("--value", metavar="V", help=", ".join(sorted(STATUSES)))],
    ground: Annotated[str, typer.Option("--ground", metavar="G", help=" or ".join(GROUNDS))] = "",
    territory: Annotated[str, typer.Option("--territory", metavar="PK", help="Where it holds; several with commas")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When the platform decided: 2026-01-02 or with a time")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="The platform's own words")] = "",
    evidence: Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="What shows it; kept by sha256")] = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Record what a platform says of cases. Recording the same again changes nothing."""
    desk = desk_for("claim add", as_name, key)
    given = {"value": value, "ground": ground, "territory": territory, "at": at, "reason": reason}
    told, numbers = said(given, desk.clock.now()), list(dict.fromkeys(number(one, "C") for one in cases))
    new = add(desk, numbers, told, keep(desk.ledger, evidence) if evidence else "")
    items = [{"case": case_id(one), "value": told.value, "by": desk.who} for one in numbers]
    pairs = [(one["case"], words("claimed", told.value)) for one in items]
    current().display.show(Answer(items, {"cases": len(numbers), "new": new}), Facts(pairs))
    current().display.next(f"takedown case show {case_id(numbers[0])}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=f"CSV with the columns {', '.join(COLUMNS)}")],
    key: Key = None,
    as_name: As = None,
) -> None:
    """Record a portal's own list. A row names a case by its number, its link, or a reference.

    All problems are told at once, and a list with a problem records nothing (exit 6). The list is kept as evidence.
    """
    desk = desk_for("claim import", as_name, key)
    found = read_list(desk, file)
    new = record(desk, found, keep(desk.ledger, file))
    summary = {"rows": len(found), "cases": len({case for case, _ in found}), "new": new}
    items = [{"case": case_id(case), "value": told.value} for case, told in found]
    pairs = [("claims in the list", len(found)), ("new", new)]
    current().display.show(Answer(items, summary), Facts(pairs))
    current().display.say(f"{plural(new, 'new claim')}, by hand.")
    current().display.next("takedown report")
