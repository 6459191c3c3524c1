"""A typer group whose help and completion need no command module."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer.main
from typer import _completion_classes  # pyright: ignore[reportPrivateUsage] - see the end
from typer._coercion import TypeDescriptor, build_runtime_param
from typer.core import TyperCommand, TyperGroup, _TyperParameter  # pyright: ignore[reportPrivateUsage] - see the end

from takedown.cli.commands import COMMANDS, SECTIONS

EPILOG = "Options for every command (--json, --config, --quiet ...): takedown --help"
COMPLETION = {"install_completion", "show_completion"}


class LazyGroup(TyperGroup):
    """Names and help lines come from the table of commands; `resolve_command` alone imports."""

    def __init__(self, **attrs: Any) -> None:
        attrs["commands"] = {entry.name: TyperCommand(entry.name, help=entry.help) for entry in COMMANDS.values()}
        super().__init__(**attrs)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, stub, rest = super().resolve_command(ctx, args)
        return name, load(name, rest[0] if rest else "") if name else stub, rest

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        del ctx
        for section, entries in SECTIONS.items():
            if entries:
                with formatter.section(section):
                    formatter.write_dl([(entry.name, entry.help) for entry in entries])


def load(name: str, inner: str = "") -> Any:
    """The command behind a name of the table; of a group, no more than its command `inner` needs."""
    entry = COMMANDS[name]
    with without_collecting():
        app = import_module(entry.apart.get(inner, entry.module)).app
    found = typer.main.get_group(app) if inner in entry.apart else typer.main.get_command(app)
    command = found.commands.get(name, found) if isinstance(found, TyperGroup) else found
    command.name, command.epilog = name, command.epilog or EPILOG
    return _plain(command)


@contextmanager
def without_collecting() -> Generator[None]:
    """Nothing that a module defines is garbage, now or later: looking for some takes a tenth of a sending command's start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _plain(command: Any) -> Any:
    """The same command, whose help does without rich, keeps whole sentences, and leaves completion to `takedown --help`."""
    command.rich_markup_mode = None
    command.params = [one for one in command.params if one.name not in COMPLETION]
    for inner in getattr(command, "commands", {}).values():
        inner.short_help = inner.short_help or (inner.help or "").partition("\n")[0]
        inner.epilog = inner.epilog or EPILOG
        _plain(inner)
    return command


class _Late:
    """Coerces a parameter only when there is something to coerce.

    typer 0.29 builds a pydantic adapter for each parameter, given or not; importing pydantic takes seven times as long as
    starting Python, and neither text nor a whole number within its bounds needs one.
    """

    def __init__(self, descriptor: TypeDescriptor) -> None:
        self._descriptor = descriptor
        self._is_text = descriptor.annotation in (str, list[str]) and descriptor.parameter_info.parser is None

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if value == () or self._is_text:
            return value
        if isinstance(value, str) and (number := self._number(value)) is not None:
            return number
        return build_runtime_param(self._descriptor).coerce(value, param=param, ctx=ctx)

    def _number(self, text: str) -> int | None:
        """None where the adapter must decide, and say what is wrong."""
        info = self._descriptor.parameter_info
        if self._descriptor.annotation not in (int, int | None) or info.parser is not None or not text.isdecimal():
            return None
        number = int(text)
        return number if (info.min is None or number >= info.min) and (info.max is None or number <= info.max) else None


def _runtime(param: Any) -> _Late:
    return _Late(param.type_descriptor)


# typer has no other place for either; ~=0.29 is pinned, and tests/cli/test_startup.py sees when they stop working.
setattr(_TyperParameter, "get_runtime_param", _runtime)  # noqa: B010 - see above
setattr(_completion_classes, "_sanitize_help_text", str)  # noqa: B010 - it loads rich to strip markup that our help lacks
