"""`takedown appeal`: redress against what was asked, and what is due of it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.appeal_list import list_
from takedown.cli.context import current
from takedown.cli.desk import desk_for, sign
from takedown.cli.options import As, Key
from takedown.cli.submit import WAIT, seconds
from takedown.cli.withdraw import show_taken_back
from takedown.clock import iso
from takedown.contract import UsageError, span
from takedown.delivery.portal.attachments import keep
from takedown.display import Answer, Facts, Prose
from takedown.ledger.ids import case_id, number
from takedown.outcomes.withdraw import take_back
from takedown.planning.redress import OUTCOMES, SOURCES, add_appeal, decide_appeal

app = typer.Typer(no_args_is_help=True)
app.command("list")(list_)
CaseArg = Annotated[str, typer.Argument(metavar="CASE", help="As C-12")]


@app.callback()
def appeal() -> None:
    """Appeals against removals. One that succeeds withdraws what was asked, on every platform that has it."""


def moment_of(text: str, flag: str, now: float) -> float:
    """A day (its end, in UTC), a time, or a span from now (14d), in seconds since the epoch. Raises UsageError."""
    try:
        if text[-1:] in "smhd" and text[:-1].isdigit():
            return now + span(text)
        when = datetime.fromisoformat(text if len(text) > 10 else f"{text}T23:59:59")
    except ValueError:
        raise UsageError(what=f"{flag} {text!r} is no day", why="a day, a time or a length", do=f"{flag} 2027-01-31") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


@app.command("add")
def add_(
    case: CaseArg,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What it says")],
    source: Annotated[str, typer.Option("--from", metavar="WHO", help=" | ".join(SOURCES))] = "user",
    until: Annotated[
        str, typer.Option("--due", metavar="DATE", help="When it is to be decided; a length counts from now")
    ] = "14d",
    evidence: Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="The appeal itself; kept by sha256")] = None,
    key: Key = None,
    as_name: As = None,
) -> None:
    """Record an appeal, with the day on which it is to be decided."""
    desk = desk_for("appeal add", as_name, key)
    if source not in SOURCES:
        raise UsageError(what=f"--from {source!r} is nobody", why=f"known are {', '.join(SOURCES)}", do="--from user")
    at = moment_of(until, "--due", desk.clock.now())
    made = add_appeal(desk, number(case, "C"), source, reason, at, keep(desk.ledger, evidence) if evidence else "")
    item = {"appeal": f"A-{made}", "case": case_id(number(case, "C")), "due_at": iso(at)}
    current().display.show(Answer([item], {"open": 1}), Facts([(f"A-{made}", f"to be decided until {iso(at)[:10]}")]))
    current().display.next("takedown appeal list")


@app.command("decide")
def decide_(
    appeal: Annotated[str, typer.Argument(metavar="APPEAL", help="As A-3")],
    outcome: Annotated[str, typer.Option("--as", metavar="OUTCOME", help=" | ".join(OUTCOMES))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept, and a withdrawal gives it")],
    wait: Annotated[str, typer.Option("--wait", metavar="TIME", help="How long to wait for what may go out later")] = WAIT,
    key: Key = None,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help="Who acts; default TAKEDOWN_AS")] = None,
) -> int:
    """Record how an appeal ended. `reversed` withdraws the case and all that asked for the same, on every platform."""
    desk, display = desk_for("appeal decide", who, key), current().display
    if outcome not in OUTCOMES:
        raise UsageError(what=f"--as {outcome!r} is no outcome", why=f"known are {', '.join(OUTCOMES)}", do="--as upheld")
    found = decide_appeal(desk, number(appeal, "A"), outcome, reason)
    if not found.cases:
        display.show(Answer([], {"outcome": outcome}), Prose(f"A-{number(appeal, 'A')}: {outcome}"))
        return 0
    lanes = display.lanes()
    own = partial(sign, desk, key) if key or desk.live else None
    try:
        done = take_back(desk, found.cases, reason, seconds(wait, "--wait"), lanes, for_all=True, sign=own)
    finally:
        lanes.done()
    if found.others:
        names = " ".join(map(case_id, found.others[:10]))
        display.warn(f"{len(found.others)} more under the same file number, not known to be about the same: look at {names}")
    return show_taken_back([done])
