"""Cases as files for other programs. What a spreadsheet could run as a formula is guarded; JSON Lines keep values as they are."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from takedown.contract import UsageError
from takedown.intake.formulas import guard

COLUMNS = (
    "case", "batch", "platform", "kind", "key", "url", "reference", "delivery", "claimed", "observed", "closed", "request",
    "receipt", "attempts", "updated_at",
)  # fmt: skip
MOST_ROWS = 1_048_575
"""Rows below the header that a worksheet holds."""
Items = Iterable[Mapping[str, Any]]


class TooManyRows(UsageError):
    """A worksheet holds {most} rows, there are more."""

    code, why, do = "TD-0014", "the format knows no larger sheet", "takedown export --format csv -o FILE"


def write_csv(items: Items, path: Path) -> int:
    """Every cell quoted, UTF-8 with a byte order mark, without which Excel guesses the encoding. Returns the rows."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL)
        out.writerow(COLUMNS)
        rows = 0
        for rows, item in enumerate(items, 1):  # noqa: B007 -- the last number is the count
            out.writerow([guard(_text(item[name])) for name in COLUMNS])
    return rows


def write_jsonl(items: Items, path: Path) -> int:
    with path.open("w", encoding="utf-8") as file:
        rows = 0
        for rows, item in enumerate(items, 1):  # noqa: B007 -- the last number is the count
            file.write(json.dumps({name: item[name] for name in COLUMNS}, ensure_ascii=False) + "\n")
    return rows


def write_xlsx(items: Items, path: Path) -> int:
    """Cells are typed as strings, so that none is a formula, a link or a date. Raises TooManyRows."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it ships no types

    rows = 0
    with Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("cases")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name, book.add_format({"bold": True}))
        for rows, item in enumerate(items, 1):
            if rows > MOST_ROWS:
                raise TooManyRows(most=f"{MOST_ROWS:,}")
            for column, name in enumerate(COLUMNS):
                sheet.write_string(rows, column, guard(_text(item[name])))
    return rows


FORMATS: Mapping[str, Callable[[Items, Path], int]] = MappingProxyType(
    {"csv": write_csv, "jsonl": write_jsonl, "xlsx": write_xlsx}
)


def export(items: Items, form: str, path: Path) -> int:
    """Write the items; an existing file is replaced only by a whole one. Returns the rows. Raises UsageError."""
    if form not in FORMATS:
        raise UsageError(
            what=f"--format {form!r} is not known",
            why=f"known are {', '.join(FORMATS)}",
            do="takedown export --format csv -o FILE",
        )
    part = path.with_name(f".{path.name}.part")
    try:
        rows = FORMATS[form](items, part)
        part.replace(path)
    except OSError as error:
        raise UsageError(
            what=f"{path} cannot be written: {error.strerror}",
            why="the folder or the disk does not let it",
            do="give -o another path",
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return rows


def _text(value: object) -> str:
    """A control character would make a worksheet that no program opens."""
    text = "" if value is None else str(value)
    return "".join(char if char >= " " or char in "\t\n\r" else "\ufffd" for char in text)
