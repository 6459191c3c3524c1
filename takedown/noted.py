"""The notes of who looked, as a chain: is a line missing, and which are older than they are kept.

Whoever may write the folder can make a whole file anew. Each head of the audit chain is written after an event that keeps the
place of the last note then, so that what was cut or changed before it is found all the same.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from takedown.access import FILE, GENESIS, Mark, locked, parse, placed

SUBJECT, KEPT, PURGED = "access", "access.kept", "access.purged"
"""Events: the place of the last note at a head; the place of the last note of those that were deleted for their age."""


@dataclass
class Checked:
    """`log`: of the file here. `elsewhere`: the last kept place of each other file, of other machines or of one that is gone."""

    notes: int = 0
    log: str = ""
    oldest: str = ""
    problems: list[str] = field(default_factory=list[str])
    elsewhere: dict[str, Mark] = field(default_factory=dict[str, Mark])


def check(folder: Path, kept: Iterable[Mark], purged: Iterable[Mark]) -> Checked:
    """Every line of the file against the one before it, and against the places that the ledger keeps. Raises OSError."""
    found, places, cut = Checked(), list(kept), set(purged)
    wanted = {one.note for one in places}
    hashes: dict[int, str] = {}
    number, before, began = 0, GENESIS, 0
    for raw in _raw(folder):
        number, told = number + 1, placed(raw)
        if told is None:
            if began:
                found.problems.append(f"the line after note {number - 1} is none")
        else:
            log, said, prev = told
            if not began and found.notes == 0 and said > 1:
                number = said
                if Mark(log, said - 1, prev) not in cut:
                    found.problems.append(f"the notes before note {said} were taken away")
            elif prev != before or said != number:
                found.problems.append(f"what stood before note {said} was taken away, added or changed")
                number = said
            began, found.log = began or said, log
        found.notes += 1
        look = None if found.oldest else parse(raw)
        found.oldest = look.at if look else found.oldest
        before = hashlib.sha256(raw).hexdigest()
        if number in wanted:
            hashes[number] = before
    _compare(found, places, hashes, number)
    return found


def _compare(found: Checked, places: Iterable[Mark], hashes: Mapping[int, str], last: int) -> None:
    """With the places that the ledger keeps; `hashes`: of the notes here, by number."""
    for one in places:
        if one.log != found.log:
            found.elsewhere[one.log] = one
        elif one.note > last:
            found.problems.append(f"the ledger knows of {one.note} notes, and the file ends with note {last}")
        elif one.note in hashes and hashes[one.note] != one.hash:
            found.problems.append(f"note {one.note} is not the one that the ledger knows of")


def due(folder: Path, before: str) -> Mark | None:
    """The place of the last of the notes, from the first on, that are older than this moment; never the newest, which the next
    one follows. Raises OSError.
    """
    last, at, number = None, None, 0
    for raw in _raw(folder):
        last = at or last
        one, told = parse(raw), placed(raw)
        number = told[1] if told else number + 1
        if one is not None and one.at >= before:
            return last
        at = Mark(told[0], number, hashlib.sha256(raw).hexdigest()) if told and one else None
    return last


def purge(folder: Path, upto: Mark) -> int:
    """Delete the notes up to this one; returns how many they were. The ledger must keep the place before. Raises OSError."""
    path, beside = folder / FILE, folder / f"{FILE}.new"
    file = locked(path)
    try:
        lines = list(_raw(folder))
        hashes = [hashlib.sha256(raw).hexdigest() for raw in lines]
        if upto.hash not in hashes:
            return 0
        count = hashes.index(upto.hash) + 1
        out = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(out, "wb") as rest:
            rest.writelines(raw + b"\n" for raw in lines[count:])
            rest.flush()
            os.fsync(rest.fileno())
        beside.replace(path)
        return count
    finally:
        os.close(file)


def _raw(folder: Path) -> Iterator[bytes]:
    try:
        file: IO[bytes] = (folder / FILE).open("rb")
    except FileNotFoundError:
        return
    with file:
        for line in file:
            yield line.removesuffix(b"\n")
