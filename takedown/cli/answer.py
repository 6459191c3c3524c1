"""`takedown answer` and `question`: what platforms ask about a request, answered or closed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for, sign
from takedown.cli.options import As, Key
from takedown.display import Answer, Facts
from takedown.ledger.ids import case_id, number, plan_id
from takedown.planning.answering import plan_answer, read_answer, record_answer
from takedown.planning.digest import planner_statement
from takedown.planning.listing import get_plan
from takedown.planning.planner import sign_as_planner

app = typer.Typer()
RequestArg = Annotated[str, typer.Argument(metavar="REQUEST", help="As R-12; case show names it")]


@app.command("answer")
def answer_(
    request: RequestArg,
    text: Annotated[Path, typer.Option("--text", metavar="FILE", help="The answer, as UTF-8 text")],
    sent_by_hand: Annotated[
        str, typer.Option("--sent-by-hand", metavar="HOW", help="It was given another way, and how; it is kept, nothing is sent")
    ] = "",
    key: Key = None,
    as_name: As = None,
) -> None:
    """Freeze an answer to what a platform asked, in the same thread; it leaves when a second person has signed it.

    An intake endpoint takes no answers: give it where the question can be answered, and write it down with --sent-by-hand.
    """
    desk, ident = desk_for("answer", as_name, key), number(request, "R")
    if sent_by_hand:
        told = [case_id(one) for one in record_answer(desk, ident, read_answer(text), sent_by_hand)]
        current().display.show(
            Answer([{"case": one} for one in told], {"answered": len(told)}),
            Facts([(one, "answered by hand; the platform's turn again") for one in told]),
        )
        current().display.next("takedown status")
        return
    plan, asked = plan_answer(desk, ident, read_answer(text))
    if key or desk.live:
        sign_as_planner(desk, plan, sign(desk, key, planner_statement(get_plan(desk.ledger, plan)["digest"])))
    name, display = plan_id(plan), current().display
    summary = {"plan": name, "digest": get_plan(desk.ledger, plan)["digest"], "requests": 1, "cases": len(asked)}
    display.show(
        Answer([{"case": case_id(one)} for one in asked], summary, dry_run=True),
        Facts([("plan", name), ("answers for", ", ".join(map(case_id, asked)))]),
    )
    needed = desk.policy.approvals
    display.next(f"takedown approve {name} --as NAME --cases {len(asked)}" if needed else f"takedown submit {name}")
