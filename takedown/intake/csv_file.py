"""CSV, strictly: no guessing of the encoding, no repaired quotes, no shifted columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import BinaryIO

from takedown.intake.columns import PROBLEM, Header, match_header
from takedown.intake.errors import BadHeader, BadQuotes, EmptyFile
from takedown.intake.formulas import unguard
from takedown.intake.profiles import Profile
from takedown.intake.results import Problem
from takedown.intake.rows import Layout, Row, Source, Watched

DELIMITERS = (",", ";", "\t", "|")
QUOTE = ord('"')
CLOSE = 'close it, or double it ("") where it belongs to the text'
SEARCHED = 400_000
"""Bytes of a broken record that are looked at for the quote that was never closed."""


def csv_rows(file: BinaryIO, name: str, layout: Layout) -> Source:
    """Raises EmptyFile, BadHeader, NotText; BadQuotes and NotText also while rows are read."""
    watched = Watched(file, name, layout.profile.encoding)
    lines = watched.lines()
    first = next(lines, "")
    ours = PROBLEM in (_cells(first, ",") or [])[-1:]
    skipped = 0 if ours else (layout.header_row or layout.profile.header_row or 1) - 1
    before = list(islice(chain([first], lines), skipped + 1)) if skipped else [first]
    if len(before) <= skipped:
        raise EmptyFile(file=name, why=f"it has no line {skipped + 1}, where the header should be")
    delimiter, header = _header(before[-1], name, layout, "" if ours else layout.profile.delimiter)
    table = _Table(file, name, delimiter, header, layout.profile, skipped + 2, ours)
    return Source(header.written, table.rows(lines), watched)


def _cells(line: str, delimiter: str) -> list[str] | None:
    """The cells of one line; None when a quote in it is not closed."""
    try:
        return [cell for record in csv.reader([line], delimiter=delimiter, strict=True) for cell in record]
    except csv.Error:
        return None


def _header(line: str, name: str, layout: Layout, delimiter: str) -> tuple[str, Header]:
    """The delimiter is the comma, or another one if only with that one every column is known.

    When it is none of them, what is wrong is told of the one that makes the most cells.
    """
    if not line.strip():
        raise EmptyFile(file=name, why="its first line, where the header should be, is blank")
    if "\r" in line.rstrip("\r\n"):
        raise BadQuotes(
            file=name, line=1, what="a carriage return stands within the line", do="save it as CSV UTF-8",
            why="old Macs ended lines so; here it would be one line",
        )  # fmt: skip
    refusals: list[tuple[int, BadHeader]] = []
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        cells = _cells(line, candidate)
        if cells is None:
            raise BadQuotes(
                file=name, line=1, what="a quote in the header is not closed", why="everything after it would be one cell",
                do=CLOSE,
            )  # fmt: skip
        try:
            return candidate, match_header(cells, layout.profile, layout.known, name)
        except BadHeader as refusal:
            refusals.append((len(cells), refusal))
    raise max(refusals, key=itemgetter(0))[1]


@dataclass(frozen=True, slots=True)
class _Table:
    """An open file whose header was read. `first`: the row and line that follow it; `ours`: written by `rejects`."""

    file: BinaryIO
    name: str
    delimiter: str
    header: Header
    profile: Profile
    first: int
    ours: bool

    def rows(self, lines: Iterator[str]) -> Iterator[Row]:
        names, width = self.header.written, len(self.header.written)
        picked = [(n, name) for n, name in enumerate(self.header.names) if name]
        plain, profile, fills = self.header.names == names, self.profile, self.profile.fills
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        line = 0
        try:
            for number, cells in enumerate(reader, self.first):
                line = reader.line_num
                if not "".join(cells).strip():
                    continue
                problems = () if len(cells) == width else _misfit(number, cells, width)
                if self.ours:
                    cells = [unguard(cell) for cell in cells]
                original = dict(zip(names, cells, strict=False))
                values = original if plain or problems else {name: cells[n] for n, name in picked}
                yield Row(number, profile.fill(values) if fills else values, original, problems)
        except csv.Error as error:
            raise self._broken(self.first + line, str(error)) from None

    def _broken(self, line: int, error: str) -> BadQuotes:
        """The error for the record that begins on a line."""
        if where := _open_quote(self.file, line, self.delimiter):
            return BadQuotes(
                file=self.name, line=where, what="a quote opens here and is not closed where its cell ends",
                why=f"the rows after it would be read as one cell ({error})", do=CLOSE,
            )  # fmt: skip
        why = "the row cannot be told apart from the next"
        return BadQuotes(file=self.name, line=line, what=error, why=why, do="save it again as CSV UTF-8")


def _open_quote(file: BinaryIO, start: int, delimiter: str) -> int:
    """The line on which the broken cell's quote opened; 0 when no quote is to blame. `start`: the record's first line."""
    file.seek(0)
    for _ in range(start - 1):
        file.readline()
    ends = (ord(delimiter), 10, 13)
    state, line, opened = "start", start, 0
    for byte in file.read(SEARCHED):
        if state == "quoted":
            state = "closing" if byte == QUOTE else "quoted"
        elif byte == QUOTE and state == "closing":
            state = "quoted"  # a doubled quote
        elif byte == QUOTE and state == "start":
            state, opened = "quoted", line
        elif byte in ends:
            state = "start"
        elif state == "closing":
            return opened
        else:
            state = "bare"
        line += byte == 10
    return opened if state == "quoted" else 0


def _misfit(number: int, cells: list[str], width: int) -> tuple[Problem, ...]:
    if len(cells) > width and not any(cells[width:]):
        return ()
    what = f"the row has {len(cells)} cells, the header {width}"
    fix = "put quotes around cells that hold the delimiter, and keep empty cells"
    return (Problem(number, "", what, "every cell after the odd one would be read under the wrong column", fix, "TD-0221"),)
