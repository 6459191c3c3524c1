"""`takedown review`: a second person looks at what one person has sent."""

from __future__ import annotations

from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for, sign
from takedown.cli.options import As, Key, PlanArg
from takedown.cli.review_list import list_
from takedown.display import Answer, Prose
from takedown.ledger.ids import case_id, number, plan_id
from takedown.planning.listing import get_plan
from takedown.planning.reviewing import accept, reject, statement

app = typer.Typer(no_args_is_help=True)
app.command("list")(list_)


@app.callback()
def review() -> None:
    """What one person sent, for a second one to look at afterwards: withdrawals."""


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
