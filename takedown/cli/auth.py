"""`takedown auth`: where each secret comes from, whether it can be read, and keeping one.

No secret is ever shown or taken from an argument.
"""

from __future__ import annotations

from getpass import getpass
from typing import Annotated

import typer

from takedown.cli.context import current
from takedown.cli.installed import installed
from takedown.contract import TakedownError, UsageError
from takedown.display import Answer, Cell, Column, Styled, Table
from takedown.secrets import Kind, Named, drop, keep, named, secret, source
from takedown.settings import Config

app = typer.Typer(no_args_is_help=True, help="Secrets: where each comes from, whether it can be read; set and remove one.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="A platform, smtp, imap, or audit for the mailbox of heads")]
COLUMNS = (Column("secret"), Column("comes from"), Column("state"), Column("do", 1))
STYLES = {"readable": "green", "not tried": "yellow", "not needed": "dim", "missing": "red"}


@app.command("list")
def list_() -> None:
    """Show where each secret comes from and whether it can be read. Runs no command; `test` does."""
    _tell(current().load_config(), run_commands=False)


@app.command()
def test() -> int:
    """Read every secret that is configured or needed, without using or showing it. Exit 4 when one is missing."""
    return 4 if _tell(current().load_config(), run_commands=True) else 0


@app.command("set")
def set_(name: Name) -> None:
    """Ask for a secret on the terminal and keep it where the configuration has it: a file (mode 0600) or the keyring."""
    context = current()
    config = context.load_config()
    one = _one(config, name)
    if not context.interactive:
        file = source(config, one.file or one.usual_file, "").detail
        do = f"run it on a terminal, or write the secret to {file} with mode 0600 yourself"
        raise UsageError(
            what=f"no answer to: {one.what}", why="there is no terminal to ask on, and no argument may hold it", do=do
        )
    place = keep(config, one, getpass(f"{one.what[0].upper()}{one.what[1:]}: "))
    context.display.show(Answer([{"name": name, "source": place.kind, "detail": place.detail}], {}))
    context.display.say(f"{one.what} is kept: {place}")
    if not one.file:
        context.display.next(f'write {one.key.rpartition(".")[2]} = "{one.usual_file}" under [{one.key.rpartition(".")[0]}]')


@app.command()
def remove(name: Name) -> None:
    """Remove a secret from its file or from the keyring."""
    context = current()
    config = context.load_config()
    one = _one(config, name)
    if not context.confirm(f"Remove {one.what}?"):
        context.display.say("Nothing was removed.")
        return
    place = drop(config, one)
    context.display.show(Answer([{"name": name, "source": place.kind, "detail": place.detail}], {}))
    context.display.say(f"{one.what} is not kept any more: {place}")


def _one(config: Config, name: str) -> Named:
    known = named(config, {*installed().platforms, *config.settings.platforms})
    if name not in known:
        raise UsageError(what=f"there is no secret called {name!r}", why=f"known are {', '.join(known)}", do="takedown auth list")
    return known[name]


def _tell(config: Config, *, run_commands: bool) -> int:
    """Show the state of each secret; returns how many are missing."""
    rows: list[list[Cell]] = []
    items: list[dict[str, object]] = []
    for one in named(config, config.settings.platforms).values():
        state, why, do = _state(config, one, run_commands=run_commands)
        place = source(config, one.file, one.command)
        rows.append([one.name, str(place), Styled(f"{state}: {why}" if why else state, STYLES[state]), do])
        told = {"name": one.name, "source": place.kind, "detail": place.detail, "needed": one.needed}
        items.append({**told, "state": state, "why": why, "do": do})
    missing = sum(item["state"] == "missing" for item in items)
    current().display.show(Answer(items, {"secrets": len(items), "missing": missing}), Table(COLUMNS, rows))
    return missing


def _state(config: Config, one: Named, *, run_commands: bool) -> tuple[str, str, str]:
    """State, why, and what to do."""
    match source(config, one.file, one.command).kind:
        case Kind.NOWHERE if one.needed:
            return "missing", f"{one.key} is not set", f"takedown auth set {one.name}"
        case Kind.NOWHERE:
            return "not needed", "", ""
        case Kind.COMMAND if not run_commands:
            return "not tried", "", "takedown auth test"
        case _:
            try:
                secret(config, one.file, one.command, one.what)
            except TakedownError as error:
                return "missing", error.message, str(error.as_dict()["do"])
            return "readable", "", ""
