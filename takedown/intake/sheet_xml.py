"""What a sheet's XML tells and a reader of values does not: what is hidden, linked, computed, in error, and how far it goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from takedown.intake.package import Attributes, Package

Cell = tuple[int, int]
"""Row and column, from 1."""
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
HYPERLINK = re.compile(r'\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*(?:"(?:[^"]|"")*"|[-0-9.]+)\s*)?\)\s*', re.I)
ROWS, COLUMNS, CELLS = 1_048_576, 16_384, 12_000_000
LINKED = 100_000


@dataclass(slots=True)
class SheetLook:
    """`rows`: how many rows hold a value; `last`: the last of them; `width`: the last column that is mentioned."""

    hidden_rows: set[int] = field(default_factory=set[int])
    hidden_columns: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    formulas: dict[Cell, str] = field(default_factory=dict[Cell, str])
    errors: set[Cell] = field(default_factory=set[Cell])
    links: dict[Cell, str] = field(default_factory=dict[Cell, str])
    rows: int = 0
    first: int = 0
    last: int = 0
    deepest: int = 0
    width: int = 0
    folded: bool = False

    def hides_column(self, column: int) -> bool:
        return any(low <= column <= high for low, high in self.hidden_columns)

    @property
    def hides(self) -> str:
        """What is hidden among the filled rows, for people; empty when nothing is."""
        rows = sum(1 for row in self.hidden_rows if row <= self.last)
        columns = sum(max(0, min(high, self.width) - low + 1) for low, high in self.hidden_columns)
        said = [f"{rows} row{'s' * (rows != 1)}"] * bool(rows) + [f"{columns} column{'s' * (columns != 1)}"] * bool(columns)
        return " and ".join(said) + (" are" if rows + columns != 1 else " is") if said else ""


def look(package: Package, part: str) -> SheetLook:
    """Raises NotAWorkbook for a sheet whose rows are out of order or beyond the format's limits."""
    reader = _Reader(package, package.links(part))
    package.parse(part, reader.start, end=reader.end, text=reader.text)
    return reader.seen


def address(formula: str) -> str | None:
    """The address of `HYPERLINK("https://...", "label")`; None for any other formula."""
    found = HYPERLINK.fullmatch(formula.removeprefix("="))
    return found[1].replace('""', '"') if found else None


class _Reader:
    def __init__(self, package: Package, targets: Mapping[str, str]) -> None:
        self.seen = SheetLook()
        self._package, self._targets = package, targets
        self._row = self._column = 0
        self._formula: list[str] | None = None

    def start(self, tag: str, attributes: Attributes) -> None:
        match tag:
            case "c":
                self._cell(attributes)
            case "v" | "is":
                self._filled()
            case "f":
                self._formula = []
            case "row":
                self._begin_row(attributes)
            case "col":
                if _true(attributes.get("hidden")) or attributes.get("width") == "0":
                    span = (self._number(attributes.get("min", "1")), self._number(attributes.get("max", "16384")))
                    self.seen.hidden_columns.append(span)
            case "sheetFormatPr":
                self.seen.folded = _true(attributes.get("zeroHeight"))
            case "hyperlink":
                self._link(attributes)
            case _:
                pass

    def text(self, data: str) -> None:
        if self._formula is not None:
            self._formula.append(data)

    def end(self, tag: str) -> None:
        if tag == "f" and self._formula is not None:
            self.seen.formulas[self._row, self._column] = "".join(self._formula)
            self._formula = None
            self._filled()

    def _begin_row(self, attributes: Attributes) -> None:
        row = self._number(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < row <= ROWS:
            raise self._package.bad(f"row {row} follows row {self._row}", "no spreadsheet program writes rows out of order")
        self._row, self._column = row, 0
        folded = self.seen.folded and not attributes.get("hidden") and "ht" not in attributes
        if folded or _true(attributes.get("hidden")) or attributes.get("ht") == "0":
            self.seen.hidden_rows.add(row)

    def _cell(self, attributes: Attributes) -> None:
        found = REFERENCE.fullmatch(attributes["r"]) if "r" in attributes else None
        column = column_number(found[1]) if found else self._column + 1
        out_of_place = "r" in attributes and (found is None or int(found[2]) != self._row)
        if out_of_place or not self._column < column <= COLUMNS:
            raise self._package.bad(f"cell {attributes.get('r')} stands in row {self._row}", "cells must stand in order")
        self._column = column
        self.seen.width = max(self.seen.width, column)
        self.seen.deepest = self._row
        if attributes.get("t") == "e":
            self.seen.errors.add((self._row, column))

    def _filled(self) -> None:
        if self.seen.last != self._row:
            self.seen.last = self._row
            self.seen.first = self.seen.first or self._row
            self.seen.rows += 1

    def _link(self, attributes: Attributes) -> None:
        ident = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        target = self._targets.get(ident, "")
        if not target:
            return  # leads to another place of the workbook
        if attributes.get("location"):
            target += "#" + attributes["location"]
        low, _, high = attributes.get("ref", "").partition(":")
        first, last = REFERENCE.fullmatch(low), REFERENCE.fullmatch(high or low)
        if first is None or last is None:
            raise self._package.bad(f"a link stands at {attributes.get('ref')!r}", "that is no cell")
        top, left, bottom, right = int(first[2]), column_number(first[1]), int(last[2]), column_number(last[1])
        if len(self.seen.links) + max(0, bottom - top + 1) * max(0, right - left + 1) > LINKED:
            raise self._package.bad(f"more than {LINKED:,} cells are links", "no list has so many")
        self.seen.links |= {(r, c): target for r in range(top, bottom + 1) for c in range(left, right + 1)}

    def _number(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 7):
            raise self._package.bad(f"a row or column is numbered {text[:20]!r}", "they are numbered by whole numbers")
        return int(text)


def column_number(letters: str) -> int:
    """`A` is 1, `AA` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _true(text: str | None) -> bool:
    return text in {"1", "true"}
