"""`takedown approve` and `reject`: the second person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_of, sign
from takedown.cli.options import As
from takedown.cli.plan import PlanArg, show_planned
from takedown.contract import UsageError
from takedown.display import Answer
from takedown.ledger.ids import number, plan_id
from takedown.planning.approving import approve
from takedown.planning.rejecting import reject
from takedown.planning.undoing import get_plan

app = typer.Typer()
Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Your OpenSSH Ed25519 key; else an ssh-agent signs")]


@app.command("approve")
def approve_(
    plan: PlanArg,
    cases: Annotated[int | None, typer.Option("--cases", metavar="N", help="The number of cases, typed")] = None,
    key: Key = None,
    as_name: As = None,
) -> int:
    """Sign a plan's digest, after looking at it. The planner cannot."""
    desk, context = desk_of(as_name), current()
    row = get_plan(desk.ledger, number(plan, "P"))
    typed = cases if cases is not None else _number(context.ask(f"How many cases does {plan_id(row['id'])} hold?", "--cases N"))
    missing = approve(desk, row["id"], typed, sign(desk, key, row["digest"]))
    summary = {"plan": plan_id(row["id"]), "digest": row["digest"], "approved_by": desk.who, "missing": missing}
    context.display.show(Answer([], summary))
    if missing:
        context.display.say(f"{desk.who} approved {plan_id(row['id'])}; {missing} more must.")
        return 8
    context.display.say(f"{plan_id(row['id'])} is approved by {desk.who}: {row['cases']} cases, {row['requests']} requests.")
    context.display.next(f"takedown submit {plan_id(row['id'])}")
    return 0


def _number(text: str) -> int:
    if not text.isdigit():
        raise UsageError(
            what=f"{text!r} is not a number of cases", why="it is typed to show that the plan was read", do="--cases N"
        )
    return int(text)


@app.command("reject")
def reject_(
    plan: PlanArg,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept")],
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="C-N", help="Only take this case out; may be repeated")
    ] = None,
    as_name: As = None,
) -> int:
    """Reject a plan, or take cases out of it: the rest becomes a new plan, to be approved anew."""
    desk, context = desk_of(as_name), current()
    ident, out = number(plan, "P"), [number(one, "C") for one in case or ()]
    successor = reject(desk, ident, reason, out)
    context.display.say(f"{plan_id(ident)} is rejected.")
    if successor is None:
        context.display.show(Answer([], {"plan": plan_id(ident), "state": "rejected"}))
        return 0
    code = show_planned(desk, successor)
    context.display.next(f"takedown plan show {plan_id(successor.plan)} --diff {plan_id(ident)}")
    return code
