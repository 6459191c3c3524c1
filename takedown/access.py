"""Who looked at which case data, and when: a line in a file of the desk's folder for each look, apart from the audit chain.

The audit chain records what was done; a look does nothing, and need not wait for the ledger. Lines hold case numbers and names of
files, never a target. Each has a number and the hash of the line before it (`takedown.noted` checks them). Needs nothing but the
standard library, as the commands that only read do.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from takedown.contract.errors import Temporary

FILE = "takedown.access.jsonl"
GENESIS = "0" * 64
"""What the first note of a file follows."""
TAILS = (1 << 11, 1 << 17)
"""Bytes in which the last line lies: mostly, and whatever it names."""
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


@dataclass(frozen=True, slots=True)
class Mark:
    """A note's place: the `log` that its file is (a name by chance), its number, and the sha256 of its line as hex."""

    log: str
    note: int
    hash: str


def note(folder: Path, one: Look) -> None:
    """Append a line that follows the last one, without waiting for the disk. Raises OSError."""
    file = locked(folder / FILE)
    try:
        last, whole = _last(file)
        log = last.log if last else os.urandom(4).hex()
        number, prev = (last.note + 1, last.hash) if last else (1, GENESIS)
        told = {name: getattr(one, name) for name in one.__slots__} | {"log": log, "note": number, "prev": prev}
        os.write(file, ("" if whole else "\n").encode() + json.dumps(told).encode() + b"\n")
    finally:
        os.close(file)


def newest(folder: Path) -> Mark | None:
    """The last note's place; None where there is none. Raises OSError."""
    try:
        with (folder / FILE).open("rb") as file:
            return _last(file.fileno())[0]
    except FileNotFoundError:
        return None


def locked(path: Path) -> int:
    """The file, of which no other process appends a line or cuts old ones until it is closed."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    while True:
        file = os.open(path, flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        except FileNotFoundError:
            pass
        except OSError:
            os.close(file)
            raise
        os.close(file)  # old notes were cut while this waited


def _last(file: int) -> tuple[Mark | None, bool]:
    """The place of the last line, and whether it is whole. A line that a crash cut is counted with the next."""
    size = os.fstat(file).st_size
    if not size:
        return None, True
    tail = b""
    for room in TAILS:
        tail = os.pread(file, room, max(size - room, 0))
        if tail.count(b"\n") > 1:
            break
    lines = tail.removesuffix(b"\n").split(b"\n")
    digest = hashlib.sha256(lines[-1]).hexdigest()
    for after, line in enumerate(reversed(lines)):
        if (told := placed(line)) is not None:
            return Mark(told[0], told[1] + after, digest), tail.endswith(b"\n")
    everything = os.pread(file, size, 0)  # notes of a version that did not chain them
    return Mark(os.urandom(4).hex(), everything.count(b"\n") + (not tail.endswith(b"\n")), digest), tail.endswith(b"\n")


def placed(line: bytes) -> tuple[str, int, str] | None:
    """(log, number, hash of the line before) of a chained line; None for any other."""
    try:
        told = cast("Mapping[str, Any]", json.loads(line))
        return str(told["log"]), int(told["note"]), str(told["prev"])
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def looks(folder: Path) -> Iterator[Look]:
    """Every look in the file, the oldest first; a line that is none is passed over. Raises OSError."""
    try:
        lines = (folder / FILE).open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    with lines:
        for line in lines:
            if one := parse(line):
                yield one


def parse(line: str | bytes) -> Look | None:
    """What a line tells; None for one that is no note."""
    try:
        told = cast("Mapping[str, Any]", json.loads(line))
        asked = {str(name): str(value) for name, value in told["of"].items()}
        cases = tuple(map(str, told["cases"]))
        return Look(str(told["at"]), str(told["who"]), int(told["uid"]), str(told["what"]), cases, asked, str(told["to"]))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
