"""`takedown plan`: the dry run, its review, and its end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from takedown.approval import NoKey
from takedown.cli.context import current
from takedown.cli.desk import desk_for, desk_of, sign, signing
from takedown.cli.options import As, Batch, Key, OnPlatform, PlanArg
from takedown.cli.plan_list import list_
from takedown.cli.plan_show import show
from takedown.cli.review_screen import review_blocks
from takedown.cli.seen import leaving
from takedown.cli.wording import plural
from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.display import Answer, Cell, Column, Problem, Prose, Table
from takedown.ledger.ids import number, plan_id
from takedown.planning.approving import demands_of
from takedown.planning.digest import planner_statement
from takedown.planning.listing import get_plan
from takedown.planning.making import NothingToPlan, Planned, make_plan
from takedown.planning.planner import sign_as_planner
from takedown.planning.selection import Selection
from takedown.planning.showing import items, raw, review
from takedown.planning.undoing import discard

app = typer.Typer()
app.command("list")(list_)
app.command("show")(show)


@app.callback(invoke_without_command=True)
def plan(
    ctx: typer.Context,
    batch: Batch = None,
    platform: OnPlatform = None,
    case: Annotated[list[str] | None, typer.Option("--case", metavar="C-N", help="Only this case; may be repeated")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="At most so many cases; the others wait for another plan")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Also write each request's bytes there")] = None,
    key: Key = None,
    emergency: Annotated[
        str | None, typer.Option("--emergency", metavar="REASON", help="Limits of a day do not hold; two others sign at once")
    ] = None,
    as_name: As = None,
) -> int | None:
    """Freeze what would be sent, byte for byte. This is the dry run: nothing leaves, no connection is opened."""
    if ctx.invoked_subcommand is not None:
        return None
    desk = _planner(desk_of(as_name), as_name, key)
    named = tuple(number(one, "C") for one in case or ())
    chosen = Selection(number(batch, "B") if batch else None, platform, named, limit=limit)
    return plan_cases(desk, chosen, emergency or "", out, key)


def plan_cases(desk: Desk, chosen: Selection, emergency: str = "", out: Path | None = None, key: Path | None = None) -> int:
    """Plan, and say what was planned; 0 also when there is nothing to plan, 3 when cases had to be left out."""
    try:
        made = make_plan(desk, chosen, emergency)
    except NothingToPlan as nothing:
        display = current().display
        summary = {"plan": None, "digest": None, "requests": 0, "cases": 0, "left_out": 0}
        problem = Problem(nothing.code, nothing.message, nothing.why, nothing.do)
        display.nothing(problem, Answer([], summary, [nothing.message], dry_run=True))
        return 0
    return show_planned(desk, made, out, key)


def _planner(desk: Desk, as_name: str | None, key: Path | None) -> Desk:
    """The desk with the planner at it, whose key says who it is. In live a plan may be made without one, and be signed later."""
    if key is None and not desk.live:
        return desk
    try:
        return signing(desk, as_name, key)
    except NoKey:
        if key is not None:
            raise
        return desk


def show_planned(desk: Desk, made: Planned, out: Path | None = None, key: Path | None = None) -> int:
    """Say what was planned, signed by its planner where a key is there; 3 when cases had to be left out."""
    context, name = current(), plan_id(made.plan)
    signed = _vouch(desk, made, key)
    if out is not None:
        write_bytes(desk, made.plan, out)
    row = get_plan(desk.ledger, made.plan)
    called = _call(desk, row)
    summary = {"plan": name, "digest": made.digest, "requests": made.requests, "cases": made.cases}
    left = [f"{one.case} was left out: {one.why}" for one in made.left_out]
    answer = Answer(
        items(desk.ledger, made.plan), {**summary, "left_out": len(left)}, [*left, *made.warnings, *called], dry_run=True
    )
    context.display.show(answer, *([] if context.flags.json else review_blocks(review(desk.ledger, row, desk.policy))))
    context.display.say("Dry run: nothing was sent.")
    needed = demands_of(desk, row).approvals
    if desk.live and not signed:
        context.display.next(f"takedown plan sign {name} --as {row['planner']} --key FILE")
        return 3 if left else 0
    context.display.next(f"takedown approve {name} --as NAME --cases N" if needed else f"takedown submit {name}")
    return 3 if left else 0


def _call(desk: Desk, row: Mapping[str, Any]) -> list[str]:
    """A second person is called to an emergency at once; returns who could not be, and why."""
    if not demands_of(desk, row).emergency:
        return []
    from takedown.delivery.calling import call_second  # what opens connections loads slowly, and a dry run has no need of it

    done = call_second(desk, row)
    if done.reached:
        current().display.say(f"Called by mail: {', '.join(done.reached)}.")
    missed = [f"{name} was not called: {why}" for name, why in done.missed.items()]
    return missed if done.reached else [*missed, "nobody was reached by mail: call a second person yourself"]


def _vouch(desk: Desk, made: Planned, key: Path | None) -> bool:
    """The planner's signature, with the key given or in live an agent's; without either the plan waits for it.

    A key that does not fit ends the plan, so that its cases are free again.
    """
    if (key is None and not desk.live) or get_plan(desk.ledger, made.plan)["planner"] != desk.who:
        return False
    try:
        sign_as_planner(desk, made.plan, sign(desk, key, planner_statement(made.digest)))
    except NoKey:  # a file that was given is open since before the plan was made
        return False
    except RefusedByPolicy:
        discard(desk.ledger, made.plan, "its planner's key did not fit")
        raise
    return True


@app.command("call")
def call_(as_name: As = None) -> int:
    """Call a second time, by mail, who has not signed an emergency in time; never a third. Made for cron, every few minutes.

    Exit 8 when somebody was called, or nobody could be.
    """
    from takedown.delivery.calling import call_again

    done, display = call_again(desk_of(as_name)), current().display
    items = [{"plan": plan_id(plan), "reached": list(called.reached), "missed": dict(called.missed)} for plan, called in done]
    display.show(Answer(items, {"plans": len(items)}), *([] if done else [Prose("Nobody has to be called.")]))
    for plan, called in done:
        display.say(f"{plan_id(plan)}: called a second time: {', '.join(called.reached) or 'nobody'}.")
        for name, why in called.missed.items():
            display.warn(f"{name} was not called: {why}")
        display.next(f"takedown approve {plan_id(plan)} --cases N")
    return 8 if done else 0


@app.command("sign")
def sign_(plan: PlanArg, key: Key = None, as_name: As = None) -> None:
    """Sign a plan as the one who made it. In live nobody can approve it before."""
    desk, display = desk_of(as_name), current().display
    row = get_plan(desk.ledger, number(plan, "P"))
    desk = signing(desk, as_name, key)
    sign_as_planner(desk, row["id"], sign(desk, key, planner_statement(row["digest"])))
    display.show(Answer([], {"plan": plan_id(row["id"]), "digest": row["digest"], "signed_by": desk.who}))
    display.say(f"{plan_id(row['id'])} is signed by {desk.who}, who made it.")
    display.next(f"takedown approve {plan_id(row['id'])} --as NAME --cases N")


def write_bytes(desk: Desk, plan: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for one in items(desk.ledger, plan):
        request = str(one["request"])
        (out / f"{request}.{one['platform']}.{one['channel']}").write_bytes(raw(desk.ledger, plan, number(request, "R")))


@app.command("letters")
def letters_(
    plan: PlanArg,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="A file a request as PDF/A, and its text beside it")],
) -> None:
    """Write every letter of a plan as PDF/A, with the same text as UTF-8 beside it. The same plan gives the same bytes."""
    from takedown.planning.letters import letters

    desk, display = desk_of(), current().display
    row = get_plan(desk.ledger, number(plan, "P"))
    leaving(desk, "plan letters", out, (), {"plan": plan_id(row["id"])})
    out.mkdir(parents=True, exist_ok=True)
    made: list[dict[str, object]] = []
    for one in letters(desk, row["id"]):
        pdf, name = one.pdf(), out / f"{one.request}.{one.platform}"
        name.with_name(f"{name.name}.pdf").write_bytes(pdf)
        name.with_name(f"{name.name}.txt").write_text(one.text, encoding="utf-8")
        made.append({"request": one.request, "reference": one.reference, "pdf": f"{name}.pdf", "text": f"{name}.txt",
                     "sha256": hashlib.sha256(pdf).hexdigest(), "language": one.layout.language})  # fmt: skip
    columns = [Column("request"), Column("reference"), Column("language", 1), Column("file")]
    rows: list[list[Cell]] = [[str(one[key]) for key in ("request", "reference", "language", "pdf")] for one in made]
    display.show(Answer(made, {"plan": plan_id(row["id"]), "letters": len(made)}), Table(columns, rows))
    display.say(f"{plural(len(made), 'letter')} in {out}, each as PDF/A and as text")


@app.command("discard")
def discard_(
    plan: PlanArg,
    reason: Annotated[str, typer.Option("--reason", help="Why")] = "discarded by hand",
    key: Key = None,
    as_name: As = None,
) -> None:
    """End a plan: what surely has not left goes back to draft, what has left stays."""
    desk = desk_for("plan discard", as_name, key)
    left = discard(desk.ledger, number(plan, "P"), reason, desk.who)
    stays = f" {left} requests have left or may have; they stay." if left else ""
    current().display.say(f"{plan} is discarded; what was not sent can be planned again.{stays}")
    current().display.next("takedown plan")
