"""Tables for spreadsheets, CSV and XLSX: text that could be run as a formula is guarded, numbers are numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from takedown.contract import UsageError
from takedown.intake.formulas import guard

MOST_ROWS = 1_048_575
"""Rows below the header that a worksheet holds."""
Cell = str | int | float | None
Rows = Iterable[Sequence[Cell]]


class TooManyRows(UsageError):
    """A worksheet holds {most} rows, there are more."""

    code, why, do = "TD-0014", "the format knows no larger sheet", "takedown export --format csv -o FILE"


def write_csv(columns: Sequence[str], rows: Rows, path: Path) -> int:
    """Every cell quoted, UTF-8 with a byte order mark, without which Excel guesses the encoding. Returns the rows."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL)
        out.writerow(columns)
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 -- the last number is the count
            out.writerow([guard(text_of(cell)) if isinstance(cell, str) else text_of(cell) for cell in row])
    return count


def write_xlsx(columns: Sequence[str], rows: Rows, path: Path, name: str) -> int:
    """One sheet. Cells are typed, so that no text is a formula, a link or a date. Returns the rows. Raises TooManyRows."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it ships no types

    count = 0
    with Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, title in enumerate(columns):
            sheet.write_string(0, column, title, bold)
        for count, row in enumerate(rows, 1):
            if count > MOST_ROWS:
                raise TooManyRows(most=f"{MOST_ROWS:,}")
            for column, cell in enumerate(row):
                if isinstance(cell, int | float):
                    sheet.write_number(count, column, cell)
                else:
                    sheet.write_string(count, column, guard(text_of(cell)))
    return count


def text_of(value: object) -> str:
    """A control character would make a worksheet that no program opens."""
    text = "" if value is None else str(value)
    return "".join(char if char >= " " or char in "\t\n\r" else "\ufffd" for char in text)
