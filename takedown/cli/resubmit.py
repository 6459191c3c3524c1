"""`takedown resubmit`: reminders of what is pending, and plans for what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Annotated, cast

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_of
from takedown.cli.options import As, OnPlatform
from takedown.cli.submit import WAIT, seconds
from takedown.cli.verify import tell_noticed
from takedown.contract import UsageError
from takedown.delivery.deliver import deliver
from takedown.display import Answer, Cell, Column, Lines, Prose, Table
from takedown.ledger.ids import plan_id
from takedown.outcomes.before_sending import look_before
from takedown.outcomes.resubmit import ANEW, REMIND, Chosen, Resubmission, choose, look, spend, wake
from takedown.planning.making import Planned, make_plan

app = typer.Typer()


@app.command("resubmit")
def resubmit(
    pending: Annotated[
        bool, typer.Option("--pending", help="Cases without a final answer, and those that surely failed")
    ] = False,
    older_than: Annotated[str, typer.Option("--older-than", metavar="TIME", help="Only what was sent longer ago")] = "72h",
    platform: OnPlatform = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; send nothing")] = False,
    wait: Annotated[str, typer.Option("--wait", metavar="TIME", help="How long to wait for what may go out later")] = WAIT,
    as_name: As = None,
) -> int:
    """Remind platforms of what is pending, and plan anew what surely failed. Made for cron.

    Reminders that were frozen and approved with their plan are sent at once. Everything else becomes a plan that waits for a
    person: exit 8. Exit 0 when nothing was due.
    """
    if not pending:
        raise UsageError(what="nothing to resubmit was named", why="--pending says which cases", do="takedown resubmit --pending")
    desk = desk_of(as_name)
    patience = seconds(older_than, "--older-than")
    if dry_run:
        return _foretell(look(desk, patience, platform))
    chosen = choose(desk, patience, platform)
    worst = 0
    for plan in wake(desk, chosen):
        lanes = current().display.lanes()
        try:
            looked = look_before(desk, plan, lanes)
            worst = max(worst, deliver(desk, plan, wait=seconds(wait, "--wait"), limit=None, progress=lanes).exit)
        finally:
            lanes.done()
        tell_noticed(looked)
    made = make_plan(desk, chosen.selection()) if chosen.anew else None
    if made:
        desk.ledger.write(lambda book: spend(book, chosen.anew))
    code = _tell(chosen, made)
    if made:
        current().display.next(f"takedown plan show {plan_id(made.plan)}")
    return worst or code


AT_ONCE = 500
"""Cases of a dry run that make a table; more are told line by line as they are found."""


def _foretell(found: Iterator[Chosen]) -> int:
    """What would be done, of any number of cases."""
    summary: dict[str, object] = {"reminders": 0, "anew": 0, "left_alone": 0, "plan": None}

    def counted() -> Iterator[Chosen]:
        for one in found:
            kind = {REMIND: "reminders", ANEW: "anew"}.get(one.what, "left_alone")
            summary[kind] = cast("int", summary[kind]) + 1
            yield one

    few = list(islice(counted(), AT_ONCE))
    rest = counted()
    more = next(rest, None)
    if more is None:
        current().display.show(Answer(map(_item, few), summary, dry_run=True), _table(few))
        return 0
    every = chain(few, [more], rest)
    lines = (f"{one.reference}  {one.case:<9} {one.platform:<10} {one.what}: {one.why}" for one in every)
    current().display.show(Answer(map(_item, every), summary, dry_run=True), Lines(lines))
    return 0


def _tell(chosen: Resubmission, made: Planned | None) -> int:
    """One answer for all that was done; 8 when a plan was made, which waits for a person."""
    summary: dict[str, object] = {"reminders": len(chosen.reminders), "anew": len(chosen.anew), "left_alone": len(chosen.left)}
    summary |= {"plan": plan_id(made.plan) if made else None}
    left = [f"{one.case} was left out: {one.why}" for one in made.left_out] if made else []
    current().display.show(Answer(map(_item, chosen.all()), summary, left), _table(chosen.all()))
    return 8 if made else 0


def _item(one: Chosen) -> dict[str, object]:
    told = {name: getattr(one, name) for name in ("case", "reference", "platform", "what", "why")}
    return {**told, "do": one.do or None}


def _table(found: Sequence[Chosen]) -> Table | Prose:
    columns = [Column("reference"), Column("case"), Column("platform", 1), Column("what"), Column("why", 2)]
    rows: list[list[Cell]] = [[one.reference, one.case, one.platform, one.what, one.why] for one in found]
    return Table(columns, rows, "Resubmission") if rows else Prose("Nothing is due.")
