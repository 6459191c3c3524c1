"""Profiles: how the columns, words and layout of another system's files are read.

[columns]
"Account link" = "url"
[ignore]
columns = ["Internal note"]
[set]
legal_basis = "pk-peca-37"
[values.measure]
"Delete account" = "remove_account"
[file]
sheet = "Cases"
header_row = 3
delimiter = ";"
encoding = "cp1252"
hidden = "skip"
"""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from takedown.intake.errors import BadProfile

TABLES = {"columns", "ignore", "set", "values", "file"}
FILE_KEYS = {"sheet": str, "header_row": int, "delimiter": str, "encoding": str, "hidden": str}
HIDDEN = ("skip", "include")


def fold(name: str) -> str:
    """`Legal Basis ` and `legal_basis` are one name."""
    return "_".join(name.strip(" \t\ufeff\u00a0").casefold().replace("-", " ").replace("_", " ").split())


@dataclass(frozen=True, slots=True)
class Profile:
    """columns: folded foreign name -> ours; fixed: values of empty columns; words: column -> foreign value -> ours.

    header_row counts from 1; 0 means the first row that is not blank. hidden: `skip`, `include` or empty for not said.
    """

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    ignored: frozenset[str] = frozenset()
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    sheet: str = ""
    header_row: int = 0
    delimiter: str = ""
    encoding: str = "utf-8"
    hidden: str = ""

    @property
    def fills(self) -> bool:
        """Whether `fill` has anything to do."""
        return bool(self.words or self.fixed)

    def fill(self, values: dict[str, str]) -> dict[str, str]:
        """The row with foreign words replaced and empty columns set."""
        made = {name: self.words[name].get(value, value) if name in self.words else value for name, value in values.items()}
        for name, value in self.fixed.items():
            if not made.get(name, "").strip():
                made[name] = value
        return made


def find_profile(name: str, folder: Path) -> Path:
    """A path as given, or `profiles/NAME.toml` in the configuration's folder. Raises BadProfile."""
    for path in (Path(name), folder / "profiles" / f"{name}.toml"):
        if path.is_file():
            return path
    looked = folder / "profiles" / f"{name}.toml"
    raise BadProfile(
        file=name, what="there is no such file", why=f"looked for it as a path and as {looked}", do=f"write {looked}"
    )


def load_profile(path: Path, known: frozenset[str] | None = None) -> Profile:
    """Read a profile strictly; `known` are the columns it may name. Raises BadProfile."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadProfile(file=path, what=str(error), why="it is not TOML", do=f"correct {path}") from None
    except OSError as error:
        raise BadProfile(file=path, what=error.strerror, why="it cannot be opened", do="look at the path") from None
    if unknown := sorted(set(table) - TABLES):
        raise _bad(path, f"unknown table {', '.join(unknown)}", f"known are {', '.join(sorted(TABLES))}")
    columns = {fold(theirs): ours for theirs, ours in _texts(path, table, "columns").items()}
    fixed = _texts(path, table, "set")
    words = {name: _texts(path, _table(path, table, "values"), name) for name in _table(path, table, "values")}
    for name in [*columns.values(), *fixed, *words]:
        if known is not None and name not in known:
            raise _bad(path, f"there is no column {name!r}", f"known are {', '.join(sorted(known))}")
    ignored = _table(path, table, "ignore").get("columns", [])
    if not isinstance(ignored, list) or not all(isinstance(one, str) for one in cast("list[object]", ignored)):
        raise _bad(path, "ignore.columns is not a list of names", 'write columns = ["Name"]')
    names = frozenset(fold(one) for one in cast("list[str]", ignored))
    return Profile(columns, names, fixed, words, **_layout(path, _table(path, table, "file")))


def _layout(path: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in table.items():
        if key not in FILE_KEYS or type(value) is not FILE_KEYS[key]:
            raise _bad(
                path, f"file.{key} = {value!r}", f"known are {', '.join(FILE_KEYS)}; header_row is a number, the others text"
            )
    if table.get("header_row", 1) < 1:
        raise _bad(path, "file.header_row is less than 1", "rows count from 1")
    if table.get("hidden", "skip") not in HIDDEN:
        raise _bad(path, f"file.hidden = {table['hidden']!r}", "it is skip or include")
    delimiter = table.get("delimiter", ",")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise _bad(path, f"file.delimiter = {delimiter!r}", "it is one character")
    try:
        encoding = codecs.lookup(table.get("encoding", "utf-8")).name
        if '\n,";\t'.encode(encoding) != b'\n,";\t':
            raise LookupError
    except (LookupError, UnicodeError):
        raise _bad(
            path, f"file.encoding = {table['encoding']!r}", "it is not an encoding whose lines end as ASCII's do"
        ) from None
    return {**table, "encoding": encoding}


def _table(path: Path, table: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise _bad(path, f"{name} is not a table", f"write [{name}]")
    return cast("dict[str, Any]", found)


def _texts(path: Path, table: Mapping[str, Any], name: str) -> dict[str, str]:
    found = _table(path, table, name)
    for key, value in found.items():
        if not isinstance(value, str):
            raise _bad(path, f"{name}.{key} is not text", "write it in quotes")
    return cast("dict[str, str]", found)


def _bad(path: Path, what: str, why: str) -> BadProfile:
    return BadProfile(file=path, what=what, why=why, do=f"correct {path}")
