"""`takedown config`: what is configured, and where it was said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, cast

import typer

from takedown.cli.context import current
from takedown.display import Answer, Column, Facts, Table
from takedown.layers import files

app = typer.Typer(help="Show the configuration and where each value comes from.")

HIDDEN = "(hidden)"
_SECRET = re.compile(r"(^|_)(token|password|passphrase|secret|credential|api_?key|private_?key)s?$")


@app.command()
def show(origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from")] = False) -> None:
    """Show every value in force. Secrets are never shown."""
    config = current().load_config()
    values = [(name, redacted(name, value)) for name, value in dotted(config.settings.model_dump(mode="json"))]
    items = [{"key": name, "value": value, "origin": config.origins.get(name, "default")} for name, value in values]
    columns = [Column("key"), Column("value"), *([Column("origin")] if origin else [])]
    rows = [[str(item["key"]), _shown(item["value"]), *([str(item["origin"])] if origin else [])] for item in items]
    current().display.show(Answer(items, {"keys": len(items)}), Table(columns, rows))


@app.command()
def path() -> None:
    """Show which files are read; the project's wins over the user's."""
    context = current()
    named = [(layer, file.absolute()) for layer, file in zip(("project", "user"), files(context.config_file), strict=True)]
    items = [{"layer": layer, "path": file, "exists": file.exists()} for layer, file in named]
    facts = Facts([(layer, f"{file}{'' if file.exists() else ' (missing)'}") for layer, file in named])
    context.display.show(Answer(items, {"files": len(items)}), facts)


def dotted(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from dotted(cast("dict[str, Any]", value), f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def redacted(name: str, value: Any) -> Any:
    """The value as it may be shown: no secret by its name, no password in an address, of a command its program only."""
    key = name.rpartition(".")[2]
    if value in (None, "", [], {}):
        return value
    if _SECRET.search(key):
        return HIDDEN
    if key.endswith("_command"):
        program, *arguments = str(value).split(maxsplit=1)
        return f"{program} {HIDDEN}" if arguments else program
    if isinstance(value, list):
        return [redacted(name, inner) for inner in cast("list[Any]", value)]
    return re.sub(r"(?<=://)([^/@\s:]*):[^/\s]*@", rf"\1:{HIDDEN}@", value) if isinstance(value, str) else value


def _shown(value: Any) -> str:
    match value:
        case None | [] | {}:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(str, cast("list[Any]", value)))
        case _:
            return str(value)
