"""Who looked at which case data, and when: a line in a file of the desk's folder for each look, apart from the audit chain.

The chain records what was done; a look does nothing, and need not wait for the ledger. Lines hold case numbers and names of
files, never a target. Needs nothing but the standard library, as the commands that only read do.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from takedown.contract.errors import Temporary

FILE = "takedown.access.jsonl"
NAMED = 500
"""Cases that one line names; of a longer list it tells the number and what was asked for."""


class CannotNote(Temporary):
    """That case data leave the desk cannot be noted in {where}: {what}."""

    code, why = "TD-1130", "no file with case data is written without saying who wrote it"
    do = "make room, or mend the file's permissions; then run it again"


@dataclass(frozen=True, slots=True)
class Look:
    """`who` as named, `uid` as the kernel knows it; `cases` where they are few; `of`: what was asked for; `to`: a file."""

    at: str
    who: str
    uid: int
    what: str
    cases: tuple[str, ...] = ()
    of: Mapping[str, str] = field(default_factory=dict[str, str])
    to: str = ""

    def may_concern(self, case: str) -> bool:
        """Whether the case was, or could have been, among what was seen."""
        return case in self.cases or not self.cases


def look(at: str, who: str, what: str, cases: Sequence[str], of: Mapping[str, object], to: str) -> Look:
    """A look of whoever runs this. Of more than NAMED cases the number is told, not the names; what was not asked is left out."""
    asked = {name: str(value) for name, value in of.items() if value}
    if len(cases) > NAMED:
        return Look(at, who, os.getuid(), what, (), asked | {"cases": str(len(cases))}, to)
    return Look(at, who, os.getuid(), what, tuple(cases), asked, to)


def note(folder: Path, one: Look) -> None:
    """Append a line, without waiting for the disk. Raises OSError."""
    file = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    try:
        # One write of one line: what several processes append does not mix.
        os.write(file, (json.dumps({name: getattr(one, name) for name in one.__slots__}) + "\n").encode())
    finally:
        os.close(file)


def looks(folder: Path) -> Iterator[Look]:
    """Every look in the file, the oldest first; a line that is none is passed over. Raises OSError."""
    try:
        lines = (folder / FILE).open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    with lines:
        for line in lines:
            if one := _read(line):
                yield one


def _read(line: str) -> Look | None:
    try:
        told = cast("Mapping[str, Any]", json.loads(line))
        asked = {str(name): str(value) for name, value in told["of"].items()}
        cases = tuple(map(str, told["cases"]))
        return Look(str(told["at"]), str(told["who"]), int(told["uid"]), str(told["what"]), cases, asked, str(told["to"]))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
