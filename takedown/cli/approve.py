"""`takedown approve` and `reject`: the second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of, sign, signing
from takedown.cli.options import As, Key, PlanArg
from takedown.cli.plan import show_planned
from takedown.cli.review_screen import difference, one_case, review_blocks
from takedown.contract import UsageError
from takedown.desk import Desk
from takedown.display import Answer, Block
from takedown.ledger.ids import number, plan_id
from takedown.planning.approving import approve, demands_of
from takedown.planning.comparing import compare
from takedown.planning.listing import get_plan
from takedown.planning.looking import ASKED, Looked, sample_of, shown
from takedown.planning.rejecting import reject
from takedown.planning.showing import review

app = typer.Typer()
Verdicts = list[str] | None


@app.command("approve")
def approve_(
    plan: PlanArg,
    cases: Annotated[int | None, typer.Option("--cases", metavar="N", help="The number of cases, typed")] = None,
    flagged: Annotated[
        Verdicts, typer.Option("--flagged", metavar="CASE=yes", help="Your verdict on one flagged case; may be repeated")
    ] = None,
    sample: Annotated[
        Verdicts, typer.Option("--sample", metavar="CASE=yes", help="Your verdict on one case of the sample; may be repeated")
    ] = None,
    answer: Annotated[
        Verdicts, typer.Option("--answer", metavar="CASE=TEXT", help="Why a protected speaker's case is lawful; may be repeated")
    ] = None,
    key: Key = None,
    as_name: As = None,
) -> int:
    """Sign a plan's digest, after looking at it. The planner cannot. Whose name it is, the policy says of the key.

    Flagged cases are approved one by one, and of a large plan a sample is walked: on a terminal you are asked.
    """
    desk, context = desk_of(as_name), current()
    row = get_plan(desk.ledger, number(plan, "P"))
    desk = signing(desk, as_name, key)
    looked = Looked(_verdicts(flagged, "--flagged"), _verdicts(sample, "--sample"), _answers(answer))
    if context.interactive:
        context.display.show(Answer(), *_screen(desk, row))
        looked = _walk(desk, row, looked)
    typed = cases if cases is not None else _number(context.ask(f"How many cases does {plan_id(row['id'])} hold?", "--cases N"))
    missing = approve(desk, row["id"], typed, sign(desk, key, row["digest"]), looked)
    summary = {"plan": plan_id(row["id"]), "digest": row["digest"], "approved_by": desk.who, "missing": missing}
    context.display.show(Answer([], summary))
    if missing:
        context.display.say(f"{desk.who} approved {plan_id(row['id'])}; {missing} more must.")
        return 8
    context.display.say(f"{plan_id(row['id'])} is approved by {desk.who}: {row['cases']} cases, {row['requests']} requests.")
    context.display.next(f"takedown submit {plan_id(row['id'])}")
    return 0


def _screen(desk: Desk, row: Mapping[str, Any]) -> list[Block]:
    """The review, or of a plan that another one's rejection left, what is different."""
    blocks = review_blocks(review(desk.ledger, row, desk.policy))
    if row["successor_of"] is None:
        return blocks
    old = int(row["successor_of"])
    return [blocks[0], difference(compare(desk.ledger, old, row["id"]), plan_id(old), plan_id(row["id"]))]


def _walk(desk: Desk, row: Mapping[str, Any], looked: Looked) -> Looked:
    """Ask for a verdict on every case that has none yet."""
    demands = demands_of(desk, row)
    sample = sample_of(desk.ledger, row, demands.sample)
    flagged = _ask(desk, tuple(demands.flagged), looked.flagged, demands.flagged)
    seen = {case: verdict for case, verdict in flagged.items() if case in sample}
    walked = _ask(desk, sample, {**looked.sample, **seen}, {})
    wanted = [case for case in demands.protected if flagged.get(case) and case not in looked.answers]
    if wanted:
        current().display.say(f"Protected speakers: say why it is lawful all the same. Think of {ASKED}.")
    asked = {case: current().ask(f"{case}:", f'--answer "{case}=TEXT"') for case in wanted}
    return Looked(flagged, walked, {**looked.answers, **asked})


def _ask(desk: Desk, wanted: Sequence[str], given: Mapping[str, bool], why: Mapping[str, Sequence[str]]) -> dict[str, bool]:
    context, found = current(), dict(given)
    left = [case for case in wanted if case not in found]
    for at, case in enumerate(left):
        context.display.show(Answer(), one_case(shown(desk.ledger, (case,))[0], why.get(case, ())))
        answer = ""
        while answer not in {"y", "yes", "n", "no"}:
            answer = context.ask(f"{at + 1} of {len(left)}: do you approve {case}? [y/n]", f"--flagged {case}=yes").lower()
        found[case] = answer in {"y", "yes"}
    return found


def _verdicts(given: Verdicts, flag: str) -> dict[str, bool]:
    """`C-3=yes` as a mapping. Raises UsageError."""
    found: dict[str, bool] = {}
    for one in given or ():
        case, _, verdict = one.partition("=")
        if verdict.lower() not in {"yes", "no"}:
            raise UsageError(what=f"{flag} {one} is not a verdict", why="it is yes or no, for one case", do=f"{flag} C-3=yes")
        found[f"C-{number(case, 'C')}"] = verdict.lower() == "yes"
    return found


def _answers(given: Verdicts) -> dict[str, str]:
    """`C-3=words` as a mapping. Raises UsageError."""
    parted = [one.partition("=") for one in given or ()]
    return {f"C-{number(case, 'C')}": text.strip() for case, _, text in parted}


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
    key: Key = None,
    as_name: As = None,
) -> int:
    """Reject a plan, or take cases out of it: the rest becomes a new plan, to be approved anew."""
    desk, context = desk_for("reject", as_name, key), current()
    ident, out = number(plan, "P"), [number(one, "C") for one in case or ()]
    successor = reject(desk, ident, reason, out)
    context.display.say(f"{plan_id(ident)} is rejected.")
    if successor is None:
        context.display.show(Answer([], {"plan": plan_id(ident), "state": "rejected"}))
        return 0
    code = show_planned(desk, successor)
    context.display.next(f"takedown plan show {plan_id(successor.plan)} --diff {plan_id(ident)}")
    return code
