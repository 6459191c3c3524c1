"""`takedown inbox list`: apart from the other commands about mails, since it needs next to nothing of what they load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from takedown.cli.context import current
from takedown.cli.reading import reading_of
from takedown.cli.wording import plural
from takedown.display import Answer, Column, Prose, Table
from takedown.inbox.listing import mails

app = typer.Typer()


@app.command("list")
def list_(
    unmatched: Annotated[bool, typer.Option("--unmatched", help="Only those that somebody must look at")] = False,
) -> None:
    """List the mails, the oldest first. With `?` stands what a mail only mentions: no proof that it answers that request."""
    with reading_of().ledger() as ledger:
        show_mails(mails(ledger, unmatched))


COLUMNS = (
    Column("mail"), Column("class"), Column("answers"), Column("sender proven"), Column("from", 1), Column("subject", 2),
    Column("why", 1),
)  # fmt: skip


def show_mails(items: Sequence[dict[str, Any]], *, dry_run: bool = False) -> None:
    display = current().display
    people = sum(1 for one in items if one["needs_person"])
    summary = {"messages": len(items), "need_person": people}
    table = Table(COLUMNS, [_line(one) for one in items], f"{plural(len(items), 'mail')}, {people} for a person")
    display.show(Answer(items, summary, dry_run=dry_run), table if items else Prose("No mails."))
    if not dry_run:
        display.next("takedown inbox list --unmatched" if people else "takedown status")


def _line(one: dict[str, Any]) -> list[str]:
    reasons = one["reasons"] if isinstance(one["reasons"], str) else "; ".join(one["reasons"])
    answers = " ".join(filter(None, (one["request"], one.get("case")))) or (f"{one['hint']}?" if one.get("hint") else "-")
    kind = one["class"].replace("_", " ")
    name = one.get("message") or one["file"]
    return [
        name,
        kind,
        answers,
        "yes" if one["verified"] else "no",
        one["sender"],
        one["subject"],
        reasons if one["needs_person"] else "",
    ]
