"""`takedown ledger`: upgrade, backup, restore, move."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.desk import desk_of
from takedown.cli.options import As
from takedown.cli.reading import reading_of
from takedown.cli.seen import leaving
from takedown.display import Answer, Facts
from takedown.ledger.backup import backup, restore
from takedown.ledger.setup import upgrade
from takedown.moving import move_ledger

app = typer.Typer()


@app.callback()
def ledger() -> None:
    """Care for the ledger."""


@app.command("upgrade")
def upgrade_() -> None:
    """Bring the ledger's tables to this program's version."""
    config = current().load_config()
    was, now = upgrade(config.settings.ledger.url, config.folder)
    current().display.show(Answer([], {"from": was, "to": now}), Facts([("was", was), ("is", now)]))


@app.command("backup")
def backup_(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Copy the ledger, its secret and its evidence while it is in use. Keep all three as safe as the ledger itself.

    Exit 12 when a file of evidence is not what it is named after; it is left out, and the backup is good for the rest. Also when
    the ledger's file is damaged; the copy is as damaged.
    """
    config = current().load_config()
    leaving(reading_of(), "ledger backup", file)
    made = backup(config.settings.ledger.url, config.folder, file)
    display, evidence = current().display, made.evidence
    for name in evidence.left_out:
        display.warn(f"evidence {name} has other bytes than its name says, and was left out: takedown audit verify --read-data")
    if made.damage:
        display.warn(f"the ledger's file is damaged, and so is this copy: {made.damage}. Keep older backups")
    summary = {"file": str(file), "sha256": made.sha256, "evidence": evidence.files, "left_out": list(evidence.left_out)}
    summary |= {"damage": made.damage}
    facts = Facts([("backup", str(file)), ("sha256", made.sha256), ("files of evidence", evidence.files)])
    display.show(Answer([], summary), facts)
    if evidence.left_out or made.damage:
        raise typer.Exit(12)


@app.command("restore")
def restore_(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Put a backup in the ledger's place; the present one is kept beside it.

    What was open becomes uncertain; what was not sent is in doubt until a person has looked whether it was sent since.
    """
    context = current()
    if not context.confirm("Put the backup in the ledger's place?"):
        raise typer.Exit(2)
    config = context.load_config()
    done = restore(config.settings.ledger.url, config.folder, config.settings.environment, file)
    facts = Facts([("requests, now uncertain", done.uncertain), ("unsent cases, now in doubt", done.doubted)])
    context.display.show(Answer([], {"uncertain": done.uncertain, "doubted": done.doubted}), facts)
    if done.doubted:
        context.display.warn(
            "what the backup calls unsent may have been sent since: nothing of it is planned before somebody has looked"
        )
    context.display.next("takedown reconcile --as NAME")


@app.command("move")
def move_(
    url: Annotated[str, typer.Argument(metavar="URL", help="postgresql://HOST/DATABASE, an empty one")], as_name: As = None
) -> None:
    """Copy a SQLite ledger to PostgreSQL, verify rows and audit chain there, and halt the file. Then change [ledger] url.

    Passwords belong in ~/.pgpass. Stop what is sending first: what is on the wire during the move is uncertain afterwards.
    """
    context = current()
    desk = desk_of(as_name)
    if not context.confirm("Move the ledger? The file is kept, and sends nothing any more."):
        raise typer.Exit(2)
    done = move_ledger(desk, url)
    counts = [(name, done.rows[name]) for name in ("cases", "requests", "attempts", "events")]
    facts = Facts([("moved to", done.where), *counts, ("rows in all", done.total)])
    context.display.show(Answer([], {"url": done.where, "rows": dict(done.rows)}), facts)
    context.display.say(f'Write this into {desk.config.file.name}, under [ledger]: url = "{done.where}"')
    context.display.next("takedown doctor")
