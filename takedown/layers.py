"""The files of a configuration laid over each other: project file > user file. What the values mean is checked in `settings`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from platformdirs import user_config_path

from takedown.contract.errors import TakedownError

PROJECT_FILE = "takedown.toml"


class BadConfiguration(TakedownError):
    """The configuration is not valid: {what}."""

    code, exit = "TD-0301", 2
    why, do = "{why}", "correct it; takedown config path names the files that are read"


@dataclass(frozen=True, slots=True)
class Layers:
    """`folder`: where relative paths start from; `origins`: dotted name -> file."""

    table: Mapping[str, Any]
    folder: Path
    file: Path
    origins: Mapping[str, str]


def files(file: Path | None = None) -> tuple[Path, Path]:
    """The project's file, or the one that `--config` names, and the user's; neither need be there."""
    return file or Path(os.environ.get("TAKEDOWN_CONFIG") or PROJECT_FILE), user_config_path("takedown") / PROJECT_FILE


def read_layers(file: Path | None = None) -> Layers:
    """Raises BadConfiguration."""
    project, user = files(file)
    if file is not None and not file.exists():
        raise BadConfiguration(what=f"{file} does not exist", why="--config names it")
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in ((str(user), _toml(user)), (str(project), _toml(project))):
        _merge(merged, layer)
        origins.update(dict.fromkeys(_dotted(layer), origin))
    return Layers(merged, project.resolve().parent, project, origins)


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
