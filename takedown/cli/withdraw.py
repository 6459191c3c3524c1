"""`takedown withdraw`: taking back what was sent, or is about to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_of, sign, with_key
from takedown.cli.options import As, Key
from takedown.cli.submit import WAIT, seconds
from takedown.contract import UsageError
from takedown.delivery.portal.attachments import keep
from takedown.desk import Desk
from takedown.display import Answer, Facts, Prose
from takedown.ledger.ids import case_id, number, plan_id
from takedown.outcomes.withdraw import TakenBack, go_on, note_answer, take_back

app = typer.Typer()
ANSWERS = ("acknowledged", "refused")


@app.command("withdraw")
def withdraw_(
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE ...", help="As C-12")] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the platform and a reviewer read it")] = "",
    for_all: Annotated[bool, typer.Option("--for-all", help="Also for the other agencies that reported it")] = False,
    due: Annotated[bool, typer.Option("--due", help="Go on with those that had to wait for their sending to end")] = False,
    answered: Annotated[
        str | None,
        typer.Option("--answered", metavar="V", help="What the platform answered: " + " or ".join(ANSWERS)),
    ] = None,
    evidence: Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="What shows the answer")] = None,
    wait: Annotated[str, typer.Option("--wait", metavar="TIME", help="How long to wait for what may go out later")] = WAIT,
    key: Key = None,
    as_name: As = None,
) -> int:
    """Take cases back: out of their plan, or by a withdrawal over the channel that they were sent on.

    One person is enough; a second one reviews it afterwards (`takedown review list`). What is being sent at this moment is
    withdrawn as soon as it is known what became of it.
    """
    desk = desk_of(as_name)
    if not cases and not due:
        raise UsageError(what="no case was named", why="--due alone needs none", do="takedown withdraw CASE --reason TEXT")
    numbers = [number(one, "C") for one in cases or ()]
    if not due:
        desk = with_key(desk, "withdraw", as_name, key)
    if answered is not None:
        return _note(desk, numbers, answered, evidence)
    display = current().display
    lanes = display.lanes()
    try:
        if due:
            found = go_on(desk, seconds(wait, "--wait"), lanes)
        else:
            own = partial(sign, desk, key) if key or desk.live else None
            found = [take_back(desk, numbers, reason, seconds(wait, "--wait"), lanes, for_all=for_all, sign=own)]
    finally:
        lanes.done()
    return show_taken_back(found)


def show_taken_back(found: Iterable[TakenBack]) -> int:
    display, items, pairs = current().display, list[Mapping[str, object]](), list[tuple[str, str]]()
    code, plans = 0, list[str]()
    for one in found:
        words = {
            "withdrawing": (one.done.withdrawing, "withdrawal " + ("sent" if one.sent and not one.sent.exit else "to be sent")),
            "taken_out": (one.done.taken_out, "had not left, and does not leave"),
            "waiting": (one.done.waiting, "being sent, or uncertain; its withdrawal follows"),
            "loosened": (one.done.loosened, "was in the same request, to be planned anew"),
        }
        plan = plan_id(one.done.plan) if one.done.plan else None
        for what, (numbers, said) in words.items():
            items += (
                {"case": case_id(n), "what": what, "plan": plan_id(one.done.plan) if one.done.plan else None} for n in numbers
            )
            pairs += ((case_id(n), said) for n in numbers)
        code = code or (one.sent.exit if one.sent else 0)
        plans += [plan] if plan else []
    display.show(Answer(items, {"cases": len(items), "plans": plans}), Facts(pairs) if pairs else Prose("No withdrawal waits."))
    waits = any(one.done.waiting for one in found)
    if waits:
        display.warn("what is being sent cannot be called back; it is withdrawn as soon as it is known what became of it")
    for one in found:
        if one.why:
            display.warn(one.why)
    operator = next((one for one in found if one.sent and one.sent.operator), None)
    unfinished = next((one for one in found if one.sent and one.sent.exit), None)
    if operator:
        display.next("takedown portal run")
    elif unfinished:
        display.next(f"takedown submit {plan_id(unfinished.done.plan)}")
    elif waits:
        display.next("takedown withdraw --due")
    elif plans:
        display.next("takedown review list")
    return code or (8 if waits else 0)


def _note(desk: Desk, numbers: list[int], value: str, evidence: Path | None) -> int:
    if value not in ANSWERS:
        why = "that it is there again is for us to see: takedown verify, takedown sight"
        raise UsageError(what=f"--answered {value!r} is no answer", why=why, do=f"--answered {ANSWERS[0]}")
    proof = keep(desk.ledger, evidence) if evidence else ""
    fresh = [one for one in numbers if note_answer(desk, one, value, proof)]
    items = [{"case": case_id(one), "withdrawal": value} for one in fresh]
    said = [(case_id(one), f"withdrawal {value}" if one in fresh else "nothing new") for one in numbers]
    current().display.show(Answer(items, {"new": len(fresh)}), Facts(said))
    return 0
