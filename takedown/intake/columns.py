"""Which columns there are, and how a file's header is matched with them. Nothing is guessed: an unknown name is an error."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from takedown.intake.errors import BadHeader
from takedown.intake.profiles import Profile, fold

COLUMNS = (
    "url", "platform", "handle", "legal_basis", "reason", "reference", "measure", "proportionality", "organisation",
    "designation", "evidence", "territory", "platform_id", "followers", "language", "first_seen", "notes",
)  # fmt: skip
PROBLEM = "problem"
"""The column that a rejects file has besides the original ones; passed over when it is imported again."""
MANDATORY = ("legal_basis", "reason", "reference")


@dataclass(frozen=True, slots=True)
class Header:
    """`names`: our column for each position of the file, None for one that is passed over; `written`: as the file has them."""

    names: tuple[str | None, ...]
    written: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Whether the file's names are ours, so that a row needs no second dictionary."""
        return self.names == self.written


def match_header(cells: Sequence[str], profile: Profile, known: Collection[str], file: str) -> Header:
    """Raises BadHeader, which names everything that is wrong with it."""
    written = list(cells)
    while written and not written[-1].strip():
        written.pop()
    names = [_name(cell, profile, known) for cell in written]
    faults = [_unknown(n, cell, known) for n, (cell, name) in enumerate(zip(written, names, strict=True), 1) if name == ""]
    used = [name for name in names if name]
    faults += [f"{name} appears {used.count(name)} times" for name in dict.fromkeys(used) if used.count(name) > 1]
    faults += missing({*used, *profile.fixed})
    if faults:
        raise BadHeader(
            file=file, what="; ".join(faults), why=f"columns are matched by name; known are {', '.join(known)}",
            do=_repair(written, used),
        )  # fmt: skip
    return Header(tuple(names), tuple(written))


def _repair(written: Sequence[str], used: Sequence[str]) -> str:
    mapped = 'map them in a profile: [columns] "Account link" = "url"; then --profile FILE'
    if used:
        return f"rename the columns, or {mapped}"
    place = "write url,legal_basis,reason,reference above the rows, or say where the header is: --header-row N"
    return f"if the first row is not the header, {place}; if these are its names, {mapped}" if written else place


def missing(given: Collection[str]) -> list[str]:
    """What a file must have that these columns lack, one phrase each."""
    faults = [f"there is no column {name}" for name in MANDATORY if name not in given]
    if "url" not in given and not {"platform", "handle"} <= set(given):
        faults.insert(0, "there is neither a column url nor the pair platform and handle")
    return faults


def _name(cell: str, profile: Profile, known: Collection[str]) -> str | None:
    folded = fold(cell)
    if folded in profile.ignored or folded == PROBLEM:
        return None
    return profile.columns.get(folded) or (folded if folded in known else "")


def _unknown(position: int, cell: str, known: Collection[str]) -> str:
    if not cell.strip():
        return f"column {position} has no name"
    close = difflib.get_close_matches(fold(cell), list(known), 1)
    return f"unknown column {cell.strip()[:60]!r}" + (f" (did you mean {close[0]}?)" if close else "")
