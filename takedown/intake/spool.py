"""Checked rows on their way into the ledger, in a nameless file: what was checked is what is stored, and memory stays flat."""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHUNK = 1000


class Spool:
    """Tuples of plain values, in order. The file has no name and vanishes with the process."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 -- closed by close
        self._chunk: list[tuple[Any, ...]] = []
        self.count = 0

    def add(self, row: tuple[Any, ...]) -> None:
        self._chunk.append(row)
        if len(self._chunk) == CHUNK:
            self._flush()

    def _flush(self) -> None:
        if self._chunk:
            raw = marshal.dumps(self._chunk)
            self._file.write(len(raw).to_bytes(8, "big"))
            self._file.write(raw)
            self.count += len(self._chunk)
            self._chunk = []

    def chunks(self) -> Iterator[list[tuple[Any, ...]]]:
        """From the first row on, each time it is called."""
        self._flush()
        self._file.seek(0)
        while head := self._file.read(8):
            # marshal is only for bytes of one's own making, as these are: the file never had a name.
            yield marshal.loads(self._file.read(int.from_bytes(head, "big")))  # noqa: S302
        self._file.seek(0, 2)

    def close(self) -> None:
        self._file.close()
