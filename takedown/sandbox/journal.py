"""What the stand-in platforms took and said: JSON Lines, append-only, each line written before the answer leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast


class Journal:
    """One file for all platforms of a sandbox, mode 0600. A line is one `write`, so that a killed sandbox leaves whole lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "wb", buffering=0)

    def note(self, row: Mapping[str, object]) -> None:
        self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        self._file.close()


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """The lines so far, oldest first; none when there is no file."""
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield cast("dict[str, Any]", json.loads(line))
