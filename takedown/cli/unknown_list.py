"""`takedown unknown list`: apart from the command that decides, since it needs next to nothing of what that loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from takedown.cli.context import current
from takedown.cli.reading import reading_of, whole_desk
from takedown.clock import iso
from takedown.delivery.portal.tasks import leases_over
from takedown.delivery.uncertain import uncertain
from takedown.display import Answer, Column, Prose, Table

if TYPE_CHECKING:
    from takedown.desk import Desk

app = typer.Typer()


@app.command("list")
def list_() -> None:
    """What is known of each, and what could settle it."""
    reading, display = reading_of(), current().display
    with reading.ledger() as ledger:
        over = leases_over(ledger, reading.clock.now())
    if over:
        _sweep(whole_desk())
    with reading.ledger() as ledger:
        found = uncertain(ledger, whole_desk)
    items = [
        {
            "request": one.id,
            "references": list(one.file_numbers),
            "platform": one.platform,
            "channel": one.channel,
            "our_reference": one.reference,
            "cases": one.cases,
            "attempts": one.attempts,
            "since": iso(one.since),
            "why": one.why,
            "who": one.who,
            "settled_by": one.settles.name.lower(),
            "do": one.do,
        }
        for one in found
    ]
    columns = [
        Column("file number"),
        Column("request"),
        Column("platform", 1),
        Column("since (UTC)", 2),
        Column("attempts", 4, number=True),
        Column("why", 1),
        Column("settled by", 3),
    ]
    rows = [
        [", ".join(u.file_numbers), u.id, u.platform, iso(u.since)[:16].replace("T", " "), u.attempts, u.why, u.settles.value]
        for u in found
    ]
    table = Table(columns, rows, f"{len(found)} sending uncertain")
    display.show(Answer(items, {"uncertain": len(found)}), table if found else Prose("No sending is uncertain."))
    display.next(found[0].do if found else "takedown status")


def _sweep(desk: Desk) -> None:
    """What somebody opened and left may have been filed."""
    from takedown.delivery.portal.taking import sweep

    desk.ledger.write(sweep)
