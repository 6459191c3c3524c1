"""A configuration's layers: environment > project file > user file. What the values mean is checked in `settings`."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from platformdirs import user_config_path

from takedown.contract.errors import TakedownError

PROJECT_FILE = "takedown.toml"
PREFIX, INNER = "TAKEDOWN_", "__"


class BadConfiguration(TakedownError):
    """The configuration is not valid: {what}."""

    code, exit = "TD-0301", 2
    why, do = "{why}", "takedown config show --origin"


@dataclass(frozen=True, slots=True)
class Layers:
    """`folder`: where relative paths start from; `origins`: dotted name -> file, or variable."""

    table: Mapping[str, Any]
    folder: Path
    file: Path
    origins: Mapping[str, str]


def read_layers(file: Path | None = None) -> Layers:
    """Raises BadConfiguration."""
    project = file or Path(os.environ.get("TAKEDOWN_CONFIG") or PROJECT_FILE)
    user = user_config_path("takedown") / PROJECT_FILE
    if file is not None and not file.exists():
        raise BadConfiguration(what=f"{file} does not exist", why="--config names it")
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in ((str(user), _toml(user)), (str(project), _toml(project))):
        _merge(merged, layer)
        origins.update(dict.fromkeys(_dotted(layer), origin))
    return Layers(merged, project.resolve().parent, project, origins)


def with_environment(found: Layers, sections: Collection[str]) -> Layers:
    """`TAKEDOWN_SECTION__KEY` laid over the files, in any case; a text that is a JSON list or object is taken as that."""
    table: dict[str, Any] = deepcopy({**found.table})
    origins = {**found.origins}
    for variable in sorted(os.environ):
        names = variable.upper().removeprefix(PREFIX).lower().split(INNER)
        if not variable.upper().startswith(PREFIX) or names[0] not in sections:
            continue
        said: Any = _value(os.environ[variable])
        for name in reversed(names):
            said = {name: said}
        _merge(table, said)
        origins[".".join(names)] = f"environment {variable}"
    return replace(found, table=table, origins=origins)


def _value(text: str) -> object:
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(what=f"{path}: {error}", why="the file is not TOML") from None
    except OSError as error:
        raise BadConfiguration(what=f"{path}: {error.strerror}", why="the file cannot be read") from None


def _merge(into: dict[str, Any], layer: Mapping[str, Any]) -> None:
    for key, value in layer.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], cast("dict[str, Any]", value))
        else:
            into[key] = value


def _dotted(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in table.items():
        names += _dotted(cast("dict[str, Any]", value), f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"]
    return names
