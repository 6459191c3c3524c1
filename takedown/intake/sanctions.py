"""The operator's own copy of a consolidated sanctions list, as its publisher gives it: XML, or CSV with the same names.

Nothing is fetched. Only what tells whether an entry still stands is read: its permanent reference number, its name, its dates.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.parsers import expat

from takedown.contract import InputRejected

LARGEST = 200_000_000
MOST = 500_000
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)")
_ENTRIES = frozenset({"INDIVIDUAL", "ENTITY"})
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
CSV_COLUMNS = ("reference_number", "name", "listed_on", "last_updated")


class NotASanctionsList(InputRejected):
    """{file} is no consolidated list: {what}."""

    code = "TD-0607"
    why = "each entry has its permanent reference number; a list that is read wrongly would call somebody delisted"
    do = "save the list's XML as its publisher gives it, or a CSV with the columns " + ", ".join(CSV_COLUMNS)


@dataclass(frozen=True, slots=True)
class Entry:
    """`number`: without the dot that the list may end it with. `updated`: its last change, or the day it was listed."""

    number: str
    name: str
    updated: date | None


@dataclass(frozen=True, slots=True)
class SanctionsFile:
    """`dated`: when the publisher made the list; None in a CSV that does not say."""

    entries: Mapping[str, Entry]
    dated: date | None


def read_sanctions(file: Path) -> SanctionsFile:
    """Raises NotASanctionsList."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        raise NotASanctionsList(file=file, what=(error.strerror or "it cannot be read").lower()) from None
    if len(raw) > LARGEST:
        raise NotASanctionsList(file=file, what=f"it has more than {LARGEST:,} bytes")
    try:
        found, dated = _from_csv(raw) if file.suffix.lower() == ".csv" else _from_xml(raw)
    except (expat.ExpatError, ValueError, UnicodeDecodeError, csv.Error) as error:
        raise NotASanctionsList(file=file, what=str(error)) from None
    entries: dict[str, Entry] = {}
    for one in found:
        if entries.setdefault(one.number.casefold(), one) != one:
            raise NotASanctionsList(file=file, what=f"{one.number} is in it twice, with different dates or names")
    if not entries:
        raise NotASanctionsList(file=file, what="it has no entry with a reference number")
    return SanctionsFile(entries, dated)


class _Reader:
    """Entries from the list's XML, whatever else stands in it. A document type is refused: it could hold anything."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.dated: date | None = None
        self._path: list[str] = []
        self._text: list[str] = []
        self._values: dict[str, list[str]] = {}
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append

    def read(self, raw: bytes) -> None:
        self._parser.Parse(raw, True)

    def _doctype(self, *_: object) -> None:
        raise ValueError("it has a document type declaration")

    def _start(self, name: str, given: dict[str, str]) -> None:
        if not self._path:
            self.dated = _day(given.get("dateGenerated", ""))
        if name in _ENTRIES and not self._inside():
            self._values = {}
        self._path.append(name)
        if len(self._path) > 50:
            raise ValueError("its elements are nested more than 50 deep")
        self._text.clear()

    def _inside(self) -> bool:
        return any(name in _ENTRIES for name in self._path)

    def _end(self, name: str) -> None:
        self._path.pop()
        if name in _ENTRIES and not self._inside():
            self._finish()
        elif self._inside() and (text := "".join(self._text).strip()):
            key = self._path[-1] if name == "VALUE" else name
            self._values.setdefault(key, []).append(text)
        self._text.clear()

    def _finish(self) -> None:
        get = self._values.get
        if number := _number(" ".join(get("REFERENCE_NUMBER", []))):
            days = [day for text in (*get("LAST_DAY_UPDATED", []), *get("LISTED_ON", [])) if (day := _day(text))]
            name = " ".join(part for key in _NAMES for part in get(key, [])[:1])
            self.entries.append(Entry(number, name, max(days, default=None)))
            if len(self.entries) > MOST:
                raise ValueError(f"it has more than {MOST:,} entries")


def _from_xml(raw: bytes) -> tuple[list[Entry], date | None]:
    reader = _Reader()
    reader.read(raw)
    return reader.entries, reader.dated


def _from_csv(raw: bytes) -> tuple[list[Entry], date | None]:
    rows = csv.DictReader(raw.decode("utf-8-sig").splitlines(), strict=True)
    if lost := {"reference_number", "last_updated"} - set(rows.fieldnames or ()):
        raise ValueError(f"it has no column {', '.join(sorted(lost))}")
    return list(_csv_entries(rows)), None


def _csv_entries(rows: csv.DictReader[str]) -> Iterator[Entry]:
    for row in rows:
        if number := _number(row["reference_number"] or ""):
            days = [day for key in ("last_updated", "listed_on") if (day := _day(row.get(key) or ""))]
            yield Entry(number, (row.get("name") or "").strip(), max(days, default=None))


def _number(text: str) -> str:
    return text.strip().rstrip(".")


def _day(text: str) -> date | None:
    found = _DATE.search(text)
    return date.fromisoformat(found[1]) if found else None
