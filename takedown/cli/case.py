"""`takedown case`: list, show, explain; a person's decisions: note, close, reopen; and the steps before and after a case."""

from __future__ import annotations

from typing import Annotated

import typer

from takedown.cli.case_differences import accept_return, dismiss_, release_, rename_
from takedown.cli.case_list import list_
from takedown.cli.case_redress import notify, renew_
from takedown.cli.case_show import CaseId, explain, show
from takedown.cli.case_steps import first_step, next_step
from takedown.cli.context import current
from takedown.cli.desk import desk_for
from takedown.cli.options import As, Key
from takedown.contract import UsageError
from takedown.display import Answer, Prose
from takedown.ledger.cases import Changed, close, note, reopen
from takedown.ledger.ids import case_id, number, plan_id
from takedown.ledger.states import REASONS

app = typer.Typer(no_args_is_help=True, help="List, show, explain, note, close and reopen cases.")
app.command("list")(list_)
app.command("show")(show)
app.command("explain")(explain)
app.command("first-step")(first_step)
app.command("notify")(notify)
app.command("renew")(renew_)
app.command("next-step")(next_step)
app.command("rename")(rename_)
app.command("release")(release_)
app.command("accept-return")(accept_return)
app.command("dismiss")(dismiss_)


@app.command("note")
def note_(case: CaseId, text: Annotated[str, typer.Argument(metavar="TEXT")], key: Key = None, as_name: As = None) -> None:
    """Append a dated line to a case's notes; no request carries them."""
    desk = desk_for("case note", as_name, key)
    ident = number(case, "C")
    note(desk.ledger, ident, text, desk.who)
    current().display.show(Answer([{"case": case_id(ident)}], {"noted": 1}), Prose(f"{case_id(ident)}: noted"))


@app.command("close")
def close_(
    case: CaseId,
    why: Annotated[str, typer.Option("--as", metavar="WHY", help=" | ".join(REASONS))],
    key: Key = None,
) -> None:
    """Close a case: done, or not to be followed any more. `reopen` undoes it. Who closes it: TAKEDOWN_AS or your user name."""
    if why not in REASONS:
        raise UsageError(
            what=f"--as {why!r} is no reason", why=f"known are {', '.join(REASONS)}", do=f"takedown case close {case} --as done"
        )
    desk = desk_for("case close", None, key)
    _changed(close(desk.ledger, number(case, "C"), why, desk.who), f"closed as {why}", why)


@app.command("reopen")
def reopen_(case: CaseId, key: Key = None, as_name: As = None) -> None:
    """Open a closed case again, unless another open one asks for the same."""
    desk = desk_for("case reopen", as_name, key)
    _changed(reopen(desk.ledger, number(case, "C"), desk.who), "open again", "")


def _changed(done: Changed, what: str, why: str) -> None:
    display, ident = current().display, case_id(done.case)
    if done.plan:
        display.warn(f"{plan_id(done.plan)} holds {ident} unsent and is stale now; it will not be sent as it is")
    if done.delivered == "operator":
        display.warn(f"the packet with {ident} is still on the list of what is to be filed by hand")
    display.show(
        Answer([{"case": ident, "closed": why, "stale_plan": plan_id(done.plan) if done.plan else None}], {}),
        Prose(f"{ident}: {what}"),
    )
    if done.plan:
        display.next(f"takedown plan discard {plan_id(done.plan)} && takedown plan")
