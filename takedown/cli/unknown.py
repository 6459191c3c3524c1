"""`takedown unknown`: sendings that may or may not have arrived."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for, sign
from takedown.cli.options import As, Key
from takedown.cli.unknown_list import list_
from takedown.contract import UsageError
from takedown.delivery.portal.attachments import keep
from takedown.delivery.unknowns import Decision, get_unknown, settle_again, settle_sent, statement
from takedown.display import Answer
from takedown.ledger.ids import number, request_id
from takedown.ledger.moves import State

app = typer.Typer(no_args_is_help=True)
app.command("list")(list_)


@app.callback()
def unknown() -> None:
    """Requests of which nobody knows whether they arrived. They are never sent again by a timer."""


@app.command("resolve")
def resolve(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="As in unknown list: R-12")],
    sent: Annotated[str | None, typer.Option("--sent", metavar="REF", help="It arrived: the platform's reference")] = None,
    evidence: Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="What shows that it arrived")] = None,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="It surely did not arrive (a second person signs)")] = False,
    again: Annotated[bool, typer.Option("--again", help="Send it again, arrived or not (a second person signs)")] = False,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Decide about one. Sending again needs a second person: neither the planner nor whoever was sending it."""
    if [sent is not None, not_sent, again].count(True) != 1:
        raise UsageError(
            what="say one of --sent REF, --not-sent, --again", why="a person decides", do="takedown unknown resolve --help"
        )
    desk, ident = desk_for("unknown resolve", as_name, key), number(request, "R")
    get_unknown(desk, ident)
    if sent is not None:
        if evidence is None:
            raise UsageError(what="--sent needs --evidence FILE", why="a receipt must be one that can be shown", do="add it")
        settle_sent(desk, ident, sent, keep(desk.ledger, evidence))
        _told(ident, State.SENT, "counts as sent.", "takedown sync")
        return
    decision = Decision.NOT_SENT if not_sent else Decision.AGAIN
    signature = sign(desk, key, statement(desk, ident, decision)) if desk.policy.approvals else None
    state = settle_again(desk, ident, decision, signature)
    if state is State.APPROVED:
        _told(ident, state, "may be sent again.", "takedown status")
    else:
        _told(ident, state, "is not sent: its plan has ended, so its cases can be planned again.", "takedown plan")


def _told(ident: int, state: State, words: str, command: str) -> None:
    display = current().display
    display.show(Answer([{"request": request_id(ident), "delivery": state.value}]))
    display.say(f"{request_id(ident)} {words}")
    display.next(command)
