"""`takedown question`: a platform's question that needs no answer of ours."""

from __future__ import annotations

from typing import Annotated

import typer

from takedown.cli.answer import RequestArg
from takedown.cli.context import current
from takedown.cli.desk import desk_for
from takedown.cli.options import As, Key
from takedown.display import Answer, Facts
from takedown.ledger.ids import case_id, number
from takedown.planning.answering import close_question

app = typer.Typer(no_args_is_help=True)


@app.callback()
def question() -> None:
    """What platforms ask. `takedown answer` answers it."""


@app.command("close")
def close_(
    request: RequestArg,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, or how it was answered; it is kept")],
    key: Key = None,
    as_name: As = None,
) -> None:
    """Close the question about a request: it needs no answer, or had one another way. The case moves on."""
    desk = desk_for("question close", as_name, key)
    asked = close_question(desk, number(request, "R"), reason)
    items = [{"case": case_id(one)} for one in asked]
    current().display.show(Answer(items, {"closed": len(asked)}), Facts([(case_id(one), "question closed") for one in asked]))
    current().display.next("takedown status")
