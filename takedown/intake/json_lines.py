"""JSON Lines: one object a line, each line on its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from takedown.contract import BadJson, strict_json
from takedown.intake.columns import PROBLEM, missing
from takedown.intake.profiles import Profile, fold
from takedown.intake.results import Problem
from takedown.intake.rows import Layout, Row, Source, Watched


def json_rows(file: BinaryIO, name: str, layout: Layout) -> Source:
    """Raises NotText while rows are read."""
    watched = Watched(file, name, layout.profile.encoding)
    return Source((), _rows(watched.lines(), layout), watched)


def _rows(lines: Iterator[str], layout: Layout) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = strict_json(line.encode())
        except BadJson as error:
            yield _unread(number, line, f"the line is not JSON: {error}")
            continue
        if isinstance(found, dict):
            yield _row(number, cast("dict[str, Any]", found), layout)
        else:
            yield _unread(number, line, "the line is not an object")


def _unread(number: int, line: str, what: str) -> Row:
    what = f"{what}: {line.strip()[:200]}"
    problem = Problem(number, "", what, "each line is one row", 'write {"url": "...", "legal_basis": "...", ...}', "TD-0222")
    return Row(number, {}, {}, (problem,))


def _row(number: int, found: dict[str, Any], layout: Layout) -> Row:
    problems: list[Problem] = []
    values: dict[str, str] = {}
    for key, value in found.items():
        name = _column(key, layout.profile, layout.known)
        if name is None:
            continue
        if not name or name in values:
            what = f"{name} is given twice" if name else f"there is no column {key[:60]!r}"
            problems.append(
                Problem(number, key[:60], what, "columns are matched by name", "rename it, or map it in a profile", "TD-0223")
            )
        elif (text := _text(value)) is None:
            fix = "write text, a whole number, or a list of texts"
            problems.append(
                Problem(number, name, "the value is an object or a mixed list", "a column holds one text", fix, "TD-0224")
            )
        else:
            values[name] = text
    original = {str(key): _text(value) or "" for key, value in found.items() if key != PROBLEM}
    filled = layout.profile.fill(values)
    lacking = [] if problems else missing(filled)
    problems += [Problem(number, "", what, "every case needs it", "add it to the line", "TD-0225") for what in lacking]
    return Row(number, filled, original, tuple(problems))


def _column(key: str, profile: Profile, known: Any) -> str | None:
    folded = fold(key)
    if folded == PROBLEM or folded in profile.ignored:
        return None
    return profile.columns.get(folded) or (folded if folded in known else "")


def _text(value: object) -> str | None:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list() if all(isinstance(one, str) for one in cast("list[object]", value)):
            return ";".join(cast("list[str]", value))
        case _:
            return None
