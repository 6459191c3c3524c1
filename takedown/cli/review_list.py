"""`takedown review list`: apart from the other commands of the second person, since it needs next to nothing of them."""

from __future__ import annotations

import typer

from takedown.cli.context import current
from takedown.cli.reading import reading_of
from takedown.cli.wording import plural
from takedown.clock import iso
from takedown.display import Answer, Column, Prose, Table
from takedown.ledger.ids import plan_id
from takedown.planning.unreviewed import unreviewed

app = typer.Typer()


@app.command("list")
def list_() -> None:
    """What waits for a second person's look, the oldest first."""
    with reading_of().ledger() as ledger:
        found = unreviewed(ledger)
    items = [
        {"plan": plan_id(one.plan), "purpose": one.purpose, "by": one.by, "at": iso(one.at), "reason": one.said,
         "cases": [case for case, _, _ in one.cases]}
        for one in found
    ]  # fmt: skip
    columns = [Column("plan"), Column("by"), Column("at (UTC)", 2), Column("cases", 1), Column("reason")]
    rows = [[plan_id(u.plan), u.by, iso(u.at)[:16].replace("T", " "), _cases(u.cases), u.said] for u in found]
    table = Table(columns, rows, f"{plural(len(found), 'withdrawal')} to be reviewed")
    display = current().display
    display.show(Answer(items, {"due": len(found)}), table if found else Prose("Nothing waits for a review."))
    display.next(f"takedown review accept {plan_id(found[0].plan)} --as NAME" if found else "takedown status")


def _cases(held: tuple[tuple[str, str, str], ...]) -> str:
    return ", ".join(case for case, _, _ in held[:5]) + (f" and {len(held) - 5} more" if len(held) > 5 else "")
