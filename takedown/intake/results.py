"""What an import found out: problems, notes, and the count of every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from takedown.intake.errors import RowsRejected

T = TypeVar("T")
KEPT = 10_000
"""Of each sort; more are counted, and a rejected row's problems are always in the rejects file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be a case. `row` as a spreadsheet numbers it, `column` as this program calls it (empty: the row)."""

    row: int
    column: str
    what: str
    why: str
    fix: str
    code: str = "TD-0220"

    def at(self, file: str) -> str:
        return f"{file}:{self.row}:{self.column}" if self.column else f"{file}:{self.row}"

    def __str__(self) -> str:
        return f"{self.column + ': ' if self.column else ''}{self.what}; {self.why}; {self.fix}"


@dataclass(frozen=True, slots=True)
class Refanged:
    """A link that was written so that nobody clicks it, and how it was read."""

    row: int
    was: str
    now: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.was} was read as {self.now}"


@dataclass(frozen=True, slots=True)
class Linked:
    """A spreadsheet cell whose link was taken instead of the text that it shows."""

    row: int
    label: str
    address: str

    def __str__(self) -> str:
        return f"row {self.row}: the cell shows {self.label!r}, its link {self.address} was taken"


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A text that names another target than the row's own."""

    row: int
    column: str
    named: str
    url: str

    def __str__(self) -> str:
        return f"row {self.row}: the {self.column} names {self.named}, the row is about {self.url}: was the column shifted?"


@dataclass(frozen=True, slots=True)
class OneEmpty:
    """A column in which the first or the last cell alone is empty, as when it was shifted by a row."""

    row: int
    column: str

    def __str__(self) -> str:
        return f"row {self.row}: of all rows this one alone has no {self.column}: was the column shifted?"


@dataclass(frozen=True, slots=True)
class CutOff:
    """A text file whose last line has no end."""

    row: int

    def __str__(self) -> str:
        return f"row {self.row}: the last line has no line end: was the file cut off?"


@dataclass(frozen=True, slots=True)
class Met:
    """A duplicate and the open case that it meets. `same_as`: the row of this file that made the case, 0 for an older one."""

    row: int
    case: str
    url: str
    same_as: int = 0
    attached: bool = False

    def __str__(self) -> str:
        where = f"row {self.same_as}, which is {self.case}" if self.same_as else self.case
        return f"row {self.row}: {self.url} is {where}" + ("; its reference was attached there" if self.attached else "")


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """The very same file was imported already."""

    batch: str
    at: str

    def __str__(self) -> str:
        return f"this file was imported before: {self.batch}, {self.at}"


Note = Refanged | Linked | Misnamed | OneEmpty | CutOff | Met | SeenBefore


@dataclass(slots=True)
class Kept(Generic[T]):
    """The first findings of a sort and the count of all."""

    items: list[T] = field(default_factory=list[T])
    total: int = 0

    def add(self, *found: T) -> None:
        self.total += len(found)
        if len(self.items) < KEPT:
            self.items.extend(found)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Imported:
    """rows = imported + rejected + duplicates. `batch` is empty when no case was made.

    faulty: rows with a problem; all rows count as rejected when such a row stopped the file. `problems` and `notes` are
    cut off after some thousands; `problem_count` and `note_count` count all. `checked`: nothing was stored, as asked.
    """

    file: str
    file_sha256: str
    batch: str
    rows: int
    imported: int
    rejected: int
    duplicates: int
    attached: int = 0
    faulty: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    problem_count: int = 0
    note_count: int = 0
    rejects: str = ""
    checked: bool = False
    said: str = ""

    @property
    def refused(self) -> RowsRejected | None:
        """The error that the import ends with when no row of the file was taken; None when some were."""
        if self.rejected < self.rows:
            return None
        told = f"they are in {self.rejects}" if self.rejects else "a file with a problem imports nothing"
        do = f"correct {self.rejects}, then: takedown import {self.rejects}" if self.rejects else (
            f"correct the rows, or: {self.said or f'takedown import {self.file}'} --rejects rejects.csv"
        )  # fmt: skip
        return RowsRejected(faulty=self.faulty, rows=self.rows, file=self.file, why=told, do=do)

    @property
    def exit(self) -> int:
        """0 all taken, 3 some rejected, 6 none taken."""
        return 6 if self.refused else 3 if self.rejected else 0

    @property
    def summary(self) -> dict[str, object]:
        """The `summary` object of `import --json`."""
        return {
            "batch": self.batch or None, "rows": self.rows, "imported": self.imported, "rejected": self.rejected,
            "duplicates": self.duplicates, "attached": self.attached, "problems": self.problem_count,
            "file_sha256": self.file_sha256, "rejects": self.rejects or None, "checked": self.checked,
        }  # fmt: skip
