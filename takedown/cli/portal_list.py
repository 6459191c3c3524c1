"""`takedown portal list`: apart from the commands with which a person files, since it needs next to nothing of what they load."""

from __future__ import annotations

from typing import Any

import typer

from takedown.cli.context import current
from takedown.cli.options import OnPlatform
from takedown.cli.reading import reading_of
from takedown.clock import iso
from takedown.delivery.portal.tasks import Only, Task, median_seconds, open_tasks, to_follow
from takedown.display import Answer, Block, Column, Prose, Table
from takedown.ledger.states import State

app = typer.Typer()


@app.command("list")
def list_(platform: OnPlatform = None) -> None:
    """Who has which packet, and for how long; what was left or is uncertain first, and numbers that are to follow."""
    reading = reading_of()
    now = reading.clock.now()
    with reading.ledger() as ledger:
        tasks, owed, usual = open_tasks(ledger, now, Only(platform)), to_follow(ledger), median_seconds(ledger)
    rows = [[", ".join(t.file_numbers), t.id, t.platform, t.basis, t.assigned, who_has(t, now)] for t in tasks]
    columns = [Column("file number"), Column("packet"), Column("platform", 1), Column("basis", 3), Column("who", 1), Column("")]
    blocks: list[Block] = [Table(columns, rows, f"{len(rows)} to file by hand") if rows else Prose("Nothing to file by hand.")]
    if owed:
        titles = [Column("file number"), Column("packet"), Column("filed by", 1)]
        blocks.append(Table(titles, [[", ".join(t.file_numbers), t.id, t.assigned] for t in owed], "Filed, number to follow"))
    summary = {"waiting": len(tasks), "to_follow": len(owed), "median_seconds": usual}
    items = [{**facts(t), "overdue": t.overdue(now)} for t in tasks] + [{**facts(t), "overdue": False} for t in owed]
    current().display.show(Answer(items, summary), *blocks)
    first = "takedown portal run" if tasks else f"takedown portal done {owed[0].id} --ref NUMBER" if owed else "takedown status"
    current().display.next(first)


def facts(task: Task) -> dict[str, Any]:
    return {
        "request": task.id,
        "state": task.state.value,
        "platform": task.platform,
        "basis": task.basis,
        "references": list(task.file_numbers),
        "who": task.assigned,
        "opened_at": iso(task.opened_at) if task.opened_at else None,
        "lease_until": iso(task.lease_until) if task.lease_until else None,
        "respond_by": iso(task.respond_by) if task.respond_by else None,
        "check_first": task.check_first,
    }


def who_has(task: Task, now: float) -> str:
    """Who has a packet and for how long, in words."""
    if task.state is State.UNKNOWN:
        return f"uncertain: {task.detail}" if task.detail else "uncertain"
    if task.state is State.APPROVED:
        return "given back"
    if task.opened_at is not None:
        over = task.lease_until is not None and task.lease_until <= now
        begun = f"opened {_minutes(now - task.opened_at)} ago"
        return f"{begun}, left" if over else begun
    if task.assigned:
        return f"given, for {_minutes((task.lease_until or now) - now)} more"
    return "free"


def _minutes(seconds: float) -> str:
    whole = max(0, round(seconds / 60))
    return f"{whole} min" if whole < 120 else f"{round(whole / 60)} h"
