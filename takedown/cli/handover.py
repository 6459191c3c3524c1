"""`takedown handover`: for leave."""

from __future__ import annotations

from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_for
from takedown.cli.options import As, Key
from takedown.cli.wording import plural
from takedown.delivery.portal.handover import hand_over
from takedown.display import Answer, Prose

app = typer.Typer()
From = Annotated[str, typer.Option("--from", metavar="NAME", help="Who goes")]
To = Annotated[str, typer.Option("--to", metavar="NAME", help="Who does it from now on")]


@app.command("handover")
def handover(old: From, new: To, key: Key = None, as_name: As = None) -> int:
    """Give what one person was assigned to another, and record it. Exit 8 when something is left that only they can end.

    Packets for portals are what is assigned to people; mails, questions and reviews wait for anybody. What somebody planned,
    filed or signed stays theirs.
    """
    done = hand_over(desk_for("handover", as_name, key), old, new)
    display = current().display
    summary = {"from": old, "to": new, "moved": len(done.moved), "open": list(done.open)}
    said = f"{plural(len(done.moved), 'packet')} handed over from {old} to {new}."
    display.show(Answer([{"request": one} for one in done.moved], summary), Prose(said))
    for one in done.open:
        display.warn(f"{one} was opened by {old}: only they know whether it was filed (takedown portal unsure {one})")
    if done.moved:
        display.next("takedown portal list")
    return 8 if done.open else 0
