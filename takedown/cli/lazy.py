"""A typer group whose help and completion need no command module."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer.main
from typer.core import TyperCommand, TyperGroup

from takedown.cli.commands import COMMANDS, SECTIONS

EPILOG = "Options for every command (--json, --config, --quiet ...): takedown --help"


class LazyGroup(TyperGroup):
    """Names and help lines come from the table of commands; `resolve_command` alone imports."""

    def __init__(self, **attrs: Any) -> None:
        attrs["commands"] = {entry.name: TyperCommand(entry.name, help=entry.help) for entry in COMMANDS.values()}
        super().__init__(**attrs)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, stub, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else stub, rest

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        del ctx
        for section, entries in SECTIONS.items():
            if entries:
                with formatter.section(section):
                    formatter.write_dl([(entry.name, entry.help) for entry in entries])


def load(name: str) -> Any:
    """The command behind a name of the table."""
    app = import_module(COMMANDS[name].module).app
    found = typer.main.get_command(app)
    command = found.commands.get(name, found) if isinstance(found, TyperGroup) else found
    command.name, command.epilog = name, command.epilog or EPILOG
    return command
