"""`takedown init` and `doctor`: setting up, and looking whether all is set up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.desk import Desk, open_desk
from takedown.display import Answer, Cell, Column, Styled, Table
from takedown.doctor import Finding, look
from takedown.layers import PROJECT_FILE
from takedown.ledger.setup import create
from takedown.settings import STARTER

app = typer.Typer()


@app.command("init")
def init() -> int:
    """Write takedown.toml and the ledger, whatever of them is missing; then look whether all is well."""
    context = current()
    file = Path(context.flags.config or PROJECT_FILE)
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(STARTER)
        context.display.say(f"{file} was written. It is for practice: a sandbox that reaches this machine only.")
    config = context.load_config()
    create(config.settings.ledger.url, config.folder, config.settings.environment).close()
    return _doctor(open_desk(config, context.acting()), online=False)


@app.command("doctor")
def doctor(online: Annotated[bool, typer.Option("--online", help="Also try to connect; still sends nothing")] = False) -> int:
    """Look at configuration, credentials, templates, ledger, clock and channels. Sends nothing."""
    context = current()
    return _doctor(open_desk(context.load_config(), context.acting()), online=online)


def _doctor(desk: Desk, *, online: bool) -> int:
    display = current().display
    found = list(look(desk, online=online))
    rows: list[list[Cell]] = [[Styled(one.mark, STYLES[one.mark]), one.what, one.detail, one.do] for one in found]
    items = [{"mark": one.mark, "what": one.what, "detail": one.detail, "do": one.do} for one in found]
    bad = [one for one in found if one.mark == "bad"]
    columns = [Column(""), Column("what"), Column("found", 1), Column("do")]
    display.show(Answer(items, {"bad": len(bad)}), Table(columns, rows))
    display.next("takedown import FILE" if not bad else str(bad[0].do))
    return _exit(bad)


STYLES = {"ok": "green", "look": "yellow", "bad": "red"}


def _exit(bad: list[Finding]) -> int:
    return next((one.exit for one in bad), 0)
