"""Columns of which the first or the last cell alone is empty: what a column leaves behind that was shifted by a row."""

from __future__ import annotations

from collections.abc import Iterator

from takedown.intake.results import OneEmpty
from takedown.intake.rows import Row

FEWEST = 4
"""Rows below which one empty cell says nothing."""


class Ends:
    """Looks at each row once; holds a count and a row number for each column."""

    def __init__(self) -> None:
        self._rows = 0
        self._first = self.last = 0
        self._empty: dict[str, tuple[int, int]] = {}

    def see(self, row: Row) -> None:
        self._rows += 1
        self._first, self.last = self._first or row.number, row.number
        if all(row.values.values()):
            return
        for name, value in row.values.items():
            if not value:
                count, _ = self._empty.get(name, (0, 0))
                self._empty[name] = (count + 1, row.number)

    def alone(self) -> Iterator[OneEmpty]:
        for name, (count, number) in self._empty.items():
            if count == 1 and self._rows >= FEWEST and number in {self._first, self.last}:
                yield OneEmpty(number, name)
