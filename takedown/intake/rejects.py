"""The file of rejected rows: as they were, with what is wrong in one more column, ready to be corrected and imported again."""

from __future__ import annotations

import csv
import filecmp
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from takedown.intake.columns import PROBLEM
from takedown.intake.errors import RejectsFile
from takedown.intake.formulas import guard
from takedown.intake.profiles import fold
from takedown.intake.results import Problem


class Rejects:
    """Rows wait in a nameless file until the header is known; `publish` puts the finished file in its place at once.

    Another file of that name is never overwritten: rows may have been corrected in it.
    """

    def __init__(self, target: Path, columns: Sequence[str]) -> None:
        self._target = target
        self._columns = dict.fromkeys(name for name in columns if fold(name) != PROBLEM)
        self._ready: Path | None = None
        try:
            self._waiting = tempfile.TemporaryFile("w+", dir=target.parent, encoding="utf-8")  # noqa: SIM115 -- closed by close
        except OSError as error:
            raise RejectsFile(file=target, what=error.strerror) from None

    def add(self, original: Mapping[str, str], problems: Sequence[Problem]) -> None:
        for name in original:
            if fold(name) != PROBLEM:
                self._columns.setdefault(name)
        told = " | ".join(map(str, problems))
        try:
            self._waiting.write(json.dumps([dict(original), told]) + "\n")
        except OSError as error:
            raise RejectsFile(file=self._target, what=error.strerror) from None

    def prepare(self) -> None:
        """Write the whole file beside its place, so that nothing can fail any more but a rename. Raises RejectsFile."""
        try:
            handle, name = tempfile.mkstemp(prefix=f".{self._target.name}.", dir=self._target.parent)  # mode 0600
            self._ready = Path(name)
            with os.fdopen(handle, "w", newline="", encoding="utf-8-sig", errors="backslashreplace") as file:
                csv.writer(file, quoting=csv.QUOTE_ALL).writerows(self._lines())
                file.flush()
                os.fsync(handle)
            if self._target.exists() and not filecmp.cmp(self._ready, self._target, shallow=False):
                raise RejectsFile(file=self._target, what="another file has that name, and may hold corrections")
        except OSError as error:
            raise RejectsFile(file=self._target, what=error.strerror) from None

    def _lines(self) -> Iterator[list[str]]:
        columns = list(self._columns)
        yield [*map(guard, columns), PROBLEM]
        self._waiting.seek(0)
        for line in self._waiting:
            original, told = json.loads(line)
            yield [*(guard(original.get(name, "")) for name in columns), guard(told)]

    def publish(self) -> None:
        if self._ready is not None:
            self._ready.replace(self._target)
            self._ready = None

    def close(self) -> None:
        self._waiting.close()
        if self._ready is not None:
            self._ready.unlink(missing_ok=True)
