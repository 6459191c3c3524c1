"""XLSX: values by python-calamine, and everything that it does not tell by a look of our own at the XML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from takedown.intake.columns import Header, match_header
from takedown.intake.errors import EmptyFile, HiddenContent, NotAWorkbook, SheetUnclear, TooBig
from takedown.intake.package import FILE_LIMIT, Package, SheetPart
from takedown.intake.results import Problem
from takedown.intake.rows import OLE, ZIP, Layout, Row, Source
from takedown.intake.sheet_xml import CELLS, SheetLook, address, look

Value = str | int | float | bool | date | datetime | time | timedelta | None
EXACT = 10**15
"""Spreadsheets keep 15 digits of a number; of a longer one the last digits are wrong already."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The digest of a file that was read in one piece."""

    sha256: str
    ended: bool = True


def workbook_rows(file: BinaryIO, name: str, layout: Layout) -> Source:
    """Raises NotAWorkbook, TooBig, SheetUnclear, HiddenContent, BadHeader, EmptyFile."""
    raw = file.read(FILE_LIMIT + 1)
    if len(raw) > FILE_LIMIT:
        raise TooBig(file=name, what=f"it has more than {FILE_LIMIT:,} bytes")
    if raw.startswith(OLE):
        raise NotAWorkbook(
            file=name,
            what="it is encrypted, or an old .xls",
            why="its first bytes say so",
            do="save it as .xlsx without a password",
        )
    if not raw.startswith(ZIP):
        raise NotAWorkbook(
            file=name, what="it does not begin like one", why="a workbook is a zip file", do="save it as .xlsx, or as CSV UTF-8"
        )
    package = Package(BytesIO(raw), name)
    package.refuse_doctypes()
    looks = {sheet.name: look(package, sheet.part) for sheet in package.sheets if sheet.part.startswith("xl/worksheets/")}
    chosen = _choose(package.sheets, looks, name, layout)
    seen = looks[chosen]
    hidden = layout.hidden or layout.profile.hidden
    if seen.hides and not hidden:
        raise HiddenContent(file=name, sheet=chosen, what=seen.hides)
    if seen.deepest * seen.width > CELLS:
        raise TooBig(file=name, what=f"sheet {chosen} spans {seen.deepest:,} rows and {seen.width:,} columns")
    grid = _Grid(raw, name, chosen, seen, skip=hidden == "skip")
    return grid.source(layout, Whole(hashlib.sha256(raw).hexdigest()))


def _choose(sheets: list[SheetPart], looks: dict[str, SheetLook], name: str, layout: Layout) -> str:
    hidden = layout.hidden or layout.profile.hidden
    wanted = layout.sheet or layout.profile.sheet
    filled = [sheet for sheet in sheets if sheet.name in looks and looks[sheet.name].rows]
    names = ", ".join(sheet.name for sheet in filled) or "none"
    if wanted:
        if wanted not in looks:
            raise SheetUnclear(file=name, what=f"there is no sheet {wanted!r}", sheets=names)
        return wanted
    veiled = [sheet.name for sheet in filled if sheet.hidden]
    if veiled and not hidden:
        raise HiddenContent(file=name, sheet=", ".join(veiled), what="the sheet is" if len(veiled) == 1 else "the sheets are")
    offered = [sheet for sheet in filled if not (sheet.hidden and hidden == "skip")]
    if not offered:
        raise EmptyFile(file=name, why="no sheet has a row")
    if len(offered) > 1:
        raise SheetUnclear(file=name, what=f"{len(offered)} sheets have rows", sheets=names)
    return offered[0].name


class _Grid:
    """The values of one sheet, row by row with the sheet's own numbers; `skip`: without what is hidden."""

    def __init__(self, raw: bytes, name: str, sheet: str, seen: SheetLook, *, skip: bool) -> None:
        self._name, self._sheet_name, self._seen, self._skip = name, sheet, seen, skip
        try:
            self._sheet = CalamineWorkbook.from_filelike(BytesIO(raw)).get_sheet_by_name(sheet)
        except CalamineError as error:
            raise self._bad(str(error)) from None
        read = self._sheet.end[0] + 1 if self._sheet.end else 0
        if read < seen.last:
            raise self._bad(f"sheet {sheet} has {seen.last:,} rows, {read:,} could be read")
        self._left = self._sheet.start[1] + 1 if self._sheet.start else 1

    def _bad(self, what: str) -> NotAWorkbook:
        return NotAWorkbook(file=self._name, what=what, why="not all of it could be read", do="save the sheet as CSV UTF-8")

    def _rows(self) -> Iterator[tuple[int, Sequence[Value]]]:
        for number, values in enumerate(self._sheet.iter_rows(), 1):
            if not (self._skip and number in self._seen.hidden_rows):
                yield number, values

    def source(self, layout: Layout, whole: Whole) -> Source:
        rows = self._rows()
        wanted = layout.header_row or layout.profile.header_row
        for number, values in rows:
            if number >= wanted and (wanted or any(value not in {"", None} for value in values)):
                break
        else:
            raise EmptyFile(file=self._name, why=f"sheet {self._sheet_name} has no header row")
        places = [n for n in range(len(values)) if not (self._skip and self._seen.hides_column(self._left + n))]
        header = match_header([_text(values[n]) for n in places], layout.profile, layout.known, self._name)
        return Source(header.written, self._cases(rows, header, places, layout), whole)

    def _cases(
        self, rows: Iterator[tuple[int, Sequence[Value]]], header: Header, places: list[int], layout: Layout
    ) -> Iterator[Row]:
        width = len(header.names)
        for number, found in rows:
            cells = [_text(found[n]) for n in places]
            if not "".join(cells).strip() and not any((number, self._left + n) in self._seen.formulas for n in places):
                continue
            problems: list[Problem] = []
            if any(cells[width:]):
                what = "there is a cell to the right of the header's last column"
                problems.append(Problem(number, "", what, "nobody can tell what it means", "give its column a name", "TD-0221"))
            label = ""
            for n, (place, name) in enumerate(zip(places, header.names, strict=False)):
                if name is None:
                    continue
                linked = self._link(number, place) if name == "url" else None
                if linked:
                    label, cells[n] = (cells[n], linked) if cells[n].strip() != linked else ("", linked)
                elif problem := self._problem(number, place, found[place], name):
                    problems.append(problem)
            original = dict(zip(header.written, cells, strict=False))
            values = {name: cells[n] for n, name in enumerate(header.names) if name}
            yield Row(number, layout.profile.fill(values) if layout.profile.fills else values, original, tuple(problems), label)

    def _link(self, row: int, place: int) -> str | None:
        cell = (row, self._left + place)
        if cell in self._seen.formulas:
            return address(self._seen.formulas[cell])
        return self._seen.links.get(cell)

    def _problem(self, row: int, place: int, value: Value, name: str) -> Problem | None:
        cell = (row, self._left + place)
        if cell in self._seen.formulas:
            why = "its value is what it was when the file was last saved, and can be another here"
            fix = "copy the column and paste it as values"
            return Problem(row, name, f"the cell is a formula: ={self._seen.formulas[cell][:80]}", why, fix, "TD-0240")
        if cell in self._seen.errors:
            return Problem(row, name, "the cell holds a spreadsheet error", "there is no value", "correct the cell", "TD-0241")
        if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= EXACT:
            why = "spreadsheets keep 15 digits of a number, so the last ones are wrong already"
            fix = "format the column as text, then enter the number again from its source"
            return Problem(row, name, f"the number {value:.0f} has more than 15 digits", why, fix, "TD-0242")
        return None


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)
