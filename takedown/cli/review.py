"""`takedown review`: a second person looks at what one person has sent."""

from __future__ import annotations

from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of, sign
from takedown.cli.options import As, Key
from takedown.cli.wording import plural
from takedown.clock import iso
from takedown.display import Answer, Column, Prose, Table
from takedown.ledger.ids import case_id, number, plan_id
from takedown.planning.reviewing import accept, reject, statement, unreviewed
from takedown.planning.undoing import get_plan

app = typer.Typer(no_args_is_help=True)


@app.callback()
def review() -> None:
    """What one person sent, for a second one to look at afterwards: withdrawals."""


@app.command("list")
def list_() -> None:
    """What waits for a second person's look, the oldest first."""
    desk, display = desk_of(), current().display
    with desk.ledger.read() as db:
        found = unreviewed(db)
    items = [
        {"plan": plan_id(one.plan), "purpose": one.purpose, "by": one.by, "at": iso(one.at), "reason": one.said,
         "cases": [case for case, _, _ in one.cases]}
        for one in found
    ]  # fmt: skip
    columns = [Column("plan"), Column("by"), Column("at (UTC)", 2), Column("cases", 1), Column("reason")]
    rows = [[plan_id(u.plan), u.by, iso(u.at)[:16].replace("T", " "), _cases(u.cases), u.said] for u in found]
    table = Table(columns, rows, f"{plural(len(found), 'withdrawal')} to be reviewed")
    display.show(Answer(items, {"due": len(found)}), table if found else Prose("Nothing waits for a review."))
    display.next(f"takedown review accept {plan_id(found[0].plan)} --as NAME" if found else "takedown status")


def _cases(held: tuple[tuple[str, str, str], ...]) -> str:
    return ", ".join(case for case, _, _ in held[:5]) + (f" and {len(held) - 5} more" if len(held) > 5 else "")


PlanArg = Annotated[str, typer.Argument(metavar="PLAN")]


@app.command("accept")
def accept_(plan: PlanArg, key: Key = None, as_name: As = None) -> None:
    """Stand by a withdrawal as its second person: a signature, not of the one who sent it."""
    desk, ident = desk_for("review accept", as_name, key), number(plan, "P")
    accept(desk, ident, sign(desk, key, get_plan(desk.ledger, ident)["digest"]))
    _reviewed(ident, "accepted", [])


@app.command("reject")
def reject_(
    plan: PlanArg,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept")],
    key: Key = None,
    as_name: As = None,
) -> None:
    """Find a withdrawal wrong. It stays sent; asking the platform again takes a plan of its own."""
    desk, ident = desk_for("review reject", as_name, key), number(plan, "P")
    held = reject(desk, ident, reason, sign(desk, key, statement(desk, ident)))
    _reviewed(ident, "rejected", held)
    current().display.say("What was withdrawn stays so; what the platform is to be asked again is reported anew: takedown import")


def _reviewed(plan: int, verdict: str, held: list[int]) -> None:
    summary = {"plan": plan_id(plan), "review": verdict}
    current().display.show(
        Answer([{"case": case_id(one)} for one in held], summary), Prose(f"{plan_id(plan)}: the withdrawal is {verdict}")
    )
    current().display.next("takedown review list")
