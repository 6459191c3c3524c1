"""Cases as files for other programs. What a spreadsheet could run as a formula is guarded; JSON Lines keep values as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from takedown.contract import UsageError
from takedown.report.files import whole_file
from takedown.report.sheets import text_of, write_csv, write_xlsx

COLUMNS = (
    "case", "batch", "platform", "kind", "key", "url", "reference", "delivery", "claimed", "observed", "closed", "request",
    "receipt", "attempts", "updated_at",
)  # fmt: skip
Items = Iterable[Mapping[str, Any]]


def _csv(items: Items, path: Path) -> int:
    return write_csv(COLUMNS, _rows(items), path)


def _jsonl(items: Items, path: Path) -> int:
    with path.open("w", encoding="utf-8") as file:
        rows = 0
        for rows, item in enumerate(items, 1):  # noqa: B007 -- the last number is the count
            file.write(json.dumps({name: item[name] for name in COLUMNS}, ensure_ascii=False) + "\n")
    return rows


def _xlsx(items: Items, path: Path) -> int:
    return write_xlsx(COLUMNS, _rows(items), path, "cases")


def _rows(items: Items) -> Iterator[list[str]]:
    """All as text: a receipt of twenty digits must not become a number."""
    return ([text_of(item[name]) for name in COLUMNS] for item in items)


FORMATS: Mapping[str, Callable[[Items, Path], int]] = MappingProxyType({"csv": _csv, "jsonl": _jsonl, "xlsx": _xlsx})


def export(items: Items, form: str, path: Path) -> int:
    """Write the items; an existing file is replaced only by a whole one. Returns the rows. Raises UsageError."""
    if form not in FORMATS:
        raise UsageError(
            what=f"--format {form!r} is not known",
            why=f"known are {', '.join(FORMATS)} and ics",
            do="takedown export --format csv -o FILE",
        )
    with whole_file(path) as part:
        return FORMATS[form](items, part)
