"""Cases that rest on an entry of a sanctions list, looked up again when the list changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select

from takedown.desk import Desk
from takedown.intake.sanctions import SanctionsFile
from takedown.ledger.ids import case_id
from takedown.ledger.rows import to_case
from takedown.ledger.tables import cases


class Standing(StrEnum):
    """How the entry of a case stands in the list that was read."""

    LISTED = "listed"
    CHANGED = "changed"
    DELISTED = "delisted"
    OLDER = "list older than the case"


WORDS = {
    Standing.LISTED: "listed, unchanged since the version that the case rests on",
    Standing.CHANGED: "changed since the version that the case rests on: read the entry again",
    Standing.DELISTED: "no longer on the list: withdraw what was asked, and close the case",
    Standing.OLDER: "the case rests on a newer version than this copy of the list: get the newest",
}


@dataclass(frozen=True, slots=True)
class Designated:
    """An open case, the entry that it rests on, and how that stands. `updated`: the entry's last change in the list."""

    case: str
    reference: str
    url: str
    delivery: str
    entry: str
    version: str
    standing: Standing
    updated: date | None

    @property
    def person(self) -> bool:
        """Whether somebody must look."""
        return self.standing is not Standing.LISTED


def look_up(desk: Desk, listed: SanctionsFile) -> list[Designated]:
    """Every open case whose pack names a list, in the order of the cases."""
    columns = {name: pack.sanctions_list for name, pack in desk.packs.items() if pack.sanctions_list}
    query = select(cases).where(cases.c.basis.in_(columns), cases.c.closed == "").order_by(cases.c.id)
    found: list[Designated] = []
    with desk.ledger.read() as db:
        for row in db.execute(query, execution_options={"yield_per": 1000}).mappings():
            of, fields = columns[row["basis"]], to_case(row).fields
            entry, version = fields.get(of.entry, ""), fields.get(of.version, "")
            held = listed.entries.get(entry.casefold())
            updated = held.updated if held else None
            standing = _standing(version, updated, listed.dated, there=held is not None)
            found.append(
                Designated(case_id(row["id"]), row["reference"], row["url"], row["delivered"], entry, version, standing, updated)
            )
    return found


def _standing(version: str, updated: date | None, dated: date | None, *, there: bool) -> Standing:
    """version: the day of the last update that the case rests on."""
    rested = date.fromisoformat(version) if version else None
    if rested and dated and dated < rested:
        return Standing.OLDER
    if not there:
        return Standing.DELISTED
    return Standing.CHANGED if rested is None or (updated is not None and updated > rested) else Standing.LISTED


def record(desk: Desk, sha256: str, listed: SanctionsFile, found: list[Designated]) -> None:
    """That the list was looked through, and what of it is for a person."""
    told = {
        "sha256": sha256,
        "dated": listed.dated.isoformat() if listed.dated else "",
        "entries": len(listed.entries),
        "cases": len(found),
        "for_a_person": [[one.case, one.standing.value] for one in found if one.person],
    }
    desk.ledger.write(lambda book: book.record("designations.checked", sha256[:12], told, {"by": desk.who}))
